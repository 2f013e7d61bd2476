package explore

// This file gives locks, wait groups, onces, conds, contexts and timers their
// meaning; chans.go has the channels.

// cell finds the synchronisation cell a pointer denotes. ok is false when its
// state is nobody's business: unknown pointers and objects of unknown code.
func (m *Machine) cell(s *state, v Value, kind Kind) (obj, path int32, c Value, ok bool) {
	if v.Kind != KPtr && v.Kind != KLocker {
		return 0, 0, Value{}, false
	}
	o := s.heap[v.A]
	if o.env && o.global == 0 || o.escaped && kind == kMutex && o.global == 0 || o.muted {
		return 0, 0, Value{}, false
	}
	c, set := o.get(v.B)
	if set && c.Kind != kind {
		return 0, 0, Value{}, false
	}
	if !set {
		if !o.env && m.unknownAt(o, v.B) {
			return 0, 0, Value{}, false
		}
		c = Value{Kind: kind}
	}
	return v.A, v.B, c, true
}

// lockTarget resolves the operand and mode of a lock operation.
func lockTarget(v Value, mode LockMode) (Value, LockMode) {
	if v.Kind == KIface {
		if v.A == TypeRWMutex {
			mode = rwMode(mode)
		}
		v = v.X[0]
	}
	if v.Kind == KLocker {
		switch mode {
		case Lock, RWLock:
			mode = RLock
		case Unlock, RWUnlock:
			mode = RUnlock
		}
	}
	return v, mode
}

func rwMode(mode LockMode) LockMode {
	switch mode {
	case Lock:
		return RWLock
	case Unlock:
		return RWUnlock
	}
	return mode
}

// lockEnabled reports whether the pending lock operation of goroutine i can
// take a step. An RWMutex writer that has not announced itself always can.
func (m *Machine) lockEnabled(s *state, i int, in *Instr) bool {
	v, mode := lockTarget(m.val(s, s.gors[i].top(), in.A), in.N)
	_, _, c, ok := m.cell(s, v, kMutex)
	if !ok {
		return true
	}
	switch mode {
	case Lock:
		return c.A == 0 && len(c.X) == 0
	case RWLock:
		return !s.gors[i].announced || c.A == 0 && len(c.X) == 0
	case RLock:
		return c.A == 0 && c.B == 0
	}
	return true
}

// applyLock performs one step of a lock operation; done is false after the
// announcement of a writer. broken reports an unlock of what is not locked.
func (m *Machine) applyLock(s *state, i int, in *Instr) (done, broken bool) {
	f := s.frame(i)
	v, mode := lockTarget(m.val(s, f, in.A), in.N)
	obj, path, c, ok := m.cell(s, v, kMutex)
	if !ok {
		f.setReg(in.Dst, s.symbol(0))
		return true, false
	}
	g := s.gor(i)
	me := g.id + 1
	switch mode {
	case Lock:
		c.A = me
	case RWLock:
		if !g.announced {
			g.announced = true
			c.B++
			s.own(obj).set(path, c)
			return c.A == 0 && len(c.X) == 0 && m.acquireNow(s, i, obj, path, c), false
		}
		return m.acquireNow(s, i, obj, path, c), false
	case RLock:
		c.X = addReader(c.X, me)
	case TryLock:
		free := c.A == 0 && len(c.X) == 0
		f.setReg(in.Dst, Bool(free))
		if !free {
			return true, false
		}
		c.A = me
	case TryRLock:
		free := c.A == 0 && c.B == 0
		f.setReg(in.Dst, Bool(free))
		if !free {
			return true, false
		}
		c.X = addReader(c.X, me)
	case Unlock, RWUnlock:
		if c.A == 0 {
			return true, true
		}
		c.A = 0
	case RUnlock:
		if len(c.X) == 0 {
			return true, true
		}
		c.X = dropReader(c.X, me)
	}
	s.own(obj).set(path, c)
	return true, false
}

// acquireNow completes an announced writer.
func (m *Machine) acquireNow(s *state, i int, obj, path int32, c Value) bool {
	g := s.gor(i)
	g.announced = false
	c.B--
	c.A = g.id + 1
	s.own(obj).set(path, c)
	return true
}

func addReader(rs []Value, g int32) []Value {
	out := make([]Value, 0, len(rs)+1)
	k := 0
	for k < len(rs) && rs[k].A <= g {
		out = append(out, rs[k])
		k++
	}
	out = append(out, Value{Kind: KInt, A: g})
	return append(out, rs[k:]...)
}

