//go:build race || conclint_debug

package lock

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/conclint/conclint/runtime/internal/place"
)

// watch is what a debug build knows about one lock.
type watch struct {
	once  sync.Once
	self  *node // this very lock
	class *node // all locks made where this one was made; self if it was not set up

	rank int
	// owner is the place where the lock is held for writing: only for messages, as the truth is in the holds of the goroutine that holds it.
	owner atomic.Uint64
}

// setup makes the lock one of the class of its name or, without a name, of the place where it is made.
func (w *watch) setup(o *order) {
	at := place.Caller(2)
	w.once.Do(func() {
		w.rank = o.rank
		w.self = &node{name: o.name, made: at}
		w.class = theGraph.class(o.name, at)
	})
}

// init makes a lock that was not set up a class of its own, known by the place where it is locked first.
func (w *watch) init(at place.Place) {
	w.once.Do(func() {
		w.self = &node{used: at}
		w.class = w.self
	})
}

// acquiring panics if the calling goroutine must not wait for the lock now, and else remembers where it asked for it: skip frames above the
// caller of the method that calls acquiring.
func (w *watch) acquiring(m mode, skip int) { w.check(m, false, place.Caller(2+skip)) }

// acquiringAmong is acquiring for All.
func (w *watch) acquiringAmong(m mode, others bool) { w.check(m, others, place.Caller(3)) }

func (w *watch) check(m mode, among bool, at place.Place) {
	w.init(at)
	h := holdsOf(goroutine())
	for i := range h.list {
		w.checkAgainst(h.list[i], m, at)
	}
	if m == writing {
		theGraph.written(w.self, at)
		theGraph.written(w.class, at)
	}
	for i := range h.list {
		if h.list[i].watch != w {
			w.recordOrder(h.list, i, m, among, at)
		}
	}
	h.asked = at
}

func (w *watch) checkAgainst(held hold, m mode, at place.Place) {
	switch {
	case held.watch != w:
		if w.rank > 0 && held.watch.rank > w.rank {
			panic(fmt.Sprintf("lock: rank inversion: %v (rank %d) is locked at %v while %v (rank %d) is held since %v",
				w.self, w.rank, at, held.watch.self, held.watch.rank, held.since))
		}
	case m == writing && held.mode == reading:
		panic(fmt.Sprintf("lock: %v is locked for writing by the goroutine that holds it for reading; first at %v, now at %v",
			w.self, held.since, at))
	case m == writing || held.mode == writing:
		panic(fmt.Sprintf("lock: %v is locked again by the goroutine that holds it; first at %v, now at %v", w.self, held.since, at))
	case w.self.writer.Load() != 0:
		panic(fmt.Sprintf("lock: %v is locked for reading again by the goroutine that holds it; first at %v, now at %v; a writer in between (%v locks it for writing) would block both",
			w.self, held.since, at, place.Place(w.self.writer.Load())))
	}
}

// recordOrder remembers that the lock was asked for while held[i] was held, and panics if that closes a cycle.
func (w *watch) recordOrder(held []hold, i int, m mode, among bool, at place.Place) {
	from, to := held[i].watch.class, w.class
	if from == to || among {
		// Among locks of one class only the order of the very locks counts, and All orders its own.
		from, to = held[i].watch.self, w.self
	}
	var gates []*node
	for j := range held {
		if j != i && held[j].mode == writing {
			gates = append(gates, held[j].watch.self)
		}
	}
	theGraph.add(edge{from: from, to: to, held: held[i].mode, asked: m, since: held[i].since, at: at, gates: gates})
}

// acquired says that the calling goroutine now has the lock.
func (w *watch) acquired(m mode) {
	g := goroutine()
	h := holdsOf(g)
	at := h.asked
	h.asked = 0
	if at == 0 { // a Try, which never waits and so does not ask
		at = place.Caller(2)
		w.init(at)
	}
	h.list = append(h.list, hold{watch: w, mode: m, since: at})
	if m == writing {
		w.owner.Store(uint64(at))
	}
}

// releasing panics if the calling goroutine does not hold the lock.
func (w *watch) releasing(m mode) {
	g := goroutine()
	h := holdsOf(g)
	for i := len(h.list) - 1; i >= 0; i-- {
		if h.list[i].watch == w && h.list[i].mode == m {
			h.list = slices.Delete(h.list, i, i+1)
			if m == writing {
				w.owner.Store(0)
			}
			if len(h.list) == 0 {
				forget(g, h)
			}
			return
		}
	}
	at := place.Caller(2)
	w.init(at)
	panic(w.notHeld(g, h, "unlocked", m, at))
}

func (w *watch) assertHeld(m mode) {
	g := goroutine()
	h := holdsOf(g)
	for _, held := range h.list {
		if held.watch == w && held.mode >= m {
			return
		}
	}
	at := place.Caller(2)
	w.init(at)
	panic(w.notHeld(g, h, "needed", m, at))
}

// notHeld is the message for a goroutine that does something with the lock for which it must hold it.
func (w *watch) notHeld(g uintptr, h *holds, verb string, m mode, at place.Place) string {
	if len(h.list) == 0 {
		forget(g, h)
	}
	how := "hold it"
	if m == reading {
		how = "hold it for reading"
	}
	for _, held := range h.list {
		if held.watch == w {
			return fmt.Sprintf("lock: %v is %s at %v in the wrong mode: the goroutine does not %s, but locked it at %v", w.self, verb, at, how, held.since)
		}
	}
	if since := w.owner.Load(); since != 0 {
		return fmt.Sprintf("lock: %v is %s at %v by a goroutine that does not %s (another one holds it since %v)", w.self, verb, at, how, place.Place(since))
	}
	return fmt.Sprintf("lock: %v is %s at %v by a goroutine that does not %s", w.self, verb, at, how)
}
