package helper

import "sync"

// A caster passes functions through its queue of events, told apart by their kind.
type caster struct {
	mu      sync.Mutex
	queue   chan event
	stopped chan struct{}
}

type event struct {
	kind string
	run  func()
}

func NewCaster() *caster {
	c := &caster{queue: make(chan event, 4), stopped: make(chan struct{})}
	go c.loop()
	return c
}

func (c *caster) loop() {
	for e := range c.queue {
		if e.kind == "run" {
			e.run()
			continue
		}
	}
}

// FP_Do: which kind an event has is a string, and strings are not followed.
func (c *caster) FP_Do(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.stopped:
		return
	default:
	}
	var wg sync.WaitGroup
	wg.Add(1)
	c.queue <- event{kind: "run", run: func() {
		defer wg.Done()
		f()
	}}
	wg.Wait() // want `\(\*caster\).FP_Do may wait for wg for ever when e.kind != "run" \(marker.go:25\): nobody is left to call Done`
}
