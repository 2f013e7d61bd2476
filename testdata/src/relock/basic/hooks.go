package basic

import "sync"

type hooked struct {
	mu      sync.Mutex
	started bool
	Notify  func()
}

// unlockOnce lets the error paths of its caller defer what the good path does early.
func unlockOnce(l sync.Locker) func() {
	var once sync.Once
	return func() { once.Do(l.Unlock) }
}

func (h *hooked) isStarted() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.started
}

func (h *hooked) StartOk() bool {
	unlock := unlockOnce(&h.mu)
	h.mu.Lock()
	defer unlock()
	if h.started {
		return false
	}
	h.started = true
	unlock()
	return h.isStarted()
}

func (h *hooked) StartBad() bool {
	unlock := unlockOnce(&h.mu)
	h.mu.Lock()
	defer unlock()
	h.started = true
	return h.isStarted() // want `h.mu is locked again by \(\*hooked\).isStarted \(hooks.go:18\); it is already held since hooks.go:37 and is not re-entrant`
}

func (h *hooked) OnceFuncOk() bool {
	h.mu.Lock()
	unlock := sync.OnceFunc(h.mu.Unlock)
	defer unlock()
	if h.started {
		unlock()
		return h.isStarted()
	}
	return false
}

func (h *hooked) OnceFuncLiteralOk() bool {
	h.mu.Lock()
	unlock := sync.OnceFunc(func() { h.mu.Unlock() })
	defer unlock()
	if h.started {
		unlock()
		return h.isStarted()
	}
	return false
}

func (h *hooked) OnceDoOk() bool {
	var once sync.Once
	h.mu.Lock()
	defer once.Do(h.mu.Unlock)
	if h.started {
		once.Do(h.mu.Unlock)
		return h.isStarted()
	}
	return false
}

func (h *hooked) OnceDoBad() bool {
	var once sync.Once
	h.mu.Lock()
	defer once.Do(h.mu.Unlock)
	return h.isStarted() // want `h.mu is locked again by \(\*hooked\).isStarted`
}

func (h *hooked) run() { h.Notify() }

// The second Lock waits until the other goroutine says that it runs.
func awaitOk() {
	var mu sync.Mutex
	mu.Lock()
	h := &hooked{Notify: mu.Unlock}
	go h.run()
	mu.Lock()
}

func awaitEarlyOk() {
	var mu sync.Mutex
	h := &hooked{Notify: mu.Unlock}
	mu.Lock()
	go h.run()
	mu.Lock()
}

func awaitLiteralOk(h *hooked) {
	var mu sync.Mutex
	mu.Lock()
	h.Notify = func() { mu.Unlock() }
	go h.run()
	mu.Lock()
}

func awaitPassedOk(start func(ready func())) {
	var mu sync.Mutex
	mu.Lock()
	start(mu.Unlock)
	mu.Lock()
}

// The literal takes and releases; nobody releases the first one.
func awaitBad(h *hooked) {
	var mu sync.Mutex
	mu.Lock()
	h.Notify = func() {
		mu.Lock()
		mu.Unlock()
	}
	go h.run()
	mu.Lock() // want `mu is locked again; it is already held since hooks.go:\d+ and is not re-entrant`
}

func withRecover(f func()) {
	defer func() { _ = recover() }()
	f()
}

// OpenAsync leaves the lock to the goroutine, which runs the function it is given.
func (h *hooked) OpenAsync() {
	h.mu.Lock()
	go withRecover(func() {
		defer h.mu.Unlock()
		h.started = true
	})
}

func openOk(h *hooked) bool {
	h.OpenAsync()
	return h.isStarted()
}
