// Package condmisuse reports condition variables that nobody wakes.
//
// # Analyzer condmisuse
//
// condmisuse: report condition variables that are waited on in vain
//
// Wait returns with the lock held, but the condition may be false again, so it
// stands in a loop; and whoever makes the condition true must hold the lock and
// then signal:
//
//	mu.Lock()
//	if len(queue) == 0 { // WRONG: if
//		cond.Wait()
//	}
//
//	for len(queue) == 0 { // RIGHT
//		cond.Wait()
//	}
//
// # noloop
//
// Wait is not in a loop that tests its condition again.
//
// # nolock
//
// Wait is called without the lock of the condition variable, which panics.
//
// # nosignal
//
// Nothing wakes a waiter any more.
//
// # predicate
//
// The condition is changed without the lock, so that a waiter that has just tested
// it misses the wake-up.
//
// # When it stays silent
//
// The condition variable is known to other code; the loop stands in a caller.
package condmisuse
