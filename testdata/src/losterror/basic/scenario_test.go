//go:build scenario

package basic

import (
	"context"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/conclint/conclint/runtime/task"
)

// bad is a file that cannot be written, good one that can.
func bad(t *testing.T) string  { return filepath.Join(t.TempDir(), "no", "such", "place") }
func good(t *testing.T) string { return filepath.Join(t.TempDir(), "file") }

// logs keeps what is logged, by goroutines too.
type logs struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) empty() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Len() == 0
}

// logged wants an error to be logged.
func logged(t *testing.T, f func()) {
	t.Helper()
	var l logs
	log.SetOutput(&l)
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	f()
	for range 100 {
		if !l.empty() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the error is lost")
}

// returned wants an error to be returned, that of the goroutine among others.
func returned(t *testing.T, err error, part string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), part) {
		t.Errorf("the error is lost: %v", err)
	}
}

func TestStartBad(t *testing.T) { logged(t, func() { startBad(bad(t)) }) }
func TestStartOk(t *testing.T)  { returned(t, <-startOk(bad(t)), "place") }

func TestMethodBad(t *testing.T) { logged(t, func() { methodBad(&store{bad(t)}) }) }
func TestMethodOk(t *testing.T)  { logged(t, func() { methodOk(&store{bad(t)}) }) }

func TestLiteralBad(t *testing.T) { logged(t, func() { literalBad("") }) }

func TestSoleCallBad(t *testing.T) { logged(t, func() { soleCallBad([]string{bad(t), good(t)}) }) }
func TestSoleCallOk(t *testing.T)  { returned(t, soleCallOk([]string{bad(t), good(t)}), "place") }

func TestWaitGroupGoBad(t *testing.T) { logged(t, func() { waitGroupGoBad(bad(t)) }) }
func TestWaitGroupGoOk(t *testing.T)  { returned(t, waitGroupGoOk(bad(t)), "place") }

// occupied is a file whose backup cannot be written.
func occupied(t *testing.T) string {
	name := good(t)
	if err := os.WriteFile(name, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(name+".bak", 0o755); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestAssignedBad(t *testing.T) { _, err := assignedBad(occupied(t)); returned(t, err, ".bak") }
func TestAssignedOk(t *testing.T)  { _, err := assignedOk(occupied(t)); returned(t, err, ".bak") }

func TestWaitDroppedBad(t *testing.T) { logged(t, func() { waitDroppedBad([]string{bad(t)}) }) }
func TestWaitDroppedOk(t *testing.T)  { returned(t, waitDroppedOk([]string{bad(t)}), "place") }

func TestWaitDroppedReturnsBad(t *testing.T) {
	returned(t, waitDroppedReturnsBad([]string{bad(t)}), "place")
}

func TestNoWaitBad(t *testing.T) { returned(t, noWaitBad(bad(t), good(t)), "place") }
func TestNoWaitOk(t *testing.T)  { returned(t, noWaitOk(bad(t), good(t)), "place") }

func TestNoWaitOnPathBad(t *testing.T) { returned(t, noWaitOnPathBad(bad(t), good(t)), "place") }
func TestNoWaitOnPathOk(t *testing.T)  { returned(t, noWaitOnPathOk(bad(t), good(t)), "place") }

func TestDeferWaitBad(t *testing.T) { returned(t, deferWaitBad(bad(t)), "place") }
func TestDeferWaitOk(t *testing.T)  { returned(t, deferWaitOk(bad(t)), "place") }

func TestTaskWaitBad(t *testing.T) {
	logged(t, func() { taskWaitBad(context.Background(), bad(t)) })
}

func TestTaskRunBad(t *testing.T) { logged(t, func() { taskRunBad(context.Background(), bad(t)) }) }
func TestTaskRunOk(t *testing.T)  { returned(t, taskRunOk(context.Background(), bad(t)), "place") }

func TestCallbackBad(t *testing.T) { returned(t, callbackBad([]string{bad(t)}), "place") }
func TestCallbackOk(t *testing.T)  { returned(t, callbackOk([]string{bad(t)}), "place") }

func TestNeverDrainedBad(t *testing.T) {
	logged(t, func() { neverDrainedBad([]string{bad(t), good(t)}) })
}

func TestNeverDrainedOk(t *testing.T) {
	returned(t, neverDrainedOk([]string{bad(t), good(t)}), "place")
}

// ends wants all goroutines that f starts to end.
func ends(t *testing.T, f func()) {
	t.Helper()
	before := runtime.NumGoroutine()
	f()
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines are left", runtime.NumGoroutine()-before)
}

func TestFewSlotsBad(t *testing.T) {
	ends(t, func() { _ = fewSlotsBad([]string{good(t), good(t), good(t), good(t)}) })
}

func TestFewSlotsOk(t *testing.T) {
	ends(t, func() { _ = fewSlotsOk([]string{good(t), good(t), good(t), good(t)}) })
}

func TestFutureBad(t *testing.T) {
	p := task.NewPool()
	defer p.Close()
	logged(t, func() { futureBad(context.Background(), p, bad(t)) })
}

func TestFutureOk(t *testing.T) {
	p := task.NewPool()
	defer p.Close()
	returned(t, futureOk(context.Background(), p, bad(t)), "place")
}
