// Package conclint is the root of a module of correct concurrency primitives; it holds this description and no code. Import what you need:
//
//   - [github.com/conclint/conclint/runtime/task]: lifetimes and results. Groups that join their tasks, futures, pools, parallel maps, iterators
//     over results, services.
//   - [github.com/conclint/conclint/runtime/gate]: semaphores, an event, a barrier.
//   - [github.com/conclint/conclint/runtime/queue]: bounded queues that anybody may close: first in first out, stack, by priority.
//   - [github.com/conclint/conclint/runtime/lock]: mutexes with a rank, values that cannot be touched without their lock, a condition
//     variable with a context.
//   - [github.com/conclint/conclint/runtime/conctest]: for tests only. Leak checks and stress.
//
// The module needs Go 1.24 and nothing else. The linter conclint rewrites code to it where the standard library has no correct answer, and
// understands it: what is written with it needs no further annotation.
//
// Rules that hold throughout:
//
//   - Whatever may wait takes a context first and returns [context.Cause] of it when it ends. A context that has ended already gets nothing.
//   - What is started is joined: no call leaves goroutines behind.
//   - Misuse is refused with a panic, or an error where it depends on values, that names both places. Nothing waits for ever that could be
//     refused.
//   - Nothing is lost silently: not an error, a panic, a Goexit, a value in a queue or a wake-up.
//   - The zero value of a type is ready to use unless it has a constructor. No type may be copied after first use.
package conclint
