package api

const (
	errgroupPkg  = "golang.org/x/sync/errgroup"
	semaphorePkg = "golang.org/x/sync/semaphore"
	flightPkg    = "golang.org/x/sync/singleflight"

	taskPkg  = DefaultRuntime + "/task"
	gatePkg  = DefaultRuntime + "/gate"
	queuePkg = DefaultRuntime + "/queue"
	lockPkg  = DefaultRuntime + "/lock"
)

var groupRows = []row{
	{errgroupPkg, "", names("WithContext"), plain(GroupNew).withCtx(0)},
	{errgroupPkg, "Group", names("Go"), calling(GroupGo, 0, Keeps)},
	{errgroupPkg, "Group", names("TryGo"), calling(GroupTry, 0, Keeps)},
	{errgroupPkg, "Group", names("Wait"), plain(GroupWait)},
	{errgroupPkg, "Group", names("SetLimit"), sized(GroupLimit, 0)},
	{semaphorePkg, "", names("NewWeighted"), sized(SemNew, 0)},
	{semaphorePkg, "Weighted", names("Acquire"), sized(SemAcquire, 1).withCtx(0)},
	{semaphorePkg, "Weighted", names("TryAcquire"), sized(SemTry, 0)},
	{semaphorePkg, "Weighted", names("Release"), sized(SemRelease, 0)},
	{flightPkg, "Group", names("Do"), calling(OnceDo, 1, CallsNow)},
	{flightPkg, "Group", names("DoChan"), calling(Spawn, 1, Keeps)},
}

var runtimeRows = []row{
	{taskPkg, "", names("New"), plain(GroupNew).withCtx(0).ofTask()},
	{taskPkg, "", names("Run"), calling(GroupRun, 1, CallsNow).withCtx(0).ofTask()},
	{taskPkg, "Group", names("Go"), calling(GroupGo, 0, Keeps).ofTask()},
	{taskPkg, "Group", names("TryGo"), calling(GroupTry, 0, Keeps).ofTask()},
	{taskPkg, "Group", names("Wait"), plain(GroupWait).ofTask()},
	{taskPkg, "", names("Go"), calling(GroupGo, 1, Keeps).onArg0().ofTask()},
	{taskPkg, "", names("Map"), calling(ParallelDo, 2, CallsAway).withCtx(0).ofTask()},
	{taskPkg, "", names("Each", "AsCompleted", "InOrder"), calling(ParallelDo, 2, CallsAway).withCtx(0).ofTask()},
	{taskPkg, "", names("MapWith"), calling(ParallelDo, 3, CallsAway).withCtx(0).ofTask()},
	{taskPkg, "Future", names("Await"), plain(FutureAwait).withCtx(0).ofTask()},
	{taskPkg, "", names("NewPool"), plain(PoolNew).ofTask()},
	{taskPkg, "", names("Submit"), calling(PoolSubmit, 2, Keeps).withCtx(0).ofTask()},
	{taskPkg, "Pool", names("Shutdown"), plain(PoolClose).withCtx(0).ofTask()},
	{taskPkg, "Pool", names("Close"), plain(PoolClose).ofTask()},
	{taskPkg, "", names("Background"), calling(Spawn, 2, Keeps).withCtx(0).ofTask()},
	{taskPkg, "", names("Every"), calling(Spawn, 2, Keeps).withCtx(0).ofTask()},
	{taskPkg, "", names("Sleep"), sized(Sleep, 1).withCtx(0).ofTask()},
	{gatePkg, "", names("NewSemaphore", "NewWeighted"), sized(SemNew, 0).ofTask()},
	{gatePkg, "Semaphore", names("Acquire"), plain(SemAcquire).withCtx(0).ofTask()},
	{gatePkg, "Semaphore", names("TryAcquire"), plain(SemTry).ofTask()},
	{gatePkg, "Semaphore", names("Release"), plain(SemRelease).ofTask()},
	{gatePkg, "Weighted", names("Acquire"), sized(SemAcquire, 1).withCtx(0).ofTask()},
	{gatePkg, "Weighted", names("TryAcquire"), sized(SemTry, 0).ofTask()},
	{gatePkg, "Weighted", names("Release"), sized(SemRelease, 0).ofTask()},
	{gatePkg, "Event", names("Set"), plain(EventSet).ofTask()},
	{gatePkg, "Event", names("Wait"), plain(EventWait).withCtx(0).ofTask()},
	{gatePkg, "Barrier", names("Wait"), plain(BarrierWait).withCtx(0).ofTask()},
	{queuePkg, "Queue", names("Put"), plain(QueuePut).withCtx(0).ofTask()},
	{queuePkg, "Queue", names("Get"), plain(QueueGet).withCtx(0).ofTask()},
	{queuePkg, "Queue", names("Close"), plain(QueueClose).ofTask()},
	{lockPkg, "Mutex", names("Lock"), locking(Lock, Write).ofTask()},
	{lockPkg, "Mutex", names("TryLock"), try(Write).ofTask()},
	{lockPkg, "Mutex", names("Unlock"), locking(Unlock, Write).ofTask()},
	{lockPkg, "RWMutex", names("Lock"), locking(Lock, Write).ofTask()},
	{lockPkg, "RWMutex", names("TryLock"), try(Write).ofTask()},
	{lockPkg, "RWMutex", names("Unlock"), locking(Unlock, Write).ofTask()},
	{lockPkg, "RWMutex", names("RLock"), locking(Lock, Read).ofTask()},
	{lockPkg, "RWMutex", names("TryRLock"), try(Read).ofTask()},
	{lockPkg, "RWMutex", names("RUnlock"), locking(Unlock, Read).ofTask()},
}

var spawnRows = []row{
	{"net/http", "", names("HandleFunc"), calling(Register, 1, Keeps)},
	{"net/http", "", names("Handle"), calling(Register, 1, Keeps)},
	{"net/http", "ServeMux", names("HandleFunc", "Handle"), calling(Register, 1, Keeps)},
	{"net/http", "", names("HandlerFunc"), calling(Register, 0, Keeps)},
	{"net/rpc", "", names("Register"), calling(Register, 0, Keeps)},
	{"expvar", "", names("Publish"), calling(Register, 1, Keeps)},
	{"testing", "T", names("Run"), calling(SubTest, 1, CallsNow)},
	{"testing", "T", names("Parallel"), plain(Parallel)},
	{"testing", "T", names("Cleanup"), calling(Cleanup, 0, Keeps)},
	{"testing", "B", names("RunParallel"), calling(ParallelDo, 0, CallsAway)},
	{"testing", "B", names("Run"), calling(SubTest, 1, CallsNow)},
}
