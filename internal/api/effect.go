package api

// Op is what a known function does. The variants are closed: the engine
// handles each, or ignores it knowingly.
type Op uint8

// The effects. NoOp is the effect of a function about which the table says
// something (how it treats a func argument, say) without it synchronising anything.
const (
	NoOp Op = iota

	Lock     // acquires the receiver in Mode; with Try, only if the result is true
	Unlock   // releases the receiver from Mode
	LockView // returns a Locker that locks the receiver in Mode (RWMutex.RLocker)

	OnceDo   // runs its func argument once, later callers wait for it
	OnceWrap // returns a function that runs the argument once (sync.OnceFunc)

	WgAdd  // adds argument Arg to the receiver's counter
	WgDone // decrements the counter
	WgWait // blocks until the counter is zero; a join
	WgGo   // Add, spawn of the func argument, Done when it returns

	CondNew       // argument 0 is the Locker of the condition
	CondWait      // releases the condition's lock, waits, takes it again
	CondSignal    // wakes one waiter
	CondBroadcast // wakes all waiters

	AtomicLoad
	AtomicStore
	AtomicRMW // Add, And, Or, Swap
	AtomicCAS

	GroupNew   // makes an error group; a context result is cancelled by the first error
	GroupGo    // spawns the func argument in the receiver's group; may block at a limit
	GroupTry   // like GroupGo but refuses at the limit (TryGo)
	GroupWait  // joins the group and returns its first error
	GroupLimit // sets the width of the group to argument Arg
	GroupRun   // runs the func argument with a group, joins all of it before returning
	ParallelDo // applies the func argument to elements in parallel, joined before returning

	FutureAwait // waits for one task's result; a join of that task
	PoolNew     // makes a bounded pool of workers
	PoolSubmit  // hands the func argument to a pool
	PoolClose   // waits for the pool's work; a join

	Spawn      // runs the func argument in a new goroutine some time
	SpawnTimer // runs the func argument in a new goroutine after a delay
	Register   // keeps the func argument (or the methods of an argument) and calls it from many goroutines: handlers
	Finalizer  // runs the func argument in the finalizer goroutine

	CtxRoot     // makes a context that is never done
	CtxCancel   // derived context, done only when the returned func is called or the parent is
	CtxDeadline // derived context, done at a time at the latest
	CtxDetach   // WithoutCancel: keeps values, drops cancellation, by intent
	CtxValue    // derived context with a value
	CtxDone     // the channel of the receiver
	CtxErr      // looks at the receiver
	CtxAfter    // AfterFunc on a context
	CtxOf       // the context that the receiver carries (of a request, a stream)
	ReqNew      // makes a request, with the context argument if it has one
	ReqCtx      // the receiver, a request, with another context
	CmdNew      // makes a command that is not started yet, ended by the context argument if it has one

	SemNew     // a semaphore of Arg units
	SemAcquire // takes a unit, may block
	SemTry     // takes a unit if one is free
	SemRelease // returns a unit

	EventSet
	EventWait
	BarrierWait

	QueuePut
	QueueGet
	QueueClose

	Sleep       // blocks for a time
	TimerNew    // value with channel C that delivers once
	TickerNew   // value with channel C that delivers for ever
	TimerChan   // the channel itself (time.After, time.Tick)
	TimerStop   // nothing is delivered after it
	TimerReset  //
	Gosched     // yields
	Exit        // ends the process
	Goexit      // ends the goroutine with defers run (also t.FailNow)
	Log         // writes a message somewhere a person may read it
	ErrorNew    // returns an error that is never nil
	Block       // may block on something outside the program, see Blocking
	SetDeadline // bounds later operations on the receiver
	Closer      // ends or releases the receiver's resource
	SubTest     // t.Run: runs the func argument as a test and waits, unless it is parallel
	Parallel    // t.Parallel
	Cleanup     // t.Cleanup: runs the func argument when the test ends
	Settle      // returns when all other goroutines of the test have ended or wait for something (synctest.Wait)
)

// Mode of a lock: readers share, a writer excludes.
type Mode uint8

// The modes. Write is the mode of every plain mutex.
const (
	NoMode Mode = iota
	Read
	Write
	Token // a unit of a semaphore: held until it is given back, by whomever, and excluding nobody
)

// Blocking classifies what an operation with Op Block waits for.
type Blocking uint8

// What a blocking operation waits for.
const (
	NotBlocking Blocking = iota
	Network              // a peer
	Process              // a child process
	Database             // a database server
	FileIO               // the file system
	Client               // an HTTP or RPC exchange
	Terminal             // a person
	Serving              // peers, for ever: a server that accepts until it is closed
)

// Bound says what, if anything, limits how long a Block operation takes.
type Bound uint8

// The bounds.
const (
	Unbounded   Bound = iota // nothing in the call
	ByCtx                    // the context argument Ctx
	ByReceiver               // a timeout field or deadline of the receiver
	ByArg                    // a duration argument
	ByRequest                // the context of a request argument
	ByTransport              // the default client or a package-level setting
)

// FuncUse says how a function treats its func argument.
type FuncUse uint8

// How a func argument is treated. The default for the standard library is
// CallsNow: synchronously, under the caller's locks, and not kept.
const (
	NoFunc    FuncUse = iota
	CallsNow          // called before the function returns, in the caller's goroutine
	CallsAway         // called in other goroutines, all finished before the function returns
	Keeps             // kept and called later
)

// An Effect is what one function does, in terms of its receiver and arguments.
// Argument numbers count from 0 without the receiver; None means no such argument.
type Effect struct {
	Op       Op
	Mode     Mode     // of Lock, Unlock, LockView
	Try      bool     // of Lock
	Blocking Blocking // of Block
	Bound    Bound    // of Block
	Func     int      // the func argument, None if there is none
	Use      FuncUse  // of that argument
	Arg      int      // the count, size or duration argument
	Ctx      int      // the context argument
	Package  bool     // the operation's subject is argument 0, not a receiver (atomic.AddInt64(&x, 1))
	Task     bool     // belongs to the conclint runtime
	Instead  string   // the bounded or cancellable function to use in its place, for messages and fixes
}

// None marks an argument that an effect does not have.
const None = -1
