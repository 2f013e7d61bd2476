package lock

import "sync"

// Mutex is a mutual exclusion lock with the methods of [sync.Mutex]. The zero value is unlocked, has no rank, and is ready to use. It must not
// be copied after first use. What a debug build checks is described at the top of the package.
type Mutex struct {
	watch watch // empty unless this is a debug build
	mu    sync.Mutex
	order order
}

// NewMutex returns an unlocked mutex with the given rank and name.
func NewMutex(opts ...Option) *Mutex {
	m := &Mutex{}
	m.order.setup(opts)
	m.watch.setup(&m.order)
	return m
}

// Setup gives a mutex that is part of a struct its rank and name, before its first use. All mutexes set up by the same statement are of one
// class.
func (m *Mutex) Setup(opts ...Option) {
	m.order.setup(opts)
	m.watch.setup(&m.order)
}

// Lock locks m and waits until it is free.
func (m *Mutex) Lock() {
	m.watch.acquiring(writing, 0)
	m.mu.Lock()
	m.watch.acquired(writing)
}

// lockFor is Lock called by a function of this package for its caller, skip frames further up.
func (m *Mutex) lockFor(skip int) {
	m.watch.acquiring(writing, skip)
	m.mu.Lock()
	m.watch.acquired(writing)
}

// TryLock locks m if it is free, and reports whether it did.
func (m *Mutex) TryLock() bool {
	ok := m.mu.TryLock()
	if ok {
		m.watch.acquired(writing)
	}
	return ok
}

// Unlock unlocks m. It must be called by the goroutine that has locked it.
func (m *Mutex) Unlock() {
	m.watch.releasing(writing)
	m.mu.Unlock()
}

// AssertHeld panics in a debug build if the calling goroutine does not hold m; otherwise it does nothing and costs nothing. It belongs at the
// top of functions that the caller must call with m held.
func (m *Mutex) AssertHeld() { m.watch.assertHeld(writing) }

func (m *Mutex) ordering() *order { return &m.order }

func (m *Mutex) lockAmong(others bool) {
	m.watch.acquiringAmong(writing, others)
	m.mu.Lock()
	m.watch.acquired(writing)
}

// RWMutex is a reader/writer lock with the methods of [sync.RWMutex]. The zero value is unlocked, has no rank, and is ready to use. It must
// not be copied after first use. What a debug build checks is described at the top of the package.
type RWMutex struct {
	watch watch
	order order
	mu    sync.RWMutex
}

// NewRWMutex returns an unlocked reader/writer lock with the given rank and name.
func NewRWMutex(opts ...Option) *RWMutex {
	m := &RWMutex{}
	m.order.setup(opts)
	m.watch.setup(&m.order)
	return m
}

// Setup gives a lock that is part of a struct its rank and name, before its first use. All locks set up by the same statement are of one
// class.
func (m *RWMutex) Setup(opts ...Option) {
	m.order.setup(opts)
	m.watch.setup(&m.order)
}

// Lock locks m for writing and waits until nobody reads or writes.
func (m *RWMutex) Lock() {
	m.watch.acquiring(writing, 0)
	m.mu.Lock()
	m.watch.acquired(writing)
}

// TryLock locks m for writing if that is possible at once, and reports whether it did.
func (m *RWMutex) TryLock() bool {
	ok := m.mu.TryLock()
	if ok {
		m.watch.acquired(writing)
	}
	return ok
}

// Unlock ends writing. It must be called by the goroutine that has locked m.
func (m *RWMutex) Unlock() {
	m.watch.releasing(writing)
	m.mu.Unlock()
}

// RLock locks m for reading and waits while somebody writes or waits to write. A goroutine must not lock m for reading twice: a writer
// that comes in between makes the second RLock wait for it, while it waits for the first.
func (m *RWMutex) RLock() {
	m.watch.acquiring(reading, 0)
	m.mu.RLock()
	m.watch.acquired(reading)
}

func (m *RWMutex) rlockFor(skip int) {
	m.watch.acquiring(reading, skip)
	m.mu.RLock()
	m.watch.acquired(reading)
}

// TryRLock locks m for reading if that is possible at once, and reports whether it did.
func (m *RWMutex) TryRLock() bool {
	ok := m.mu.TryRLock()
	if ok {
		m.watch.acquired(reading)
	}
	return ok
}

// RUnlock ends reading. It must be called by the goroutine that has called RLock.
func (m *RWMutex) RUnlock() {
	m.watch.releasing(reading)
	m.mu.RUnlock()
}

// RLocker returns a [sync.Locker] whose methods are RLock and RUnlock of m.
func (m *RWMutex) RLocker() sync.Locker { return (*rlocker)(m) }

type rlocker RWMutex

func (r *rlocker) Lock()   { (*RWMutex)(r).rlockFor(1) }
func (r *rlocker) Unlock() { (*RWMutex)(r).RUnlock() }

// AssertHeld panics in a debug build if the calling goroutine does not hold m for writing; otherwise it does nothing and costs nothing.
func (m *RWMutex) AssertHeld() { m.watch.assertHeld(writing) }

// AssertRHeld panics in a debug build if the calling goroutine holds m neither for reading nor for writing; otherwise it does nothing and
// costs nothing.
func (m *RWMutex) AssertRHeld() { m.watch.assertHeld(reading) }

func (m *RWMutex) ordering() *order { return &m.order }

func (m *RWMutex) lockAmong(others bool) {
	m.watch.acquiringAmong(writing, others)
	m.mu.Lock()
	m.watch.acquired(writing)
}

// mode says how a lock is held.
type mode uint8

const (
	reading mode = iota
	writing
)
