package silent

import (
	"context"
	"testing"

	"github.com/conclint/conclint/runtime/gate"
	"github.com/conclint/conclint/runtime/task"
)

func mustPanic(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	f()
}

// Senseless sizes are what these are about.
func TestMisuse(t *testing.T) {
	mustPanic(t, func() { task.Limit(0) })
	mustPanic(t, func() { gate.NewSemaphore(0) })
	w := gate.NewWeighted(3)
	if w.Acquire(context.Background(), 5) == nil {
		t.Error("more than there is")
	}
}
