// Package explore is a bounded explorer of goroutine interleavings.
//
// It executes compiled skeletons ([Func]) on an abstract machine. What a scope
// creates is concrete: channels, locks, wait groups, contexts, closures and the
// structs that hold them live on a small heap. Everything else is a symbol,
// and what a branch learned about a symbol is a fact that later branches obey.
// The machine therefore needs no alias analysis and no path conditions beyond
// the facts.
//
// A state is a heap, the facts and the goroutines, each of them standing before
// an operation that others can see. [Machine.Explore] walks the states breadth
// first, so the first path to a finding is a shortest witness. A finding is a
// set of goroutines that nothing can wake (the rule of the runtime's
// goroutine-leak profile: blocked on what no running goroutine can reach) or a
// panic: double close, send on closed, negative counter.
//
// The package is pure. It knows no SSA, no file set and no analysis driver;
// positions are opaque numbers. Budgets count steps and states, never time, so
// equal input gives equal findings.
package explore
