package explore

// This file lists the steps a state allows and applies them.

// enabled lists every step of every goroutine; moves tells which goroutines
// take part in one.
func (m *Machine) enabled(s *state, out []transition) ([]transition, []bool) {
	moves := make([]bool, len(s.gors))
	for i := range s.gors {
		from := len(out)
		out = m.steps1(s, out, i)
		for _, t := range out[from:] {
			moves[t.g] = true
			if t.partner >= 0 {
				moves[t.partner] = true
			}
		}
	}
	return out, moves
}

// steps1 lists the steps that goroutine i starts.
func (m *Machine) steps1(s *state, out []transition, i int) []transition {
	g := s.gors[i]
	in := g.instr()
	f := g.top()
	one := transition{g: i, cs: -1, partner: -1, pcs: -1}
	on := true
	switch in.Op {
	case OpSend:
		out, _ = m.comm(s, out, i, -1, m.val(s, f, in.A), true, false)
		return out
	case OpRecv:
		out, _ = m.comm(s, out, i, -1, m.val(s, f, in.A), false, false)
		return out
	case OpSelect:
		certain := false
		polls := in.N == 1
		for k, c := range in.Cases {
			var sure bool
			out, sure = m.comm(s, out, i, k, m.val(s, f, c.Chan), c.Send, polls)
			certain = certain || sure
		}
		if polls {
			// A partner may look as if it had arrived only because local
			// steps are collapsed: the default stays possible.
			if !certain {
				one.cs, one.kind = defaultCase, stepDefault
				out = append(out, one)
			}
		}
		return out
	case OpLock:
		on = m.lockEnabled(s, i, in)
	case OpWait:
		on = m.waitEnabled(s, i, in)
	case OpOnceBegin:
		on = m.onceEnabled(s, i, in)
	case OpCondPark:
		on = m.parkEnabled(s, i, in)
	case OpSignal:
		v := m.val(s, f, in.A)
		obj, path, ok := m.condOf(s, v)
		if ok && in.N == 0 {
			if js := m.waiters(s, obj, path); len(js) > 1 {
				for _, j := range js {
					one.target = int32(j)
					out = append(out, one)
				}
				return out
			} else if len(js) == 1 {
				one.target = int32(js[0])
			}
		}
	case OpCtxErr:
		if v := m.val(s, f, in.A); v.Kind == KCtx {
			done, fires := m.ctxState(s, v.A)
			if !done && fires >= 0 {
				fire := one
				fire.kind, fire.target = stepFire, fires
				out = append(out, fire)
			}
			if !done {
				one.kind = stepCtxRuns
			}
		}
	case OpTimerFire:
		v := m.val(s, f, in.A)
		on = v.Kind != KChan || s.heap[v.A].ch.timer != timerDead
	}
	if on {
		out = append(out, one)
	}
	return out
}

// badStep is a step that goes wrong.
type badStep struct {
	kind   FindingKind
	goesOn bool // the run continues
	other  int  // goroutine index involved, or -1
}

// apply performs a transition on s, a fresh fork.
func (m *Machine) apply(s *state, t transition) *badStep {
	i := t.g
	g := s.gors[i]
	in := g.instr()
	f := g.top()
	switch in.Op {
	case OpSend, OpRecv, OpSelect:
		return m.applyComm(s, t)
	case OpClose:
		return m.applyClose(s, i, in)
	case OpLock:
		done, broken := m.applyLock(s, i, in)
		if broken {
			return &badStep{kind: UnlockUnlocked, other: -1}
		}
		if done {
			m.advance(s, i)
		}
		return nil
	case OpAdd:
		if in.Inexact {
			s.ev |= EvInexact
		}
		w := m.addRacesWait(s, i, in)
		if m.applyAdd(s, i, in) {
			return &badStep{kind: NegativeCounter, other: -1}
		}
		m.advance(s, i)
		if w >= 0 {
			return &badStep{kind: AddRacesWait, goesOn: true, other: w}
		}
		return nil
	case OpWait:
		if obj, _, c, ok := m.cell(s, m.val(s, f, in.A), kWait); ok && (c.B == 1 || c.A > 0 && s.heap[obj].escaped) {
			s.ev |= EvUncounted
		}
	case OpOnceBegin, OpOnceEnd:
		m.applyOnce(s, i, in)
	case OpCondEnter:
		if obj, path, ok := m.condOf(s, m.val(s, f, in.A)); ok {
			g := s.gor(i)
			g.waiting, g.condObj, g.condPath = true, obj, path
		}
	case OpCondPark:
		g := s.gor(i)
		g.waiting, g.signalled, g.condObj, g.condPath = false, false, 0, 0
	case OpSignal:
		if obj, path, ok := m.condOf(s, m.val(s, f, in.A)); ok {
			js := m.waiters(s, obj, path)
			for _, j := range js {
				if in.N == 1 || j == int(t.target) {
					s.gor(j).signalled = true
				}
			}
		}
	case OpCancel:
		if v := m.val(s, f, in.A); v.Kind == KPtr || v.Kind == KCtx {
			if o := s.own(v.A); o.ch != nil {
				o.ch.done = true
			}
		}
	case OpCtxErr:
		r := s.symbol(FNonNil)
		v := m.val(s, f, in.A)
		switch {
		case t.kind == stepFire:
			m.fire(s, t.target)
		case t.kind == stepCtxRuns:
			r = Nil()
		case v.Kind != KCtx:
			r = s.symbol(0)
		}
		s.frame(i).setReg(in.Dst, r)
	case OpTimerStop:
		v := m.val(s, f, in.A)
		was := s.symbol(0)
		if v.Kind == KChan && s.heap[v.A].ch.timer != noTimer {
			o := s.own(v.A)
			was = Bool(o.ch.timer != timerDead)
			o.ch.timer = timerDead
			if in.N == 1 {
				o.ch.timer = timerArmed
			}
		}
		s.frame(i).setReg(in.Dst, was)
	case OpTimerFire:
		if v := m.val(s, f, in.A); v.Kind == KChan {
			s.own(v.A).ch.timer = timerDead
			s.ev |= EvTimer
		}
	}
	m.advance(s, i)
	return nil
}

