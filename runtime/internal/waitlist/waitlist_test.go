package waitlist_test

import (
	"testing"

	"github.com/conclint/conclint/runtime/internal/waitlist"
)

func awake(w *waitlist.Waiter) bool {
	done := make(chan struct{})
	close(done)
	for range 20 { // with both ready, select takes either
		if w.Sleep(done) {
			return true
		}
	}
	return false
}

func TestWakesInOrder(t *testing.T) {
	var l waitlist.List
	l.WakeOne() // nobody there
	a, b, c := l.Add(), l.Add(), l.Add()
	l.WakeOne()
	if !awake(a) || awake(b) || awake(c) {
		t.Error("WakeOne did not wake the first alone")
	}
	l.AddFirst(a)
	l.WakeOne()
	if !awake(a) || awake(b) {
		t.Error("AddFirst did not put the waiter back to the head")
	}
	l.WakeAll()
	if !awake(b) || !awake(c) || !l.Empty() {
		t.Error("WakeAll left somebody asleep")
	}
}

func TestLeave(t *testing.T) {
	for gone := range 3 {
		var l waitlist.List
		ws := []*waitlist.Waiter{l.Add(), l.Add(), l.Add()}
		if !ws[gone].Leave() || ws[gone].Leave() {
			t.Error("Leave must succeed once")
		}
		l.WakeAll()
		for i, w := range ws {
			if awake(w) != (i != gone) {
				t.Errorf("waiter %d after waiter %d has left: awake %v", i, gone, i == gone)
			}
		}
		if ws[(gone+1)%3].Leave() {
			t.Error("Leave of a waiter that was woken must say so")
		}
		if !l.Empty() {
			t.Error("not empty")
		}
	}
}

func TestSleepWithoutEnd(t *testing.T) {
	var l waitlist.List
	w := l.Add()
	l.WakeOne()
	if !w.Sleep(nil) {
		t.Error("Sleep without a channel was not woken")
	}
}
