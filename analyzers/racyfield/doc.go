// Package racyfield reports fields and package variables that are accessed without the lock that guards them.
//
// # Analyzer racyfield
//
// racyfield: report accesses without the lock that guards the data elsewhere
//
// Go has no way to say which mutex guards which field, so the program says it by
// what it does. When most accesses of a field hold a lock of the same object, the
// one that does not is usually a mistake, and a data race:
//
//	func (s *Store) Put(k string, v int) {
//		s.mu.Lock()
//		defer s.mu.Unlock()
//		s.items[k] = v
//	}
//
//	func (s *Store) Len() int {
//		return len(s.items) // s.items is read without s.mu, which is held at …
//	}
//
// Typical places are the read just after Unlock or just before Lock, an argument
// evaluated before the callee locks, a write under RLock, the wrong mutex of two,
// and a call of a helper that expects its caller to hold the lock.
//
// A getter that returns a guarded map, or a slice whose elements change, gives away
// what the lock protects: the caller uses it when the lock has been released.
//
// What the program states is enforced without statistics: +checklocks:mu and
// +checkatomic beside a field or package variable, as gVisor's checklocks reads
// them, and sentences such as "guarded by mu".
//
// Accesses that functions of other packages make for a call count where the call
// stands, with the locks that are held there.
//
// # Fix
//
// Take the lock around the access. A field has one report for each lock: other functions
// that break the rule are related places, and the fix is for all of them or there is none.
// Where it leaves nothing that breaks the rule, an alternative also writes the rule down,
// as +checklocks beside the field. A function that is always called with the
// lock held says so in its name (fooLocked) or its comment.
//
// # When it stays silent
//
// Constructors and objects that are not shared yet; fields never written after
// construction; atomics (racycounter has them); functions whose callers, name or
// comment say that the lock is held; reads by the only goroutine that writes;
// accesses under another lock that all writes hold too; accesses after the goroutines have been waited for;
// reads of what the same function has just written, if nobody else writes it; maps
// that are replaced as a whole. Objects that a function was given or has found
// somewhere follow rules that the counts do not show (who set them up, who is their
// only user yet): accesses of their fields are default reports only if the function
// itself holds the lock for the same field elsewhere, and strict ones otherwise.
package racyfield