// dropReader removes the read lock of g, or of anyone: read locks are not
// owned in Go.
func dropReader(rs []Value, g int32) []Value {
	at := len(rs) - 1
	for k, r := range rs {
		if r.A == g {
			at = k
		}
	}
	out := append([]Value(nil), rs[:at]...)
	return append(out, rs[at+1:]...)
}

// waitEnabled reports whether a Wait can return.
func (m *Machine) waitEnabled(s *state, i int, in *Instr) bool {
	obj, _, c, ok := m.cell(s, m.val(s, s.gors[i].top(), in.A), kWait)
	return !ok || c.A == 0 || c.B == 1 || s.heap[obj].escaped
}

// applyAdd changes a wait group; negative reports a counter below zero.
func (m *Machine) applyAdd(s *state, i int, in *Instr) (negative bool) {
	f := s.frame(i)
	obj, path, c, ok := m.cell(s, m.val(s, f, in.A), kWait)
	if !ok {
		return false
	}
	n := m.val(s, f, in.B)
	if n.Kind != KInt {
		c.B = 1
	} else {
		c.A += n.A
	}
	if c.A > maxInt || c.B == 1 {
		c.A, c.B = 0, 1
	}
	if c.A < 0 && !s.heap[obj].escaped {
		return true
	}
	c.A = max(c.A, 0)
	s.own(obj).set(path, c)
	return false
}

// addRacesWait reports a positive Add from zero while another goroutine stands
// before Wait: the Wait may return first and miss the work.
func (m *Machine) addRacesWait(s *state, i int, in *Instr) (waiter int) {
	f := s.gors[i].top()
	p := m.val(s, f, in.A)
	obj, _, c, ok := m.cell(s, p, kWait)
	n := m.val(s, f, in.B)
	if !ok || s.heap[obj].escaped || c.A != 0 || c.B == 1 || n.Kind != KInt || n.A <= 0 {
		return -1
	}
	for j, g := range s.gors {
		if j == i || !g.ready {
			continue
		}
		if w := g.instr(); w.Op == OpWait && same(m.val(s, g.top(), w.A), p) {
			return j
		}
	}
	return -1
}

func (m *Machine) onceEnabled(s *state, i int, in *Instr) bool {
	_, _, c, ok := m.cell(s, m.val(s, s.gors[i].top(), in.A), kOnce)
	return !ok || c.A != 1
}

func (m *Machine) applyOnce(s *state, i int, in *Instr) {
	f := s.frame(i)
	obj, path, c, ok := m.cell(s, m.val(s, f, in.A), kOnce)
	if in.Op == OpOnceEnd {
		if ok {
			s.own(obj).set(path, Value{Kind: kOnce, A: 2})
		}
		return
	}
	if !ok {
		f.setReg(in.Dst, s.symbol(0)) // may or may not be the first call
		return
	}
	f.setReg(in.Dst, Bool(c.A == 0))
	if c.A == 0 {
		s.own(obj).set(path, Value{Kind: kOnce, A: 1, B: s.gors[i].id + 1})
	}
}

// ctxState says whether a context has ended, and if not which context of its
// chain may end by itself (-1: none).
func (m *Machine) ctxState(s *state, id int32) (done bool, fires int32) {
	fires = -1
	for id >= 0 {
		o := s.heap[id]
		if o.ch.done {
			return true, -1
		}
		if (o.ch.fires || o.escaped && !o.ch.never) && fires < 0 {
			fires = id
		}
		id = o.ch.parent
	}
	return false, fires
}

func (m *Machine) fire(s *state, id int32) {
	s.own(id).ch.done = true
	s.ev |= EvCtxEnds
}

// condOf resolves the cond a pointer denotes; ok is false for unknown ones.
func (m *Machine) condOf(s *state, v Value) (obj, path int32, ok bool) {
	if v.Kind != KPtr || s.heap[v.A].env {
		return 0, 0, false
	}
	return v.A, v.B, true
}

func (m *Machine) parkEnabled(s *state, i int, in *Instr) bool {
	g := s.gors[i]
	if g.signalled {
		return true
	}
	obj, _, ok := m.condOf(s, m.val(s, g.top(), in.A))
	return !ok || s.heap[obj].escaped
}

// waiters lists the goroutines a signal may wake.
func (m *Machine) waiters(s *state, obj, path int32) []int {
	var js []int
	for j, g := range s.gors {
		if g.waiting && !g.signalled && g.condObj == obj && g.condPath == path {
			js = append(js, j)
		}
	}
	return js
}
