// Package stuckchan reports goroutines that wait for a channel for ever.
//
// # Analyzer stuckchan
//
// stuckchan: report channel operations that nobody can complete any more
//
// A goroutine that blocks on a channel whose other side has gone never ends. It
// keeps its memory, its locks and its place in every WaitGroup. The usual cause is
// a path that was thought of later: a timeout, an early return, an error.
//
//	func fetch(ctx context.Context) (string, error) {
//		res := make(chan string)
//		go func() { res <- slow() }() // WRONG: blocks for ever when ctx ends first
//		select {
//		case s := <-res:
//			return s, nil
//		case <-ctx.Done():
//			return "", ctx.Err()
//		}
//	}
//
//	res := make(chan string, 1) // RIGHT: the send finds room whatever happens
//
// The finding is an interleaving found by exploring the goroutines of a function,
// or of a type whose methods share channels. It is attached as numbered steps, and
// the message names the event that decides.
//
// # send
//
// Nobody is left to receive. Give the channel room for the one result, or select
// on the context beside the send.
//
// # recv
//
// Nobody is left to send or to close. Close the channel on every path, best with
// defer.
//
// # range
//
// The channel is ranged over and nobody is left to close it.
//
// # select
//
// None of the cases of a select can come any more.
//
// # dropped
//
// A function returns an unbuffered channel on which a goroutine sends once. The
// goroutine leaks whenever a caller drops the channel, so the channel needs room
// for the result.
//
// # nil
//
// A nil channel blocks for ever: a variable or unexported field that nothing
// assigns. A nil channel in a select is a case that is switched off.
//
// # assumed
//
// Found under an assumption about callers: a method called after Close, one called
// twice, a certain number of elements (strict).
//
// # Fix
//
// Room for all that is sent on a local channel: a buffer of one for a single result, of
// a number, or of the length of what starts the senders. A select beside a send that
// cannot be helped otherwise: on the context, on the channel that tells the sender to
// stop, or on the one that its receiver closes when it ends. A close for a range, deferred
// or after the last send, by whoever is the only one to send. A channel that a
// constructor forgets is made there. A goroutine that ranges over ticks ends when its
// ticker is stopped.
//
// # When it stays silent
//
// The channel is known to other code that may serve it; the wait is meant to last
// (select {}, a receive from a context that never ends); the program ends at that
// point; the number of senders or receivers cannot be told.
package stuckchan
