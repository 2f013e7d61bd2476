// Package nosemaphore reports fan-outs that are as wide as their input is long.
//
// # Analyzer nosemaphore
//
// nosemaphore: report goroutines started per element or message without a limit
//
// A goroutine is cheap, what it does is not. One goroutine per element works in
// the test with ten of them; with a million, all of them hold memory, connections
// and file descriptors at once, and the program, or the one it talks to, falls over:
//
//	for _, f := range files {
//		g.Go(func() error { return upload(f) }) // one goroutine per element of files, with no limit
//	}
//
// The number of iterations is traced to where it comes from: parameters through
// this package's callers, fields to what is ever stored in them, calls to what
// they return. It is reported when it follows data. Streams are judged alike: one
// goroutine per message received, row read or packet that arrives.
//
// Sizes that cannot be meant are reported too: SetLimit(0) and a semaphore without
// units admit nobody, an Acquire of more units than there are waits for ever, a
// limit of len(items) limits nothing.
//
// # Fix
//
// Give the group a limit; take a token from a buffered channel before the
// goroutine is started. With conclint's runtime: a group of one function per
// element becomes task.Each with task.Limit; task.Map does the same for results.
// No fix makes the loop wait under a lock or for a goroutine that waits for it.
//
// # When it stays silent
//
// Literals, arrays, constants and package variables that hold them; counts of
// workers and processors; a length that is compared with a maximum; chunks and
// batches; a semaphore, a token, a channel operation, a join or a count that is
// checked in the loop; a token taken at the start of the goroutine; groups that
// come from elsewhere; accept loops, signals and ticks; goroutines that serve
// until they are told to stop; tests.
//
// One goroutine per server, shard, peer, handler or other element of
// configuration and structure is reported in the strict tier only.
package nosemaphore
