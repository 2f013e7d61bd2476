package basic

import (
	"sync"
	"time"
)

// Not all that set the logs of a pool hold the manager's lock.
type manager struct {
	mu    sync.Mutex
	pools []*pool
}

type pool struct {
	mu     sync.Mutex
	config map[string]string
	logs   int
}

func (p *pool) Reload(c map[string]string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.config = c
}

func (p *pool) Name() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.config["name"]
}

func (p *pool) Kind() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.config["kind"]
}

func (p *pool) Size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.config)
}

func (p *pool) Empty() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.config == nil
}

func (p *pool) SetLogs(n int) {
	if p.config != nil { // want `p.config is read without p.mu, which is held at \d+ of \d+ accesses; it may run in parallel with the write at above.go:\d+`
		n++
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.config != nil {
		p.logs = n
	}
}

func (m *manager) Apply(c map[string]string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var wg sync.WaitGroup
	for _, p := range m.pools {
		wg.Add(1)
		go func() {
			defer wg.Done()
			p.SetLogs(1)
			p.Reload(c)
		}()
	}
	wg.Wait()
}

func (m *manager) SetLogs(n int) {
	m.mu.Lock()
	pools := m.pools
	m.mu.Unlock()
	for _, p := range pools {
		p.SetLogs(n)
	}
}

// A tenant's limits are read after a timer was stopped: nobody has ended by that.
type tenant struct {
	mu     sync.Mutex
	limits []int
	timer  *time.Timer
}

func (t *tenant) Set(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.limits = append(t.limits, n)
}

func (t *tenant) Clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.limits = nil
}

func (t *tenant) Limited() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.limits != nil
}

func (t *tenant) clearTimer() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer == nil {
		return
	}
	t.timer.Stop()
	t.timer = nil
}

func Update(t *tenant, n int) bool {
	t.clearTimer()
	t.mu.Lock()
	t.limits = []int{n}
	t.mu.Unlock()
	return t.limits != nil // want `t.limits is read without t.mu, which is held at \d+ of \d+ accesses; it may run in parallel with the write at above.go:\d+`
}

// A hub is cleaned up by whoever calls, too.
type hub struct {
	mu   sync.Mutex
	wg   sync.WaitGroup
	link *int
	stop chan struct{}
}

func (h *hub) swap(n *int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.link = n
}

func (h *hub) Link() *int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.link
}

func (h *hub) Missing() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.link == nil
}

func (h *hub) Other(n *int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.link != n
}

func (h *hub) Value() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return *h.link
}

func (h *hub) Cleanup() int {
	if h.link != nil { // want `h.link is read without h.mu, which is held at \d+ of \d+ accesses; it may run in parallel with the write at above.go:\d+`
		return 1
	}
	return 0
}

func (h *hub) Run() {
	h.wg.Add(1)
	go func() {
		defer h.wg.Done()
		for range h.stop {
			h.swap(new(int))
		}
	}()
	h.wg.Wait()
	h.Cleanup()
}

func (h *hub) Abort() int { return h.Cleanup() }

// A watcher's group waits for its own goroutines, not for those that use the table it embeds.
type watcher struct {
	wg sync.WaitGroup
	*table
}

type table struct {
	mu  sync.Mutex
	row *int
}

func (t *table) Restore(n *int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.row = n
}

func (t *table) Row() *int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.row
}

func (t *table) Empty() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.row == nil
}

func (t *table) Is(n *int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.row == n
}

func (t *table) Value() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return *t.row
}

func (t *table) Close() int {
	return *t.row // want `t.row is read without t.mu, which is held at \d+ of \d+ accesses; it may run in parallel with the write at above.go:\d+`
}

func (w *watcher) Close() int {
	w.wg.Wait()
	return w.table.Close()
}
