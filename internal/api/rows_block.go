package api

const httpPkg = "net/http"

// serverInstead is what stands in for the helpers that run a server without timeouts.
const serverInstead = "http.Server with ReadHeaderTimeout"

var blockRows = []row{
	{httpPkg, "", names("Get", "Head", "Post", "PostForm"), waits(Client, ByTransport).insteadUse("http.NewRequestWithContext")},
	{httpPkg, "Client", names("Get", "Head", "Post", "PostForm"), waits(Client, ByReceiver)},
	{httpPkg, "Client", names("Do"), onRequest(waits(Client, ByRequest), 0)},
	{httpPkg, "Transport", names("RoundTrip"), onRequest(waits(Client, ByRequest), 0)},
	{httpPkg, "RoundTripper", names("RoundTrip"), onRequest(waits(Client, ByRequest), 0)},
	{httpPkg, "", names("ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS"), waits(Serving, Unbounded).insteadUse(serverInstead)},
	{httpPkg, "Server", names("ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS"), waits(Serving, ByReceiver)},
	{httpPkg, "Server", names("Shutdown"), waits(Network, ByCtx).withCtx(0)},
	{httpPkg, "", names("NewRequest"), plain(ReqNew).insteadUse("http.NewRequestWithContext")},
	{httpPkg, "", names("NewRequestWithContext"), plain(ReqNew).withCtx(0)},
	{httpPkg, "Request", names("WithContext", "Clone"), plain(ReqCtx).withCtx(0)},
	{httpPkg, "Request", names("Context"), plain(CtxOf)},
	{"net/http/fcgi", "", names("Serve"), waits(Serving, Unbounded)},

	{"net", "", names("Dial"), waits(Network, Unbounded).insteadUse("net.Dialer.DialContext")},
	{"net", "", names("DialTimeout"), sizedWait(waits(Network, ByArg), 2)},
	{"net", "", names("DialTCP"), waits(Network, Unbounded).insteadUse("net.Dialer.DialContext")},
	{"net", "Dialer", names("Dial"), waits(Network, ByReceiver)},
	{"net", "Dialer", names("DialContext"), waits(Network, ByCtx).withCtx(0)},
	{"net", "Conn", names("Read", "Write"), waits(Network, ByReceiver)},
	{"net", "conn", names("Read", "Write"), waits(Network, ByReceiver)}, // promoted to TCPConn, UDPConn, UnixConn
	{"net", "Conn", names("SetDeadline", "SetReadDeadline", "SetWriteDeadline"), sized(SetDeadline, 0)},
	{"net", "conn", names("SetDeadline", "SetReadDeadline", "SetWriteDeadline"), sized(SetDeadline, 0)},
	{"net", "Conn", names("Close"), plain(Closer)},
	{"net", "conn", names("Close"), plain(Closer)},
	{"net", "Listener", names("Accept"), waits(Network, Unbounded)},
	{"net", "TCPListener", names("Accept", "AcceptTCP"), waits(Network, ByReceiver)},
	{"net", "UnixListener", names("Accept", "AcceptUnix"), waits(Network, ByReceiver)},
	{"net", "TCPListener", names("SetDeadline"), sized(SetDeadline, 0)},
	{"net", "UnixListener", names("SetDeadline"), sized(SetDeadline, 0)},
	{"net", "Listener", names("Close"), plain(Closer)},
	{"net", "", names("LookupHost"), waits(Network, Unbounded).insteadUse("net.DefaultResolver.LookupHost")},
	{"net", "", names("LookupAddr"), waits(Network, Unbounded).insteadUse("net.DefaultResolver.LookupAddr")},
	{"net", "", names("LookupCNAME"), waits(Network, Unbounded).insteadUse("net.DefaultResolver.LookupCNAME")},
	{"net", "", names("LookupMX"), waits(Network, Unbounded).insteadUse("net.DefaultResolver.LookupMX")},
	{"net", "", names("LookupTXT"), waits(Network, Unbounded).insteadUse("net.DefaultResolver.LookupTXT")},
	{"net", "", names("LookupSRV"), waits(Network, Unbounded).insteadUse("net.DefaultResolver.LookupSRV")},
	{"net", "", names("LookupNS"), waits(Network, Unbounded).insteadUse("net.DefaultResolver.LookupNS")},
	{"net", "", names("LookupIP"), waits(Network, Unbounded).insteadUse("net.DefaultResolver with a context")}, // whose methods give other results
	{"net", "Resolver", names("LookupHost", "LookupIPAddr", "LookupAddr", "LookupCNAME", "LookupMX", "LookupTXT", "LookupSRV", "LookupNS", "LookupIP", "LookupNetIP"), waits(Network, ByCtx).withCtx(0)},
	{"crypto/tls", "", names("Dial"), waits(Network, Unbounded).insteadUse("tls.Dialer.DialContext")},
	{"crypto/tls", "", names("DialWithDialer"), waits(Network, ByReceiver).onArg0()},
	{"crypto/tls", "Dialer", names("DialContext"), waits(Network, ByCtx).withCtx(0)},
	{"crypto/tls", "Conn", names("Read", "Write", "Handshake"), waits(Network, ByReceiver)},
	{"crypto/tls", "Conn", names("HandshakeContext"), waits(Network, ByCtx).withCtx(0)},
	{"crypto/tls", "Conn", names("SetDeadline", "SetReadDeadline", "SetWriteDeadline"), sized(SetDeadline, 0)},
	{"crypto/tls", "Conn", names("Close"), plain(Closer)},

	{"net/rpc", "", names("Dial", "DialHTTP", "DialHTTPPath"), waits(Network, Unbounded).insteadUse("net.Dialer.DialContext and rpc.NewClient")},
	{"net/rpc", "Client", names("Call"), waits(Client, Unbounded)},
	{"net/smtp", "", names("SendMail", "Dial"), waits(Network, Unbounded).insteadUse("net.Dialer.DialContext and smtp.NewClient")},
	{"net/textproto", "", names("Dial"), waits(Network, Unbounded)},

	{"os/exec", "", names("Command"), plain(CmdNew).insteadUse("exec.CommandContext")},
	{"os/exec", "", names("CommandContext"), plain(CmdNew).withCtx(0)},
	{"os/exec", "Cmd", names("Run", "Output", "CombinedOutput", "Wait"), waits(Process, ByReceiver)},
	{"os", "Process", names("Wait"), waits(Process, Unbounded)},
	{"os", "Process", names("Kill"), plain(Closer)},

	{"database/sql", "DB", names("Query"), waits(Database, Unbounded).insteadUse("QueryContext")},
	{"database/sql", "DB", names("QueryRow"), waits(Database, Unbounded).insteadUse("QueryRowContext")},
	{"database/sql", "DB", names("Exec"), waits(Database, Unbounded).insteadUse("ExecContext")},
	{"database/sql", "DB", names("Ping"), waits(Database, Unbounded).insteadUse("PingContext")},
	{"database/sql", "DB", names("Begin"), waits(Database, Unbounded).insteadUse("BeginTx")},
	{"database/sql", "DB", names("Prepare"), waits(Database, Unbounded).insteadUse("PrepareContext")},
	{"database/sql", "DB", names("QueryContext", "QueryRowContext", "ExecContext", "PingContext", "BeginTx", "PrepareContext", "Conn"), waits(Database, ByCtx).withCtx(0)},
	{"database/sql", "Conn", names("QueryContext", "QueryRowContext", "ExecContext", "PingContext", "BeginTx", "PrepareContext"), waits(Database, ByCtx).withCtx(0)},
	{"database/sql", "Tx", names("Query"), waits(Database, Unbounded).insteadUse("QueryContext")},
	{"database/sql", "Tx", names("QueryRow"), waits(Database, Unbounded).insteadUse("QueryRowContext")},
	{"database/sql", "Tx", names("Exec"), waits(Database, Unbounded).insteadUse("ExecContext")},
	{"database/sql", "Tx", names("Prepare"), waits(Database, Unbounded).insteadUse("PrepareContext")},
	{"database/sql", "Tx", names("QueryContext", "QueryRowContext", "ExecContext", "PrepareContext"), waits(Database, ByCtx).withCtx(0)},
	{"database/sql", "Tx", names("Commit", "Rollback"), waits(Database, ByReceiver)}, // ended by the context given to BeginTx
	{"database/sql", "Stmt", names("Query"), waits(Database, Unbounded).insteadUse("QueryContext")},
	{"database/sql", "Stmt", names("QueryRow"), waits(Database, Unbounded).insteadUse("QueryRowContext")},
	{"database/sql", "Stmt", names("Exec"), waits(Database, Unbounded).insteadUse("ExecContext")},
	{"database/sql", "Stmt", names("QueryContext", "QueryRowContext", "ExecContext"), waits(Database, ByCtx).withCtx(0)},
}

