package api

const (
	grpcPkg  = "google.golang.org/grpc"
	redisPkg = "github.com/redis/go-redis/v9"
	kafkaPkg = "github.com/segmentio/kafka-go"
	pgxPkg   = "github.com/jackc/pgx/v5"
	poolPkg  = pgxPkg + "/pgxpool"
)

// clientRows describe widely used clients of network services.
var clientRows = []row{
	{grpcPkg, "ClientConn", names("Invoke", "NewStream"), waits(Client, ByCtx).withCtx(0)},
	{grpcPkg, "ClientConnInterface", names("Invoke", "NewStream"), waits(Client, ByCtx).withCtx(0)},
	{grpcPkg, "Server", names("Serve"), waits(Serving, Unbounded)},
	{grpcPkg, "Server", names("RegisterService"), calling(Register, None, Keeps)},
	{grpcPkg, "ServerStream", names("Context"), plain(CtxOf)},
	{grpcPkg, "ServerStream", names("SendMsg", "RecvMsg"), waits(Network, ByReceiver)},
	{grpcPkg, "ClientStream", names("Context"), plain(CtxOf)},
	{grpcPkg, "ClientStream", names("SendMsg", "RecvMsg"), waits(Network, ByReceiver)},

	{redisPkg, "cmdable", names("Get", "Set", "Del", "Exists", "Expire", "Incr", "HGet", "HSet", "LPush", "RPop", "BLPop", "BRPop", "Publish", "Ping", "XRead"), waits(Client, ByCtx).withCtx(0)},
	{redisPkg, "Cmdable", names("Pipelined", "TxPipelined"), calling(NoOp, 1, CallsNow).withCtx(0)},
	{redisPkg, "PubSub", names("Receive", "ReceiveMessage"), waits(Network, ByCtx).withCtx(0)},

	{kafkaPkg, "Reader", names("ReadMessage", "FetchMessage", "CommitMessages"), waits(Network, ByCtx).withCtx(0)},
	{kafkaPkg, "Writer", names("WriteMessages"), waits(Network, ByCtx).withCtx(0)},
	{kafkaPkg, "", names("Dial"), waits(Network, Unbounded).insteadUse("kafka.DialContext")},
	{kafkaPkg, "", names("DialContext", "DialLeader"), waits(Network, ByCtx).withCtx(0)},
	{kafkaPkg, "Conn", names("ReadMessage", "WriteMessages", "Read", "Write"), waits(Network, ByReceiver)},
	{kafkaPkg, "Conn", names("SetDeadline", "SetReadDeadline", "SetWriteDeadline"), sized(SetDeadline, 0)},

	{pgxPkg, "Conn", names("Query", "QueryRow", "Exec", "Begin", "BeginTx", "Ping", "Prepare"), waits(Database, ByCtx).withCtx(0)},
	{pgxPkg, "Tx", names("Query", "QueryRow", "Exec", "Commit", "Rollback"), waits(Database, ByCtx).withCtx(0)},
	{pgxPkg, "", names("Connect"), waits(Database, ByCtx).withCtx(0)},
	{poolPkg, "Pool", names("Query", "QueryRow", "Exec", "Begin", "BeginTx", "Ping", "Acquire"), waits(Database, ByCtx).withCtx(0)},
}
