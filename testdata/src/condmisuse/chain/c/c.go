// Package c does not import a, whose lock it waits under: b takes and releases it.
package c

import (
	"sync"

	"condmisuse/chain/b"
)

type waiter struct {
	door *b.Door
	cond *sync.Cond
	open bool
}

func newWaiter(d *b.Door) *waiter {
	w := &waiter{door: d}
	w.cond = sync.NewCond(&d.Gate.Mu)
	return w
}

func (w *waiter) awaitOk() {
	w.door.Enter()
	defer w.door.Leave()
	for !w.open {
		w.cond.Wait()
	}
}

func (w *waiter) openOk() {
	w.door.Enter()
	w.open = true
	w.door.Leave()
	w.cond.Broadcast()
}

// FN_await gives the lock back before it waits: which lock the condition variable of an object was made with is known
// where it was made, and in the object's own fields, but not through a field of another package's.
func (w *waiter) FN_await() {
	w.door.Enter()
	open := w.open
	w.door.Leave()
	for !open {
		w.cond.Wait()
		open = w.open
	}
}

// The lock has been given back, by b, before the wait.
func awaitBad(d *b.Door) {
	cond := sync.NewCond(&d.Gate.Mu)
	d.Gate.Waiters = append(d.Gate.Waiters, cond)
	d.Enter()
	open := d.Gate.Open
	d.Leave()
	for !open {
		cond.Wait() // want `cond.Wait is called without d.Gate.Mu, which it unlocks first`
		open = d.Gate.Open
	}
}

// awaitHeldOk waits under the lock that b took.
func awaitHeldOk(d *b.Door) {
	cond := sync.NewCond(&d.Gate.Mu)
	d.Gate.Waiters = append(d.Gate.Waiters, cond)
	d.Enter()
	for !d.Gate.Open {
		cond.Wait()
	}
	d.Leave()
}