// onRequest is e with its request in argument arg.
func onRequest(e Effect, arg int) Effect {
	e.Arg = arg
	return e
}

// sizedWait is e with its duration in argument arg.
func sizedWait(e Effect, arg int) Effect {
	e.Arg = arg
	return e
}

var miscRows = []row{
	{"os", "", names("Exit"), plain(Exit)},
	{"log", "", names("Fatal", "Fatalf", "Fatalln"), plain(Exit)},
	{"log", "Logger", names("Fatal", "Fatalf", "Fatalln"), plain(Exit)},
	{"testing", "common", names("FailNow", "Fatal", "Fatalf", "Skip", "SkipNow", "Skipf"), plain(Goexit)},
	{"testing", "common", names("Cleanup"), calling(Cleanup, 0, Keeps)},
	{"testing", "TB", names("FailNow", "Fatal", "Fatalf", "Skip", "SkipNow", "Skipf"), plain(Goexit)},
	{"testing", "TB", names("Cleanup"), calling(Cleanup, 0, Keeps)},
	{"github.com/stretchr/testify/require", "", names("Fail", "Failf", "FailNow", "FailNowf"), plain(Goexit)},
	{"github.com/stretchr/testify/assert", "", names("FailNow", "FailNowf"), plain(Goexit)},
	{"errors", "", names("New"), plain(ErrorNew)},
	{"fmt", "", names("Errorf"), plain(ErrorNew)},
	{"log", "", names("Print", "Printf", "Println"), plain(Log)},
	{"log", "Logger", names("Print", "Printf", "Println"), plain(Log)},
	{"log/slog", "", names("Debug", "Info", "Warn", "Error"), plain(Log)},
	{"log/slog", "Logger", names("Debug", "Info", "Warn", "Error"), plain(Log)},
}
