package silent

import "sync"

// A keeper has no lock of its own: its tokens share that of the table.
type keeper struct {
	mu     *sync.Mutex
	tokens map[string]int
	stop   chan struct{}
}

type tokens struct {
	mu     sync.Mutex
	keeper *keeper
}

func (t *tokens) Enable() {
	t.keeper = &keeper{mu: &t.mu, tokens: make(map[string]int), stop: make(chan struct{})}
	go t.keeper.run()
}

func (k *keeper) run() {
	for range k.stop {
		k.mu.Lock()
		for name := range k.tokens {
			delete(k.tokens, name)
		}
		k.mu.Unlock()
	}
}

func (k *keeper) add(name string) { k.tokens[name]++ }

func (t *tokens) Assign(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keeper.add(name)
}

// A balancer is told of configurations one at a time.
type balancer struct {
	mu    sync.Mutex
	cfg   string
	child func(string)
}

// Update reads what it has just written: nobody else writes it.
func (b *balancer) Update(cfg string) {
	b.mu.Lock()
	b.cfg = cfg
	b.mu.Unlock()
	b.child(b.cfg)
}

func (b *balancer) Config() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cfg
}

func (b *balancer) Empty() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cfg == ""
}

func (b *balancer) Is(cfg string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cfg == cfg
}

func (b *balancer) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.cfg)
}

// A session is set up by the function that accepts it before it is registered;
// only the function that did this may do without the lock.
type session struct {
	mu   sync.Mutex
	name string
	jwt  string
}

type server struct {
	mu       sync.Mutex
	sessions []*session
}

func (s *server) authenticate(c *session) bool {
	c.mu.Lock()
	known := c.jwt != ""
	c.mu.Unlock()
	return known && c.name != "" // c was found elsewhere: who else knows it yet is not clear
}

func (s *server) Accept() {
	c := &session{}
	if s.authenticate(c) {
		s.mu.Lock()
		s.sessions = append(s.sessions, c)
		s.mu.Unlock()
	}
}

func (c *session) Rename(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.name = name
}

func (c *session) Name() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.name
}

func (c *session) Is(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.name == name
}

func (c *session) Anonymous() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.name == ""
}

func (c *session) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.name)
}

// A stream's header is complete before anybody may ask for it.
type stream struct {
	mu     sync.Mutex
	header string
	sent   bool
}

// Header returns the header. It must not be called until after Write.
func (s *stream) Header() string { return s.header }

func (s *stream) Write(h string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.header, s.sent = h, true
}

func (s *stream) Add(h string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.header += h
}

func (s *stream) Size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.header)
}

func (s *stream) Trim() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.header = s.header[:1]
}

// An account's limits are replaced as a whole, and read from the copy that was loaded.
type account struct {
	mu     sync.Mutex
	limits map[string]int
	ws     *session
	used   int
}

func newAccount(ws *session) *account { return &account{ws: ws} }

func (a *account) Update(names []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.limits = make(map[string]int)
	for i, n := range names {
		a.limits[n] = i
	}
}

func (a *account) Limit(name string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.limits[name]
}

func (a *account) Usage() int {
	a.mu.Lock()
	limits := a.limits
	used := a.used
	a.mu.Unlock()
	return used - len(limits)
}

// isWebsocket is called with the lock held on entry, but what it reads never changes.
// Lock held on entry.
func (a *account) isWebsocket() bool { return a.ws != nil }

func (a *account) Use() {
	a.mu.Lock()
	if a.isWebsocket() {
		a.used++
	}
	a.mu.Unlock()
}

func (a *account) Kind() string {
	if a.isWebsocket() {
		return "ws"
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.isWebsocket() {
		a.used++
	}
	return ""
}
