// Package instances has cycles of lock classes whose locks are, or are not, those
// of one object.
package instances

import "sync"

// A connection belongs to one of the maps of the server, by its role.
type conn struct {
	mu     sync.Mutex
	server *server
	queue  []string
}

type server struct {
	mu      sync.Mutex
	clients map[int]*conn
	peers   map[string]*conn
	gateway struct {
		sync.RWMutex
		in map[int]*conn
	}
}

// A peer asks for the gateways; gateways are swept under the gateway lock.
func (s *server) sendToPeerOk(c *conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queue = append(c.queue, s.gatewayNames()...)
}

func (s *server) gatewayNames() (names []string) {
	s.gateway.RLock()
	defer s.gateway.RUnlock()
	for range s.gateway.in {
		names = append(names, "in")
	}
	return names
}

func (s *server) sweepOk() {
	s.gateway.Lock()
	defer s.gateway.Unlock()
	for _, c := range s.gateway.in {
		c.mu.Lock()
		c.queue = nil
		c.mu.Unlock()
	}
}

// A node of one container only: whoever holds it may be the one that is swept.
type node struct {
	mu   sync.Mutex
	tree *tree
	hits int
}

type tree struct {
	mu    sync.Mutex
	nodes map[int]*node
	total int
}

func (n *node) hitBad() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hits++
	n.tree.mu.Lock() // want `n.tree.mu is locked while holding n.mu, but \(\*tree\).sum locks t.nodes\[\].mu while holding t.mu`
	n.tree.total++
	n.tree.mu.Unlock()
}

func (t *tree) sum() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, x := range t.nodes {
		x.mu.Lock()
		n += x.hits
		x.mu.Unlock()
	}
	return n
}

// Stripes: the series belongs to the stripe that is swept, and the second stripe
// is locked under both. Two sweeps would deadlock; one at a time is the rule.
type stripes struct {
	locks  []sync.RWMutex
	series []map[int]*series
}

type series struct {
	sync.Mutex
	ref  int
	last int
}

func (s *stripes) gcOk(limit int) {
	check := func(i int, x *series) {
		x.Lock()
		defer x.Unlock()
		if x.last > limit {
			return
		}
		if j := x.ref % len(s.locks); j != i {
			s.locks[j].Lock()
			defer s.locks[j].Unlock()
		}
		delete(s.series[i], x.ref)
	}
	s.each(check)
}

func (s *stripes) each(f func(i int, x *series)) {
	for i := range s.locks {
		s.locks[i].Lock()
		for _, x := range s.series[i] {
			f(i, x)
		}
		s.locks[i].Unlock()
	}
}

// A helper that releases its caller's lock holds it until then.
type backend struct {
	mu  sync.RWMutex
	tx  *batch
	rtx readTx
}

type readTx struct{ mu sync.RWMutex }

type batch struct {
	sync.Mutex
	backend *backend
	pending int
}

func (b *batch) Unlock() {
	if b.pending > 0 {
		b.commit()
	}
	b.Mutex.Unlock()
}

func (b *batch) commit() {
	b.backend.rtx.mu.Lock()
	b.backend.begin()
	b.backend.rtx.mu.Unlock()
}

func (b *backend) begin() {
	b.mu.RLock()
	b.mu.RUnlock()
}

func (b *backend) defragOk() {
	b.tx.Lock()
	defer b.tx.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rtx.mu.Lock()
	defer b.rtx.mu.Unlock()
}

// One acquisition closes two circles: the cause is one.
type pool struct {
	mu   sync.Mutex
	vals map[string]*val
}

type val struct {
	mu sync.Mutex
	v  any
}

var socketsMu sync.Mutex

func (p *pool) load(key string, make func() any) any {
	p.mu.Lock()
	v, ok := p.vals[key]
	if ok {
		p.mu.Unlock()
		v.mu.Lock()
		defer v.mu.Unlock()
		return v.v
	}
	v = new(val)
	v.mu.Lock()
	defer v.mu.Unlock()
	p.vals[key] = v
	p.mu.Unlock()
	v.v = make()
	return v.v
}

func (p *pool) each(f func(any)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, v := range p.vals {
		v.mu.Lock()
		f(v.v)
		v.mu.Unlock()
	}
}

func (p *pool) listenOnce(key string) any {
	socketsMu.Lock()
	defer socketsMu.Unlock()
	return p.load(key, func() any { return key })
}

func (p *pool) listenBad(key string) any {
	return p.load(key, func() any { // want `p.mu is locked while holding val.mu, but \(\*pool\).each locks p.vals\[\].mu while holding p.mu`
		return p.listenOnce("inner " + key)
	})
}

// Two places take two locks against the order that all others keep: two causes,
// although one acquisition is part of both circles.
type engine struct {
	mu    sync.Mutex
	users *users
	log   *journal
}

type users struct {
	mu     sync.Mutex
	engine *engine
	n      int
}

type journal struct {
	mu     sync.Mutex
	engine *engine
	lines  int
}

func (e *engine) resetAll() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.reset()
}

func (e *engine) resetTwice() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.reset()
	e.reset()
}

func (e *engine) reset() {
	e.users.mu.Lock()
	e.users.n = 0
	e.users.mu.Unlock()
	e.log.mu.Lock()
	e.log.lines = 0
	e.log.mu.Unlock()
}

func (u *users) statBad() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.engine.mu.Lock() // want `u.engine.mu is locked while holding u.mu, but \(\*engine\).reset\w+ locks e.users.mu while holding e.mu`
	defer u.engine.mu.Unlock()
	return u.n
}

func (j *journal) statBad() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.engine.mu.Lock() // want `j.engine.mu is locked while holding j.mu, but \(\*engine\).reset\w+ locks e.log.mu while holding e.mu`
	defer j.engine.mu.Unlock()
	return j.lines
}

// A callback in a field may be another watcher's: a guess.
type feed struct {
	mu   sync.Mutex
	done func()
}

type watcher struct {
	mu   sync.Mutex
	last string
}

func (f *feed) watchOk() *watcher {
	w := &watcher{}
	f.done = func() {
		w.mu.Lock()
		w.last = "done"
		w.mu.Unlock()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	f.subscribe()
	return w
}

func (f *feed) subscribe() {
	f.mu.Lock()
	f.mu.Unlock()
}

func (f *feed) closeOk() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done()
}
