package api

var contextRows = []row{
	{"context", "", names("Background", "TODO"), plain(CtxRoot)},
	{"context", "", names("WithCancel", "WithCancelCause"), plain(CtxCancel).withCtx(0)},
	{"context", "", names("WithTimeout", "WithTimeoutCause", "WithDeadline", "WithDeadlineCause"), plain(CtxDeadline).withCtx(0)},
	{"context", "", names("WithoutCancel"), plain(CtxDetach).withCtx(0)},
	{"context", "", names("WithValue"), plain(CtxValue).withCtx(0)},
	{"context", "", names("AfterFunc"), calling(CtxAfter, 1, Keeps).withCtx(0)},
	{"context", "", names("Cause"), plain(CtxErr).withCtx(0)},
	{"context", "Context", names("Done"), plain(CtxDone)},
	{"context", "Context", names("Err"), plain(CtxErr)},
	{"os/signal", "", names("NotifyContext"), plain(CtxCancel).withCtx(0)},
}

var timeRows = []row{
	{"time", "", names("Sleep"), sized(Sleep, 0)},
	{"time", "", names("NewTimer"), sized(TimerNew, 0)},
	{"time", "", names("NewTicker"), sized(TickerNew, 0)},
	{"time", "", names("After", "Tick"), sized(TimerChan, 0)},
	{"time", "", names("AfterFunc"), calling(SpawnTimer, 1, Keeps)},
	{"time", "Timer", names("Stop"), plain(TimerStop)},
	{"time", "Ticker", names("Stop"), plain(TimerStop)},
	{"time", "Timer", names("Reset"), plain(TimerReset)},
	{"time", "Ticker", names("Reset"), plain(TimerReset)},
	{"runtime", "", names("Gosched"), plain(Gosched)},
	{"runtime", "", names("Goexit"), plain(Goexit)},
	{"runtime", "", names("SetFinalizer"), calling(Finalizer, 1, Keeps)},
	{"runtime", "", names("AddCleanup"), calling(Finalizer, 1, Keeps)},
}
