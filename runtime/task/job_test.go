package task

import (
	"context"
	"runtime"
	"testing"
)

// What a finished task leaves in the context of its pool would grow for as long as the pool lives.
func TestFinishedTasksLeaveNothingInThePool(t *testing.T) {
	p := NewPool(Limit(1))
	defer p.Close()
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	submit := func(n int) {
		for range n {
			var kept context.Context
			f := Submit(t.Context(), p, func(ctx context.Context) (int, error) {
				child, cancel := context.WithCancel(ctx) // makes the context of the task
				defer cancel()
				kept = ctx
				return 0, child.Err()
			})
			_, _ = f.Await(t.Context())
			g := Submit(t.Context(), p, func(ctx context.Context) (int, error) { kept = ctx; return 0, nil })
			_, _ = g.Await(t.Context())
			if kept.Err() == nil { // makes it after the end
				t.Fatal("alive")
			}
		}
	}
	submit(100)
	before := heap()
	submit(5000)
	if after := heap(); after > before+300_000 { // 30 bytes for each task
		t.Errorf("the heap grew from %d to %d bytes", before, after)
	}
}
