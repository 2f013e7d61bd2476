//go:build go1.25

package queue_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/conclint/conclint/runtime/queue"
)

// event is what one blocked or unblocked caller reported.
type event struct {
	id    int
	value int // Get only
	err   error
}

// caller waits in Put or Get.
type caller struct {
	id, value int
	cancel    context.CancelFunc
}

// The queue and a sequential model take the same random steps; after each step all goroutines sleep, and both must agree on who has got
// what. Waiters of sync.Cond are woken in the order in which they came, so even that is exact.
func TestQueuesMatchModel(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			for seed := range uint64(200) {
				synctest.Test(t, func(t *testing.T) {
					rng := rand.New(rand.NewPCG(seed, 20))
					capacity := 1 + rng.IntN(4)
					m := &model{t: t, q: k.make(capacity), take: k.take, capacity: capacity, events: make(chan event, 100)}
					for range 60 {
						m.step(rng)
					}
					m.q.Close()
					m.closed = true
					m.settle("final Close")
				})
			}
		})
	}
}

type model struct {
	t        *testing.T
	q        buffer
	take     func([]int) (int, []int)
	capacity int
	events   chan event
	next     int

	held             []int
	closed           bool
	putters, getters []caller
}

func (m *model) step(rng *rand.Rand) {
	ctx, cancel := context.WithCancel(context.Background())
	m.t.Cleanup(cancel)
	m.next++
	id := m.next
	switch rng.IntN(9) {
	case 0, 1, 2:
		v := rng.IntN(5)
		m.putters = append(m.putters, caller{id, v, cancel})
		go func() { m.events <- event{id: id, err: m.q.Put(ctx, v)} }()
		m.settle("Put")
	case 3, 4, 5:
		m.getters = append(m.getters, caller{id, 0, cancel})
		go func() {
			v, err := m.q.Get(ctx)
			m.events <- event{id, v, err}
		}()
		m.settle("Get")
	case 6:
		for _, line := range []*[]caller{&m.putters, &m.getters} {
			if len(*line) > 0 {
				i := rng.IntN(len(*line))
				gone := (*line)[i]
				*line = slices.Delete(*line, i, i+1)
				gone.cancel()
				m.settle("cancel", event{id: gone.id, err: context.Canceled})
			}
		}
	case 7:
		v := rng.IntN(5)
		if want := !m.closed && len(m.held) < m.capacity; m.q.TryPut(v) != want {
			m.t.Fatalf("TryPut must be %v with %d held", want, len(m.held))
		} else if want {
			m.held = append(m.held, v)
			m.settle("TryPut")
		}
	case 8:
		if rng.IntN(20) == 0 {
			m.q.Close()
			m.closed = true
			m.settle("Close")
		}
	}
	if m.q.Len() != len(m.held) {
		m.t.Fatalf("Len = %d, the model says %d", m.q.Len(), len(m.held))
	}
}

// settle lets the model do what is possible now, and compares with what the queue has done.
func (m *model) settle(step string, want ...event) {
	for moved := true; moved; {
		moved = false
		if len(m.getters) > 0 && len(m.held) > 0 {
			var v int
			v, m.held = m.take(m.held)
			want = append(want, event{m.getters[0].id, v, nil})
			m.getters = m.getters[1:]
			moved = true
		}
		if len(m.putters) > 0 && !m.closed && len(m.held) < m.capacity {
			m.held = append(m.held, m.putters[0].value)
			want = append(want, event{id: m.putters[0].id})
			m.putters = m.putters[1:]
			moved = true
		}
	}
	if m.closed {
		for _, c := range slices.Concat(m.putters, m.getters) {
			want = append(want, event{id: c.id, err: queue.ErrClosed})
		}
		m.putters, m.getters = nil, nil
	}
	synctest.Wait()
	var got []event
	for len(m.events) > 0 {
		got = append(got, <-m.events)
	}
	byID := func(a, b event) int { return a.id - b.id }
	slices.SortFunc(got, byID)
	slices.SortFunc(want, byID)
	if !slices.EqualFunc(got, want, func(a, b event) bool {
		return a.id == b.id && a.value == b.value && errors.Is(a.err, b.err)
	}) {
		m.t.Fatalf("%s: got %v, the model says %v", step, got, want)
	}
}
