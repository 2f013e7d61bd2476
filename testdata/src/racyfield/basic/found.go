package basic

import "sync"

// An owner has a lock of its own; its users reach it by pointer.
type owner struct {
	mu   sync.Mutex
	keys map[string]int
	js   *int
}

func (o *owner) Set(k string, v int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.keys[k] = v
}

func (o *owner) Drop(k string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.keys, k)
}

func (o *owner) Has(k string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, ok := o.keys[k]
	return ok
}

func (o *owner) Count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.keys)
}

func (o *owner) First() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, v := range o.keys {
		return v
	}
	return 0
}

func (o *owner) SetJS(p *int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.js = p
}

func (o *owner) JS() *int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.js
}

func (o *owner) Enabled() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.js != nil
}

func (o *owner) Value() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return *o.js
}

type user struct {
	mu  sync.Mutex
	acc *owner
}

// limits is called for users that are new, of owners that are not.
func (u *user) limits(k string) int {
	return u.acc.keys[k] // want `u.acc.keys is read without u.acc.mu, which is held at \d of \d accesses`
}

func Accept(acc *owner) int {
	u := &user{acc: acc}
	return u.limits("a")
}

type resolver struct {
	owners sync.Map
	remove func(string)
}

// Start leaves a callback behind, which runs later.
func (r *resolver) Start() {
	r.remove = func(name string) { disable(r, name) }
}

func disable(r *resolver, name string) {
	v, ok := r.owners.Load(name)
	if !ok {
		return
	}
	o := v.(*owner)
	o.mu.Lock()
	js := o.js
	o.mu.Unlock()
	if js != nil {
		o.js = nil // want `o.js is tested and then set without owner.mu, which is held at \d of \d accesses`
	}
}
