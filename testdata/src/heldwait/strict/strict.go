// Package strict does work of unknown length under a lock, which only the strict tier reports.
package strict

import (
	"os"
	"sync"
)

// A journal writes to its file, and tells whoever asked to be told.
type Journal struct {
	mu    sync.Mutex
	file  *os.File
	OnLog func(string)
	lines int
	inner func()
}

func (j *Journal) logStrict(text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.file.WriteString(text) // want `j.file.WriteString waits while j.mu is held`
	j.lines++
	if j.OnLog != nil {
		j.OnLog(text) // want `j.OnLog is called while j.mu is held since strict.go:19; it may take long, or need the lock itself`
	}
}

func (j *Journal) logOk(text string) {
	j.mu.Lock()
	j.lines++
	f := j.OnLog
	j.mu.Unlock()
	j.file.WriteString(text)
	f(text)
}

// Each runs what its caller hands in.
func (j *Journal) EachStrict(f func(int)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	f(j.lines) // want `f is called while j.mu is held`
}

// Known functions are followed.
func (j *Journal) setOk() {
	j.inner = func() { j.lines = 0 }
	j.mu.Lock()
	defer j.mu.Unlock()
	j.inner()
}
