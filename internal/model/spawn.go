package model

import "github.com/conclint/conclint/internal/access"

// SpawnKind says by what means code came to run in another goroutine.
type SpawnKind uint8

// The kinds of spawns.
const (
	SpawnGo       SpawnKind = iota // a go statement
	SpawnWg                        // WaitGroup.Go
	SpawnGroup                     // Go or TryGo of an error group or task group, or a pool
	SpawnTimer                     // time.AfterFunc, context.AfterFunc
	SpawnHandler                   // registered; called any time, by many goroutines at once
	SpawnParallel                  // applied to many elements at once, all joined before the call returns
	SpawnSubtest                   // a subtest that calls t.Parallel
	SpawnFinal                     // the finalizer goroutine
	SpawnHanded                    // sent or stored, for whoever finds it to run: nothing is started for it
)

// Many reports whether one such spawn runs its function in several goroutines at once.
func (k SpawnKind) Many() bool { return k == SpawnHandler || k == SpawnParallel }

// String is the kind as messages name the goroutine.
func (k SpawnKind) String() string {
	return [...]string{"goroutine", "goroutine", "group goroutine", "timer callback", "handler", "parallel body", "parallel subtest", "finalizer", "task"}[k]
}

// SignalOp is a means by which one goroutine tells another that it has come to a point.
type SignalOp uint8

// The signals, each with the wait that answers it.
const (
	NoSignal     SignalOp = iota
	SignalDone            // WaitGroup.Done; answered by Wait
	SignalSend            // a send; answered by a receive
	SignalClose           // close of a channel; answered by a receive
	SignalGroup           // the end of a member of a group; answered by the group's Wait
	SignalFuture          // the end of the task behind a future; answered by its Await
	SignalEvent           // Event.Set; answered by Event.Wait
)

// A Signal is what a function does for whoever waits for it.
type Signal struct {
	Op       SignalOp
	Path     *access.Path // the wait group, channel, group, future or event
	Every    bool         // on every path from the function's start to a return
	Deferred bool         // by a deferred call: nothing but other deferred calls comes after it
	Hop      Hop
}

// AnsweredBy reports whether a wait for w on the same path ends when s is given.
func (s SignalOp) AnsweredBy(w SignalOp) bool {
	return s == w || s == SignalSend && w == SignalClose || s == SignalClose && w == SignalSend
}

// An Await is a wait that a function makes on every path to a return: whoever
// gave the signal has done so when the function returns.
type Await struct {
	Op   SignalOp
	Path *access.Path
	Hop  Hop
}

// A ParamSpawn says that a func parameter runs in a goroutine that the function starts.
type ParamSpawn struct {
	Param   int
	Kind    SpawnKind
	Many    bool     // in several goroutines at once, or started in a loop
	Joined  bool     // it has ended when the function returns
	Waited  bool     // on some ways out it has: a wait that may be given up
	Shields bool     // the goroutine recovers from a panic of it
	Signals []Signal // given when the parameter has returned, in terms of the function's own parameters
	Chain   []Hop    // from the function to the go statement
}

// Spawns is the part of a summary that tells which goroutines a function starts
// and how it takes part in their start and end.
type Spawns struct {
	Runs    []ParamSpawn
	Signals []Signal
	Awaits  []Await
}

// Neutral reports whether the summary says nothing.
func (s *Spawns) Neutral() bool {
	return len(s.Runs) == 0 && len(s.Signals) == 0 && len(s.Awaits) == 0
}
