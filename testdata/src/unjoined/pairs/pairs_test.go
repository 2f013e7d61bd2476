package pairs

import (
	"path/filepath"
	"sync/atomic"
	"testing"
)

func early() error { return errEarly }

// A pair is how the two functions are called. Both are given work that ends when it
// is released, and leave early where they can.
var pairs = []struct {
	name    string
	bad, ok func(work save, file string)
}{
	{"error", func(w save, f string) { _ = errorBad(w, f, early) }, func(w save, f string) { _ = errorOk(w, f, early) }},
	{"closed", func(w save, f string) { _ = closedBad(w, f, early) }, func(w save, f string) { _ = closedOk(w, f, early) }},
	{"never", func(w save, f string) { neverBad(w, f) }, func(w save, f string) { neverOk(w, f) }},
	{"field", func(w save, f string) { b := &flusherBad{work: w}; b.flush(f); _ = b.Close() },
		func(w save, f string) { b := &flusherOk{work: w}; b.flush(f); _ = b.Close() }},
	{"unread", unreadBad, unreadOk},
	{"group", func(w save, f string) { _ = groupBad(w, f, early) }, func(w save, f string) { _ = groupOk(w, f, early) }},
	{"loop", func(w save, f string) { _ = loopBad(w, []string{f}, early) }, func(w save, f string) { _ = loopOk(w, []string{f}, early) }},
	{"switch", func(w save, f string) { _ = switchBad(w, f, 0) }, func(w save, f string) { _ = switchOk(w, f, 0) }},
	{"result", func(w save, f string) { _ = resultBad(w, f, early) }, func(w save, f string) { _ = resultOk(w, f, early) }},
	{"branch", func(w save, f string) { branchBad(w, f, func() bool { return true }) },
		func(w save, f string) { branchOk(w, f, func() bool { return false }) }},
	{"lateDefer", func(w save, f string) { _ = lateDeferBad(w, f, early) }, func(w save, f string) { _ = lateDeferOk(w, f, early) }},
	{"other", otherBad, otherOk},
	{"named", func(w save, f string) { _ = namedBad(w, f, early) }, func(w save, f string) { _ = namedOk(w, f, early) }},
	{"generic", func(w save, f string) { _ = genericBad([]string{f}, w, early) }, func(w save, f string) { _ = genericOk([]string{f}, w, early) }},
	{"again", func(w save, f string) { _ = againBad(w, f, early) }, func(w save, f string) { _ = againOk(w, f, early) }},
	{"pointer", func(w save, f string) { _ = pointerBad(w, f, early) }, func(w save, f string) { _ = pointerOk(w, f, early) }},
}

func TestPairs(t *testing.T) {
	for _, p := range pairs {
		file := filepath.Join(t.TempDir(), "file")

		// The work cannot end before the function has returned: it was lost.
		release, ended := make(chan struct{}), make(chan struct{})
		p.bad(func(string) error { <-release; close(ended); return nil }, file)
		select {
		case <-ended:
			t.Errorf("%s: the work has ended without being released", p.name)
		default:
		}
		close(release)
		<-ended

		// The function returns only after the work has ended.
		release = make(chan struct{})
		var done atomic.Bool
		returned := make(chan struct{})
		go func() {
			p.ok(func(string) error { <-release; done.Store(true); return nil }, file)
			if !done.Load() {
				t.Errorf("%s: the function has returned before its work had ended", p.name)
			}
			close(returned)
		}()
		close(release)
		<-returned
	}
}
