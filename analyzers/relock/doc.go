// Package relock reports locks that are taken again by the goroutine that holds them.
//
// # Analyzer relock
//
// relock: report locks taken again while they are held
//
// Go's mutexes are not re-entrant: they have no owner. A goroutine that locks a
// mutex it already holds waits for itself for ever. In shipped code the second
// acquisition is rarely in the same function; it is a sibling method, a callback
// or a deferred call, one to three calls away:
//
//	func (s *Store) Len() int {
//		s.mu.Lock()
//		defer s.mu.Unlock()
//		return len(s.m)
//	}
//
//	func (s *Store) Stats() Stats {
//		s.mu.Lock()
//		defer s.mu.Unlock()
//		return Stats{Entries: s.Len()} // s.mu is locked again by (*Store).Len …
//	}
//
// Taking a read lock twice works until a writer arrives between the two: the
// writer waits for the first reader, and the second RLock waits behind the
// writer. Upgrading a read lock to a write lock waits for itself at once.
//
// A function annotated +checklocks:s.mu or +checklocksread:s.mu holds the lock from
// its caller, and one annotated +checklocksexclude:s.mu is not to be called with it.
// +checklocksalias:n.owner.mu=t.mu at a function, +checklocksalias:part.mu=mu at a
// type, say that two names are one lock.
//
// # Fix
//
// Split the inner function: lenLocked does the work and expects the lock, Len
// locks and calls it. Call lenLocked where the lock is held. The fix does so where
// the function's whole work is done under the lock, or calls the variant that
// exists; of two acquisitions in one function it drops the inner one.
//
// # When it stays silent
//
// Locks of different instances, or of instances that cannot be told apart
// (elements of a slice or map); a lock released in between; TryLock; a lock
// handed over to a goroutine; a call that takes the lock only under a condition
// that does not hold here, such as a needLock parameter.
package relock
