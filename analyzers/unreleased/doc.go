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
// twice, and a deferred Lock where Unlock was meant. Annotations of the checklocks
// family (+checklocks, +checklocksacquire, +checklocksrelease, …) are believed at
// calls and held against the function's own paths; +checklocksignore and
// +checklocksforce silence a function and a line.
//
// # Fix
//
// Defer the Unlock right after the Lock. Where work follows the critical section,
// add the missing Unlock on the path, or move the section into a function of its own.
//
// # When it stays silent
//
// Functions that leave the lock held on every path, or tell by their result
// whether they do, while somebody else in the package releases it; locks handed
// over to a goroutine or a returned function; unlocks guarded by a flag that
// mirrors the lock; paths that end the process.
package unreleased
