package api

const (
	errgroupPkg  = "golang.org/x/sync/errgroup"
	semaphorePkg = "golang.org/x/sync/semaphore"
	flightPkg    = "golang.org/x/sync/singleflight"
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

var spawnRows = []row{
	{"net/http", "", names("HandleFunc"), calling(Register, 1, Keeps)},
	{"net/http", "", names("Handle"), calling(Register, 1, Keeps)},
	{"net/http", "ServeMux", names("HandleFunc", "Handle"), calling(Register, 1, Keeps)},
	{"net/rpc", "", names("Register"), calling(Register, 0, Keeps)},
	{"expvar", "", names("Publish"), calling(Register, 1, Keeps)},
	{"testing", "T", names("Run"), calling(SubTest, 1, CallsNow)},
	{"testing", "T", names("Parallel"), plain(Parallel)},
	{"testing", "B", names("RunParallel"), calling(ParallelDo, 0, CallsAway)},
	{"testing", "B", names("Run"), calling(SubTest, 1, CallsNow)},
	{"testing/synctest", "", names("Wait"), plain(Settle)},
}
