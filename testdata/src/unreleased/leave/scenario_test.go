//go:build scenario

package leave

import (
	"sync"
	"testing"
)

// released wants a lock to be free.
func released(t *testing.T, mu *sync.Mutex) {
	t.Helper()
	if !mu.TryLock() {
		t.Error("the lock is still held")
	}
}

func newBox() *box { return &box{m: map[string]int{}, closed: true} }

func TestSizeBad(t *testing.T) {
	b := newBox()
	if n, err := b.sizeBad("k"); n != 0 || err == nil {
		t.Error(n, err)
	}
	released(t, &b.mu)
}

func TestErrBad(t *testing.T) {
	b := newBox()
	if err := b.errBad(""); err == nil {
		t.Error("no error")
	}
	released(t, &b.mu)
}

func TestOuterBad(t *testing.T) {
	b := newBox()
	b.outerBad([][]string{{"k"}})
	released(t, &b.mu)
}

func TestElseBad(t *testing.T) {
	b := newBox()
	b.elseBad([]string{"k"})
	released(t, &b.mu)
}

func TestWorkBreakBad(t *testing.T) {
	b := newBox()
	b.m["k"] = 1
	b.workBreakBad([]string{"k"})
	released(t, &b.mu)
}

func TestRowBad(t *testing.T) {
	b := newBox()
	_ = b.rowBad(1, "k")
	released(t, &b.rows[1])
}

func TestHelperBad(t *testing.T) {
	b := newBox()
	_ = b.helperBad("")
	released(t, &b.mu)
}

func TestDeferredTwiceBad(t *testing.T) {
	b := newBox()
	_ = b.deferredTwiceBad("k")
	released(t, &b.mu)
}

func TestEndBad(t *testing.T) {
	s := &shelf{m: map[string]int{}}
	s.endBad("k")
	released(t, &s.mu)
}

func TestEndOk(t *testing.T) {
	s := &shelf{m: map[string]int{}}
	s.endOk("k")
	released(t, &s.mu)
}
