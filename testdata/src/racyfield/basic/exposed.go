package basic

import "sync"

// hosts is reloaded in the background; most of its methods forget the lock.
type hosts struct {
	sync.RWMutex
	table map[string]string
	other []string
}

func newHosts() *hosts {
	h := &hosts{}
	go h.reload()
	return h
}

func (h *hosts) reload() {
	for {
		fresh := make(map[string]string)
		h.Lock()
		h.table = fresh
		h.Unlock()
	}
}

func (h *hosts) find(t map[string]string, name string) string {
	h.RLock()
	defer h.RUnlock()
	return t[name] + h.table["*"]
}

func (h *hosts) LookupV4(name string) string {
	return h.find(h.table, name) // want `h.table is read without h.RWMutex, which is held at 2 of 4 accesses; it may run in parallel with the write at exposed.go:22`
}

func (h *hosts) LookupV6(name string) string {
	return h.find(h.table, name+"6") // related to the first report of the field
}

// A client has a lock for its logger alone, and a getter that takes it.
type client struct {
	lgMu sync.RWMutex
	lg   func(string)
}

func (c *client) SetLogger(lg func(string)) {
	c.lgMu.Lock()
	c.lg = lg
	c.lgMu.Unlock()
}

func (c *client) Logger() func(string) {
	c.lgMu.RLock()
	defer c.lgMu.RUnlock()
	return c.lg
}

func (c *client) Sync() {
	c.lg("sync") // want `c.lg is read without c.lgMu`
}

func (c *client) Start() { go c.Sync() }

func (c *client) Validate() {
	c.lg("validate") // no goroutine of this package does, and most accesses do without the lock
}

func (c *client) backoff() func() {
	return func() {
		c.lg("backoff") // who calls this, under which locks, is not known
	}
}
