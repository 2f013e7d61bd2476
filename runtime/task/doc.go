// Package task starts concurrent work whose end and result cannot be lost: groups of tasks, futures, pools, parallel maps and background services.
//
// # Which one
//
//   - [Run] runs tasks that belong together and joins them; [New] and [Group.Wait] are its two halves for code that is not lexical.
//   - [Go] and [Submit] give a [Future] for a task of a group or of a [Pool]; a [Batch] collects the futures of many submissions.
//   - [Map], [MapWith] and [Each] apply a function to many elements; [AsCompleted] and [InOrder] are loops over the results.
//   - [First] takes the first success of several attempts.
//   - [Background] and [Every] start services that run until [StopAll].
//   - [Sleep], [Recv] and [Send] wait no longer than a context.
//   - [Local] is a value that travels with a context; [Current], [List] and [Dump] show what is running.
//
// # What holds for all of them
//
// The join is part of the call: when Run, Map or a loop is over, no goroutine of it is left, however it ended. Whoever makes a split form must
// end it: New with Wait, NewPool with Close or Shutdown, Background with Stop or StopAll.
//
// The first error cancels the context of the siblings, with that error as the cause; what has not started is dropped; the join returns the
// error. An error that only repeats the cancellation never replaces its reason. [AllErrors] collects the errors instead. When the context of
// the caller ends, the join returns its cause.
//
// A panic in a task is raised again by the join, as a *[PanicError] with the stack of the task, so that a recover in the caller works as it
// does for a sequential call. Until then the goroutine that panicked stays where it is: if the join does not come within 10 s ([PanicGrace]),
// because a sibling is stuck, the process dies with that goroutine's frames in the report. [CrashOnPanic] makes it die at once. A second panic
// in the same group is not reported. A task that calls runtime.Goexit makes the join call runtime.Goexit, so t.FailNow in a task ends the
// test.
//
// A task may start tasks and wait for tasks of its own group or pool at any limit: it neither waits for room in the queue nor for a free
// worker. This also holds in what a task starts with this package and its own context. It does not hold in a goroutine that a task starts with
// go: if the task waits for that goroutine, which waits for room in the queue, both wait until the context ends.
//
// # Cost
//
// Measured on two processors with Go 1.26; a go statement with a sync.WaitGroup took about 190 ns there.
//
//	task of a group without limit    190 ns, 1 allocation of 24 bytes; 230 ns, 3 of 120 bytes if made by New
//	task of a group with a limit      43 ns, no allocation
//	future of a pool                  80 ns in a batch, 220 ns one by one, 1 allocation of 64 bytes
//	element of Map                     3 ns, no allocation
//	result of AsCompleted, InOrder    80 ns, no allocation
//	Run or New itself                about 1 µs, 4 allocations; with a limit 7
//
// # Misuse
//
// What can be refused is refused, with a panic that names the places: a task for a group that has been joined, Wait inside Run, Wait or Close
// by a task that would wait for itself, Limit(0), a nil function. A task that is submitted to a closed pool gets an error, since that can
// happen in an orderly shutdown.
package task
