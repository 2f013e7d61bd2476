// Package errs is the engine's wing for the life of a goroutine's error: where it
// arises, who could look at it, and how it is lost on the way.
//
// An error counts as handled when the goroutine gives it to anything but a
// function that wraps it: a logger, a counter, a channel, a callback, memory that
// outlives the goroutine. What is left are the ways of losing it without a trace,
// listed as [Kind]. Functions that never fail, that only echo the end of their
// context, and those whose error nobody wants (closing, removing, printing) lose nothing.
package errs
