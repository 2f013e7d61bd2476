// Package conn talks over connections.
package conn

import (
	"bufio"
	"io"
	"net"
	"time"
)

func exchangeBad(addr string) (string, error) {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("stats\n")); err != nil {
		return "", err
	}
	buf := make([]byte, 64)
	n, err := conn.Read(buf) // want `conn has no read deadline: a peer that never answers blocks Read for ever`
	return string(buf[:n]), err
}

func exchangeOk(addr string) (string, error) {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return "", err
	}
	if _, err := conn.Write([]byte("stats\n")); err != nil {
		return "", err
	}
	buf := make([]byte, 64)
	n, err := conn.Read(buf)
	return string(buf[:n]), err
}

func bufferedBad(addr string) (string, error) {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "PING\r\n"); err != nil {
		return "", err
	}
	return bufio.NewReader(conn).ReadString('\n') // want `conn has no read deadline: a peer that never answers blocks ReadString for ever`
}

func deadlines(c net.Conn) error { return c.SetReadDeadline(time.Now().Add(time.Second)) }

func helperOk(addr string) (string, error) {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if err := deadlines(conn); err != nil {
		return "", err
	}
	if _, err := io.WriteString(conn, "PING\r\n"); err != nil {
		return "", err
	}
	return bufio.NewReader(conn).ReadString('\n')
}

func readAllBad(addr string) ([]byte, error) {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("dump\n")); err != nil {
		return nil, err
	}
	return io.ReadAll(conn) // want `conn has no read deadline: a peer that never answers blocks ReadAll for ever`
}

func streamOk(addr string, w io.Writer) error {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = io.Copy(w, conn) // a stream, not an answer
	return err
}

func closedByOthersOk(addr string, stop <-chan struct{}) (string, error) {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return "", err
	}
	go func() {
		<-stop
		conn.Close()
	}()
	if _, err := conn.Write([]byte("wait\n")); err != nil {
		return "", err
	}
	buf := make([]byte, 64)
	n, err := conn.Read(buf)
	return string(buf[:n]), err
}

func returnedOk(addr string) (net.Conn, error) {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return nil, err
	}
	hello := make([]byte, 4)
	if _, err := conn.Write(hello); err != nil {
		return nil, err
	}
	return conn, nil
}

type session struct{ conn net.Conn }

func (s *session) readOk() ([]byte, error) {
	buf := make([]byte, 64)
	n, err := s.conn.Read(buf)
	return buf[:n], err
}

func writeOnlyOk(addr string) error {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Write([]byte("metric 1\n"))
	return err
}
