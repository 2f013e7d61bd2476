// Package basic has conflicting lock orders, and the many correct programs that look like them.
package basic

import "sync"

type bank struct {
	mu       sync.Mutex
	accounts []*account
}

type account struct {
	mu      sync.Mutex
	bank    *bank
	balance int
}

func (a *account) get() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.balance
}

func (b *bank) totalBad() (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.accounts {
		n += a.get() // want `b.accounts\[\].mu is locked while holding b.mu, but \(\*account\).closeBad locks a.bank.mu while holding a.mu \(basic.go:35\); the two may deadlock`
	}
	return n
}

func (a *account) closeBad() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.bank.mu.Lock()
	a.bank.accounts = nil
	a.bank.mu.Unlock()
}

// One order only.
type outer struct {
	mu sync.Mutex
	in *inner
}

type inner struct{ mu sync.Mutex }

func (o *outer) aOk() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.in.mu.Lock()
	o.in.mu.Unlock()
}

func (o *outer) bOk() {
	o.in.mu.Lock()
	o.in.mu.Unlock()
	o.mu.Lock()
	o.mu.Unlock()
}

// A common outer lock makes the two orders harmless.
type gated struct{ gate, p, q sync.Mutex }

func (g *gated) pqOk() {
	g.gate.Lock()
	defer g.gate.Unlock()
	g.p.Lock()
	g.q.Lock()
	g.q.Unlock()
	g.p.Unlock()
}

func (g *gated) qpOk() {
	g.gate.Lock()
	defer g.gate.Unlock()
	g.q.Lock()
	g.p.Lock()
	g.p.Unlock()
	g.q.Unlock()
}

// TryLock never waits.
type tried struct{ p, q sync.Mutex }

func (t *tried) pqOk() {
	t.p.Lock()
	defer t.p.Unlock()
	t.q.Lock()
	t.q.Unlock()
}

func (t *tried) qpOk() {
	t.q.Lock()
	defer t.q.Unlock()
	if t.p.TryLock() {
		t.p.Unlock()
	}
}

// An object under construction is nobody else's.
type table struct {
	mu   sync.Mutex
	rows []*row
}

type row struct {
	mu sync.Mutex
	t  *table
}

func (t *table) addOk() *row {
	r := &row{t: t}
	r.mu.Lock()
	defer r.mu.Unlock()
	t.mu.Lock()
	t.rows = append(t.rows, r)
	t.mu.Unlock()
	return r
}

func (t *table) lockRowsOk() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range t.rows {
		r.mu.Lock()
		r.mu.Unlock()
	}
}

// Readers on both sides of both locks do not exclude each other.
type readers struct{ p, q sync.RWMutex }

func (r *readers) pqOk() {
	r.p.RLock()
	r.q.RLock()
	r.q.RUnlock()
	r.p.RUnlock()
}

func (r *readers) qpOk() {
	r.q.RLock()
	r.p.RLock()
	r.p.RUnlock()
	r.q.RUnlock()
}

// A cycle of three.
type three struct{ a, b, c sync.Mutex }

func (t *three) ab() {
	t.a.Lock()
	t.b.Lock() // want `t.b is locked while holding t.a, but \(\*three\).bc locks t.c while holding t.b \(basic.go:\d+\), and \(\*three\).ca locks t.a while holding t.c`
	t.b.Unlock()
	t.a.Unlock()
}

func (t *three) bc() {
	t.b.Lock()
	t.c.Lock()
	t.c.Unlock()
	t.b.Unlock()
}

func (t *three) ca() {
	t.c.Lock()
	t.a.Lock()
	t.a.Unlock()
	t.c.Unlock()
}

// The lock is given up around the call.
type dropper struct {
	mu  sync.Mutex
	sub *subject
}

type subject struct {
	mu sync.Mutex
	d  *dropper
}

func (d *dropper) notifyOk() {
	d.mu.Lock()
	d.mu.Unlock()
	d.sub.mu.Lock()
	d.sub.mu.Unlock()
	d.mu.Lock()
	d.mu.Unlock()
}

func (s *subject) callOk() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.d.mu.Lock()
	s.d.mu.Unlock()
}

