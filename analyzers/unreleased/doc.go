// Package unreleased reports paths that leave a lock held.
//
// # Analyzer unreleased
//
// unreleased: report paths that end with a lock held, and wrong unlocks
//
// A return that skips the Unlock blocks the next goroutine that wants the lock,
// for ever and far from the cause. Nearly always it is an early return or
// continue in an error branch between a Lock and an Unlock that are written out
// by hand:
//
//	func (r *Registry) Add(e *Entry) error {
//		r.mu.Lock()
//		if r.closed {
//			return ErrClosed // r.mu is still locked …
//		}
//		r.entries = append(r.entries, e)
//		r.mu.Unlock()
//		return nil
//	}
//
// Also reported: RUnlock for Lock and the other way round, a lock released
// twice, and a deferred Lock where Unlock was meant; a slot of a semaphore that is
// not given back, whether the semaphore is of golang.org/x/sync, of conclint's
// runtime, or a channel that serves as one; and a goroutine that was handed a lock
// or a slot and ends without giving it back. A channel counts as a lock or semaphore
// only if whoever takes a slot also gives it back, and the package uses it for
// nothing else. Annotations of the checklocks
// family (+checklocks, +checklocksacquire, +checklocksrelease, …) are believed at
// calls and held against the function's own paths; +checklocksignore and
// +checklocksforce silence a function and a line.
//
// # Fix
//
// Defer the Unlock right after the Lock. Where work follows the critical section,
// add the missing Unlock on the path, before its return or break or at the end of the
// function, or move the section into a function of its own. What a helper took is given
// back by the call that the other paths make, if releasing is all that it does.
// A wrong method of the pair becomes the right one.
//
// # When it stays silent
//
// Functions that leave the lock held on every path, or tell by their result
// whether they do, while somebody else in the package releases it; locks handed
// over to a goroutine or a returned function; unlocks guarded by a flag that
// mirrors the lock; paths that end the process.
package unreleased
