package basic

import (
	"os"
	"sync"
)

// osExit is a variable for the sake of tests.
var osExit = os.Exit

type fatal struct {
	mu    sync.Mutex
	lines []string
}

func (f *fatal) outputOk(line string, last, dump bool) {
	locked := true
	f.mu.Lock()
	defer func() {
		if locked {
			f.mu.Unlock()
		}
	}()
	f.lines = append(f.lines, line)
	if last {
		if !dump {
			f.mu.Unlock()
			locked = false
			osExit(1)
		}
		f.lines = nil
		f.mu.Unlock()
		locked = false
		osExit(255)
	}
}

// note does return.
var note = func(int) {}

func (f *fatal) outputBad(last bool) {
	f.mu.Lock()
	if last {
		f.mu.Unlock()
		note(1)
	}
	f.mu.Unlock() // want `f.mu is unlocked here although it was released before; unlocking an unlocked mutex ends the process`
}
