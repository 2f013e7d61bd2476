// Package lockorder reports locks that are taken in conflicting orders.
//
// # Analyzer lockorder
//
// lockorder: report locks taken in conflicting orders
//
// One goroutine holds A and wants B, another holds B and wants A: both wait for
// ever. The two halves are usually far apart, each hidden in a call:
//
//	func (b *Bank) Report() {
//		b.mu.Lock()
//		defer b.mu.Unlock()
//		for _, a := range b.accounts {
//			a.Balance() // locks Account.mu while Bank.mu is held
//		}
//	}
//
//	func (a *Account) Close() {
//		a.mu.Lock()
//		defer a.mu.Unlock()
//		a.bank.remove(a) // locks Bank.mu while Account.mu is held …
//	}
//
// Orders are compared by class, the field of the type that holds the lock, across
// functions and packages, also when the two halves meet only in a third package.
// Cycles may have any length.
//
// # Fix
//
// Choose one order and keep it: release the first lock before calling out, or
// collect what is needed under one lock and use it under the other. Two locks of
// one type are ordered by an id, or taken together with lock.All.
//
// # When it stays silent
//
// A common outer lock held around both halves; TryLock; objects that nobody else
// knows yet; read locks only, unless a writer can come between; callbacks that run
// while the lock of their caller is given up; Less methods.
package lockorder