// Two instances of one type, in the order of the arguments.
func transferBad(from, to *account, n int) {
	from.mu.Lock()
	defer from.mu.Unlock()
	to.mu.Lock() // want `to.mu is locked while from.mu, of the same type, is held since basic.go:\d+; a caller with the two exchanged`
	defer to.mu.Unlock()
	from.balance -= n
	to.balance += n
}

type numbered struct {
	mu sync.Mutex
	id int
	n  int
}

func transferOk(from, to *numbered, n int) {
	first, second := from, to
	if second.id < first.id {
		first, second = second, first
	}
	first.mu.Lock()
	defer first.mu.Unlock()
	second.mu.Lock()
	defer second.mu.Unlock()
	from.n -= n
	to.n += n
}

type striped struct {
	locks [16]sync.Mutex
	m     map[uint64]uint64
}

func (s *striped) moveBad(hash, ref uint64) {
	s.locks[hash%16].Lock()
	s.locks[ref%16].Lock() // want `s.locks\[\] is locked while s.locks\[\], of the same type, is held`
	s.m[ref] = hash
	s.locks[ref%16].Unlock()
	s.locks[hash%16].Unlock()
}

func (s *striped) allOk() {
	for i := range s.locks {
		s.locks[i].Lock()
	}
	for i := range s.locks {
		s.locks[i].Unlock()
	}
}

type tree struct {
	mu     sync.Mutex
	parent *tree
}

func (t *tree) upOk() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.parent != nil {
		t.parent.mu.Lock()
		defer t.parent.mu.Unlock()
	}
}

// The gate is taken by the callers of both halves.
type batch struct{ gate, read, main sync.Mutex }

func (b *batch) commitOk() { b.gate.Lock(); defer b.gate.Unlock(); b.commit() }

func (b *batch) commit() {
	b.read.Lock()
	b.main.Lock()
	b.main.Unlock()
	b.read.Unlock()
}

func (b *batch) defragOk() {
	b.gate.Lock()
	defer b.gate.Unlock()
	b.main.Lock()
	b.read.Lock()
	b.read.Unlock()
	b.main.Unlock()
}

// A helper gives the outer lock up and takes it again under the inner one.
type deviceSet struct {
	sync.Mutex
	devices map[string]*device
}

type device struct {
	mu   sync.Mutex
	busy bool
}

func (s *deviceSet) removeBad(name string) {
	s.Lock()
	defer s.Unlock()
	d := s.devices[name]
	d.mu.Lock() // want `s.devices\[\].mu is locked while holding s.Mutex, but \(\*deviceSet\).removeBad locks s.Mutex while holding s.devices\[\].mu`
	defer d.mu.Unlock()
	s.wait(d)
	delete(s.devices, name)
}

func (s *deviceSet) wait(d *device) {
	for d.busy {
		s.Unlock()
		s.Lock()
	}
}

// A sum that nobody else knows yet.
type tally struct {
	mu sync.Mutex
	m  map[string]int
}

type report struct {
	files, dirs *tally
}

func newReport() *report {
	r := &report{files: &tally{m: map[string]int{}}, dirs: &tally{m: map[string]int{}}}
	return r
}

func (t *tally) mergeOk(from *tally) {
	t.mu.Lock()
	defer t.mu.Unlock()
	from.mu.Lock()
	defer from.mu.Unlock()
	for k, v := range from.m {
		t.m[k] += v
	}
}

func sum(all map[string]*report) *report {
	out := newReport()
	for _, r := range all {
		out.files.mergeOk(r.files)
		out.dirs.mergeOk(r.dirs)
	}
	return out
}

func (t *tally) absorbBad(from *tally) {
	t.mu.Lock()
	defer t.mu.Unlock()
	from.mu.Lock() // want `from.mu is locked while t.mu, of the same type, is held`
	defer from.mu.Unlock()
	for k, v := range from.m {
		t.m[k] += v
		delete(from.m, k)
	}
}

func exchange(a, b *tally) {
	a.absorbBad(b)
}

type byCount []*tally

func (b byCount) Len() int      { return len(b) }
func (b byCount) Swap(i, j int) { b[i], b[j] = b[j], b[i] }
func (b byCount) Less(i, j int) bool {
	if i == j {
		return false
	}
	x, y := b[i], b[j]
	x.mu.Lock()
	defer x.mu.Unlock()
	y.mu.Lock()
	defer y.mu.Unlock()
	return len(x.m) < len(y.m)
}
