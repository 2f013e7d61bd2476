// Package heldwait reports waits under a lock.
//
// # Analyzer heldwait
//
// heldwait: report waits under a lock that need the lock to end
//
// A goroutine that waits while it holds a lock blocks everybody who wants the
// lock. If the one that should end the wait is among them, nobody moves again:
//
//	func (p *Pool) Close() {
//		p.mu.Lock()
//		defer p.mu.Unlock()
//		p.closed = true
//		p.wg.Wait() // the workers lock p.mu before they are done …
//	}
//
//	func (p *Pool) worker() {
//		defer p.wg.Done()
//		p.mu.Lock()
//		p.active--
//		p.mu.Unlock()
//	}
//
// The same holds for a receive whose sender needs the lock, a send whose
// receiver does, and a wait for a child's Close.
//
// Waits that only take long (a sleep, a request to another machine, a child
// process) are reported when they stand directly under the lock or one call
// below it: every other user of the lock waits as long. One slow function has one
// report for a lock, and its other callers are related places.
//
// # Fix
//
// Move the wait after the Unlock. What the wait needs is read under the lock
// into local variables.
//
// # When it stays silent
//
// Selects with a default, a timeout or a context; sends to a channel with room;
// cond.Wait on its own lock; wait groups whose members count themselves under the
// lock and need it no more; waits far down a chain of calls; file input and
// output under a lock that serialises it (strict).
package heldwait
