// Package dial opens connections.
package dial

import (
	"context"
	"crypto/tls"
	"net"
	"net/rpc"
	"net/smtp"
	"time"
)

func dialBad(addr string) (net.Conn, error) {
	return net.Dial("tcp", addr) // want `net.Dial has no timeout: it waits as long as the operating system tries, which may be minutes`
}

func dialOk(addr string) (net.Conn, error) {
	return net.DialTimeout("tcp", addr, 5*time.Second)
}

func unixOk(path string) (net.Conn, error) { return net.Dial("unix", path) }

func udpOk(addr string) (net.Conn, error) { return net.Dial("udp", addr) }

func loopbackOk() (net.Conn, error) { return net.Dial("tcp", "127.0.0.1:6379") }

func tlsBad(addr string) (*tls.Conn, error) {
	return tls.Dial("tcp", addr, nil) // want `tls.Dial has no timeout: neither the connection nor the handshake`
}

func tlsOk(addr string) (*tls.Conn, error) {
	return tls.DialWithDialer(&net.Dialer{Timeout: 5 * time.Second}, "tcp", addr, nil)
}

func dialerBad(addr string) (net.Conn, error) {
	var d net.Dialer
	return d.Dial("tcp", addr) // want `net.Dialer.Dial has no timeout`
}

func dialerOk(addr string) (net.Conn, error) {
	d := net.Dialer{Timeout: time.Second}
	return d.Dial("tcp", addr)
}

func dialerCtxBad(addr string) (net.Conn, error) {
	d := &net.Dialer{KeepAlive: time.Second}
	return d.DialContext(context.Background(), "tcp", addr) // want `net.Dialer.DialContext has no timeout`
}

func dialerCtxOk(ctx context.Context, addr string) (net.Conn, error) {
	d := &net.Dialer{KeepAlive: time.Second}
	return d.DialContext(ctx, "tcp", addr)
}

func dialerTimeoutAndBackgroundOk(addr string) (net.Conn, error) {
	d := &net.Dialer{Timeout: time.Second}
	return d.DialContext(context.Background(), "tcp", addr)
}

func rpcBad(addr string) (*rpc.Client, error) {
	return rpc.Dial("tcp", addr) // want `rpc.Dial has no timeout`
}

func smtpBad(addr, from, to string, msg []byte) error {
	return smtp.SendMail(addr, nil, from, []string{to}, msg) // want `smtp.SendMail has no timeout: a server that stops answering blocks it for ever`
}

func smtpDialBad(addr string) (*smtp.Client, error) {
	return smtp.Dial(addr) // want `smtp.Dial has no timeout`
}

func smtpOk(addr, host string) (*smtp.Client, error) {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return nil, err
	}
	return smtp.NewClient(conn, host)
}

type proxy struct{ dialer *net.Dialer }

func newProxy(d time.Duration) *proxy { return &proxy{dialer: &net.Dialer{Timeout: d}} }

func (p *proxy) connectOk(addr string) (net.Conn, error) { return p.dialer.Dial("tcp", addr) }

func switchedOk(network, addr string) (net.Conn, error) {
	switch network {
	case "unix":
		return net.Dial(network, addr)
	default:
		return net.DialTimeout(network, addr, time.Second)
	}
}
