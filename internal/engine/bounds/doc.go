// Package bounds is the engine's wing for the width of fan-outs: how many
// goroutines a loop may start at once, and what proves that it is not as many as
// there are data.
//
// The number of iterations of a loop is a [Size]: bounded by the program's text
// (constants, literals, arrays, processors, a checked maximum), a matter of
// configuration or structure (servers, shards, workers), or following the data.
// A fan-out that follows data needs a limit: a semaphore or token taken in the
// loop, a join in the loop, a group with a limit, a count that is checked.
package bounds
