// Package owners is the engine's wing for the question who waits for a goroutine.
//
// That nobody does proves nothing: many goroutines live as long as the process, or
// are let go on purpose. What counts is evidence that somebody meant to wait: a
// signal that the goroutine gives at its end, answered on one path and not on
// another, or by nobody at all; a test or main that returns first.
package owners