func (m *Machine) applyClose(s *state, i int, in *Instr) *badStep {
	v := m.val(s, s.gors[i].top(), in.A)
	switch v.Kind {
	case KNil:
		return &badStep{kind: CloseNil, other: -1}
	case KChan:
		if s.heap[v.A].ch.ctx || s.heap[v.A].ch.timer != noTimer {
			break
		}
		o := s.own(v.A)
		if o.ch.closed {
			return &badStep{kind: DoubleClose, other: -1}
		}
		o.ch.closed = true
	case KUnk:
		// Closing a channel that unknown code made: from now on it is an
		// object, known to be closed.
		id := m.newEnv(s)
		s.heap[id].ch = &channel{cap: -1, closed: true, parent: -1}
		s.learn(v.A, Eq, Value{Kind: KChan, A: id})
	}
	m.advance(s, i)
	return nil
}

func (m *Machine) applyComm(s *state, t transition) *badStep {
	i := t.g
	f := s.gors[i].top()
	in := s.gors[i].instr()
	if t.kind == stepDefault {
		m.received(s, i, defaultCase, Nil(), Bool(false))
		return nil
	}
	ch, v, send, zero := in.A, in.B, in.Op == OpSend, in.Zero
	if t.cs >= 0 {
		c := in.Cases[t.cs]
		ch, v, send, zero = c.Chan, c.Val, c.Send, c.Zero
	}
	chv := m.val(s, f, ch)
	if !send {
		got, ok := m.take(s, chv, &t, zero)
		m.received(s, i, t.cs, got, ok)
		return nil
	}
	val := m.val(s, f, v)
	switch t.kind {
	case stepPanic:
		return &badStep{kind: SendClosed, other: -1}
	case stepRendezvous:
		m.received(s, t.partner, t.pcs, val, Bool(true))
	default:
		m.put(s, chv, val, t.kind)
	}
	if in.Op == OpSelect {
		m.received(s, i, t.cs, Nil(), Bool(false))
	} else {
		m.advance(s, i)
	}
	return nil
}

// skip runs a visible operation at once when nobody in the scope can see it.
func (m *Machine) skip(s *state, i int, in *Instr) outcome {
	g := s.gors[i]
	f := g.top()
	local := false
	switch in.Op {
	case OpLock:
		v, _ := lockTarget(m.val(s, f, in.A), in.N)
		_, _, _, ok := m.cell(s, v, kMutex)
		local = !ok
	case OpAdd:
		_, _, _, ok := m.cell(s, m.val(s, f, in.A), kWait)
		local = !ok
		if n := m.val(s, f, in.B); ok && n.Kind == KUnk {
			m.bound(s, n)
		}
	case OpWait:
		_, _, _, ok := m.cell(s, m.val(s, f, in.A), kWait)
		local = !ok
	case OpOnceEnd:
		_, _, _, ok := m.cell(s, m.val(s, f, in.A), kOnce)
		local = !ok
	case OpOnceBegin:
		_, _, _, ok := m.cell(s, m.val(s, f, in.A), kOnce)
		local = !ok
	case OpCondEnter, OpCondPark, OpSignal:
		_, _, ok := m.condOf(s, m.val(s, f, in.A))
		local = !ok
	case OpSend, OpRecv:
		v := m.val(s, f, in.A)
		local = v.Kind != KChan && v.Kind != KNil
	case OpCtxErr, OpCancel:
		v := m.val(s, f, in.A)
		local = v.Kind != KCtx && v.Kind != KPtr
	case OpTimerStop, OpTimerFire:
		local = m.val(s, f, in.A).Kind != KChan
	case OpClose:
		v := m.val(s, f, in.A)
		local = v.Kind == KUnk
	}
	if !local {
		return rest
	}
	t := transition{g: i, cs: -1, partner: -1, pcs: -1}
	if in.Op == OpSend || in.Op == OpRecv {
		t.kind = stepOutside
	}
	ev := s.ev
	m.apply(s, t)
	s.ev = ev
	return goOn
}
