//go:build scenario

package pairs

import (
	"context"
	"errors"
	"testing"
)

func fails() { panic("foreign code") }

func failsWith() error { panic("foreign code") }

func calm() {}

// survived is reached only where the process goes on.
func survived(t *testing.T, p *pool) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.panics) != 1 {
		t.Errorf("%d panics were kept, want 1", len(p.panics))
	}
}

func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func TestAddDoneBad(t *testing.T) { var p pool; p.addDoneBad(fails); survived(t, &p) }
func TestAddDoneOk(t *testing.T)  { var p pool; p.addDoneOk(fails); survived(t, &p) }

func TestGroupGoBad(t *testing.T) { var p pool; p.groupGoBad(fails); survived(t, &p) }
func TestGroupGoOk(t *testing.T)  { var p pool; p.groupGoOk(fails); survived(t, &p) }

func TestHooksBad(t *testing.T) { p := pool{hooks: []job{calm, fails}}; p.hooksBad(); survived(t, &p) }
func TestHooksOk(t *testing.T)  { p := pool{hooks: []job{calm, fails}}; p.hooksOk(); survived(t, &p) }

func TestClosingBad(t *testing.T) { var p pool; p.closingBad(fails); survived(t, &p) }
func TestClosingOk(t *testing.T)  { var p pool; p.closingOk(fails); survived(t, &p) }

func TestLateBad(t *testing.T) { var p pool; p.lateBad(ended(), fails); survived(t, &p) }
func TestLateOk(t *testing.T)  { var p pool; p.lateOk(ended(), fails); survived(t, &p) }

func TestErrorsBad(t *testing.T) {
	var p pool
	if p.errorsBad(failsWith) == nil {
		t.Error("the panic is not returned")
	}
}

func TestErrorsOk(t *testing.T) {
	var p pool
	if p.errorsOk(failsWith) == nil {
		t.Error("the panic is not returned")
	}
}

func TestNamedBad(t *testing.T) { p := pool{hooks: []job{fails}}; p.namedBad(); survived(t, &p) }
func TestNamedOk(t *testing.T)  { p := pool{hooks: []job{fails}}; p.namedOk(); survived(t, &p) }

func TestBothBad(t *testing.T) { bothBad(calm, fails) }
func TestBothOk(t *testing.T)  { bothOk(calm, fails) }

func TestTaskBad(t *testing.T) {
	if err := taskBad(context.Background(), calm, fails); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestTaskOk(t *testing.T) {
	if taskOk(context.Background(), calm, fails) == nil {
		t.Error("the panic did not arrive")
	}
}
