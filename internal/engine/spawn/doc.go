// Package spawn is the engine's wing for goroutines: where they are started, how
// each tells that it has come to an end, who waits for that, and from this, which
// instructions may run in parallel.
//
// # Goroutines
//
// A [Spawn] is a place where code is started that runs on its own: a go
// statement, WaitGroup.Go, members of error groups and task groups, pools, timers,
// handlers, parallel subtests, and calls of helpers that do any of this with a
// func argument (known by their summaries, in other packages too). Its Signals
// say what the goroutine does at its end; a [Join] is a place where the spawner
// waits for such a signal on the same access path.
//
// # Happens-before
//
// Two instructions are compared in an activation of a function that leads to
// both, see [Analysis.Meet]. In it, an instruction reached by calls happens at
// the call; one reached through a spawn happens between the spawn and the join
// that covers it. The two may run in parallel if control can go from the spawn of
// one to the other without passing that join, or a channel, event, Once or
// atomic flag that orders them. Cancelling a context is not a join.
package spawn
