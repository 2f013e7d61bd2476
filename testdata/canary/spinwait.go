package canary

import "sync/atomic"

// awaitReady burns a processor until another goroutine sets the flag.
func awaitReady(load func()) {
	var ready atomic.Bool
	go func() {
		load()
		ready.Store(true)
	}()
	for !ready.Load() {
	}
}
