package api

const (
	taskPkg  = DefaultRuntime + "/task"
	gatePkg  = DefaultRuntime + "/gate"
	queuePkg = DefaultRuntime + "/queue"
	lockPkg  = DefaultRuntime + "/lock"
)

// runtimeRows describe conclint's own runtime module.
var runtimeRows = []row{
	{taskPkg, "", names("New"), plain(GroupNew).withCtx(0).ofTask()},
	{taskPkg, "", names("Run"), calling(GroupRun, 1, CallsNow).withCtx(0).ofTask()},
	{taskPkg, "Group", names("Go"), calling(GroupGo, 0, Keeps).ofTask()},
	{taskPkg, "Group", names("TryGo"), calling(GroupTry, 0, Keeps).ofTask()},
	{taskPkg, "Group", names("Wait"), plain(GroupWait).ofTask()},
	{taskPkg, "Group", names("Context"), plain(CtxOf).ofTask()},
	{taskPkg, "", names("Go"), calling(GroupGo, 1, Keeps).onArg0().ofTask()},
	{taskPkg, "", names("Map", "Each", "AsCompleted", "InOrder"), calling(ParallelDo, 2, CallsAway).withCtx(0).ofTask()},
	{taskPkg, "", names("MapWith"), calling(ParallelDo, 3, CallsAway).withCtx(0).ofTask()},
	{taskPkg, "Future", names("Await"), plain(FutureAwait).withCtx(0).ofTask()},
	{taskPkg, "", names("NewPool"), plain(PoolNew).ofTask()},
	{taskPkg, "", names("Submit"), calling(PoolSubmit, 2, Keeps).withCtx(0).ofTask()},
	{taskPkg, "Batch", names("Submit"), calling(PoolSubmit, 0, Keeps).ofTask()},
	{taskPkg, "Batch", names("WaitAll"), plain(FutureAwait).withCtx(0).ofTask()},
	{taskPkg, "Pool", names("Shutdown"), plain(PoolClose).withCtx(0).ofTask()},
	{taskPkg, "Pool", names("Close"), plain(PoolClose).ofTask()},
	{taskPkg, "", names("Background", "Every"), calling(Spawn, 2, Keeps).withCtx(0).ofTask()},
	{taskPkg, "Service", names("Stop"), plain(FutureAwait).withCtx(0).ofTask()},
	{taskPkg, "", names("StopAll"), plain(FutureAwait).withCtx(0).ofTask()},
	{taskPkg, "", names("Sleep"), sized(Sleep, 1).withCtx(0).ofTask()},
	{taskPkg, "Local", names("With"), plain(CtxValue).withCtx(0).ofTask()},
	{gatePkg, "", names("NewSemaphore", "NewWeighted"), sized(SemNew, 0).ofTask()},
	{gatePkg, "Semaphore", names("Acquire"), plain(SemAcquire).withCtx(0).ofTask()},
	{gatePkg, "Semaphore", names("TryAcquire"), plain(SemTry).ofTask()},
	{gatePkg, "Semaphore", names("Release"), plain(SemRelease).ofTask()},
	{gatePkg, "Semaphore", names("With"), calling(NoOp, 1, CallsNow).withCtx(0).ofTask()},
	{gatePkg, "Weighted", names("Acquire"), sized(SemAcquire, 1).withCtx(0).ofTask()},
	{gatePkg, "Weighted", names("TryAcquire"), sized(SemTry, 0).ofTask()},
	{gatePkg, "Weighted", names("Release"), sized(SemRelease, 0).ofTask()},
	{gatePkg, "Weighted", names("With"), calling(NoOp, 2, CallsNow).withCtx(0).ofTask()},
	{gatePkg, "Event", names("Set"), plain(EventSet).ofTask()},
	{gatePkg, "Event", names("Wait"), plain(EventWait).withCtx(0).ofTask()},
	{gatePkg, "Barrier", names("Wait"), plain(BarrierWait).withCtx(0).ofTask()},
	{queuePkg, "Queue", names("Put"), plain(QueuePut).withCtx(0).ofTask()},
	{queuePkg, "Queue", names("Get"), plain(QueueGet).withCtx(0).ofTask()},
	{queuePkg, "Queue", names("Process"), calling(ParallelDo, 2, CallsAway).withCtx(0).ofTask()},
	{queuePkg, "Priority", names("Put"), plain(QueuePut).withCtx(0).ofTask()},
	{queuePkg, "Priority", names("Get"), plain(QueueGet).withCtx(0).ofTask()},
	{queuePkg, "Priority", names("Process"), calling(ParallelDo, 2, CallsAway).withCtx(0).ofTask()},
	{queuePkg, "Stack", names("Put"), plain(QueuePut).withCtx(0).ofTask()},
	{queuePkg, "Stack", names("Get"), plain(QueueGet).withCtx(0).ofTask()},
	{queuePkg, "Stack", names("Process"), calling(ParallelDo, 2, CallsAway).withCtx(0).ofTask()},
	{queuePkg, "core", names("Close"), plain(QueueClose).ofTask()}, // promoted to all three
	{lockPkg, "Mutex", names("Lock"), locking(Lock, Write).ofTask()},
	{lockPkg, "Mutex", names("TryLock"), try(Write).ofTask()},
	{lockPkg, "Mutex", names("Unlock"), locking(Unlock, Write).ofTask()},
	{lockPkg, "RWMutex", names("Lock"), locking(Lock, Write).ofTask()},
	{lockPkg, "RWMutex", names("TryLock"), try(Write).ofTask()},
	{lockPkg, "RWMutex", names("Unlock"), locking(Unlock, Write).ofTask()},
	{lockPkg, "RWMutex", names("RLock"), locking(Lock, Read).ofTask()},
	{lockPkg, "RWMutex", names("TryRLock"), try(Read).ofTask()},
	{lockPkg, "RWMutex", names("RUnlock"), locking(Unlock, Read).ofTask()},
	{lockPkg, "RWMutex", names("RLocker"), locking(LockView, Read).ofTask()},
	{lockPkg, "", names("NewCond"), plain(CondNew).ofTask()},
	{lockPkg, "Cond", names("Wait"), calling(CondWait, 1, CallsNow).withCtx(0).ofTask()},
	{lockPkg, "Cond", names("Signal"), plain(CondSignal).ofTask()},
	{lockPkg, "Cond", names("Broadcast"), plain(CondBroadcast).ofTask()},
}
