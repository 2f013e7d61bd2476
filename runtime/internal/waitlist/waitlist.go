// Package waitlist is a line of sleeping goroutines that can be woken in the order in which they came, and that can leave it when a context
// ends. [sync.Cond] has the first property without the second: to get somebody out of it, all must be woken, and lose their places.
package waitlist

// List is a line of waiters. The zero value is empty. The caller protects it with a mutex.
type List struct{ first, last *Waiter }

// Waiter is a place in the line, used for one sleep.
type Waiter struct {
	wake       chan struct{} // holds one token from the moment the waiter has been woken
	prev, next *Waiter
	list       *List // nil when woken or removed
}

// Add appends a new waiter. It allocates: a channel must not outlive the testing/synctest bubble it was made in, so none is used again.
func (l *List) Add() *Waiter {
	w := &Waiter{wake: make(chan struct{}, 1)}
	l.insertLast(w)
	return w
}

// AddFirst puts w, which has been woken in vain, back to the head of the line.
func (l *List) AddFirst(w *Waiter) {
	w.list, w.prev, w.next = l, nil, l.first
	if l.first == nil {
		l.last = w
	} else {
		l.first.prev = w
	}
	l.first = w
}

func (l *List) insertLast(w *Waiter) {
	w.list, w.prev, w.next = l, l.last, nil
	if l.last == nil {
		l.first = w
	} else {
		l.last.next = w
	}
	l.last = w
}

// Empty reports whether nobody waits.
func (l *List) Empty() bool { return l.first == nil }

// WakeOne wakes the waiter at the head of the line, if any, and removes it. It never blocks.
func (l *List) WakeOne() {
	if w := l.first; w != nil {
		l.remove(w)
		w.wake <- struct{}{}
	}
}

// WakeAll wakes everybody and empties the line.
func (l *List) WakeAll() {
	for l.first != nil {
		l.WakeOne()
	}
}

func (l *List) remove(w *Waiter) {
	if w.prev == nil {
		l.first = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		l.last = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.list, w.prev, w.next = nil, nil, nil
}

// Sleep waits until w is woken or done is closed, and reports whether it was woken. The caller must not hold the mutex.
func (w *Waiter) Sleep(done <-chan struct{}) bool {
	if done == nil {
		<-w.wake
		return true
	}
	select {
	case <-w.wake:
		return true
	case <-done:
		return false
	}
}

// Leave takes w out of the line after Sleep has returned false. It reports whether w was still in it; if not, somebody has woken w
// meanwhile, and the caller must not let that wake-up be lost.
func (w *Waiter) Leave() bool {
	if w.list == nil {
		return false
	}
	w.list.remove(w)
	return true
}
