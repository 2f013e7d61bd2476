package explore

// A transition is one step that changes what goroutines can see of each other.
type transition struct {
	g, cs   int // goroutine index and select case; cs = -1 without a case, defaultCase
	kind    stepKind
	partner int // for a rendezvous: the receiver, and its case
	pcs     int
	target  int32 // context that ends by itself
}

const defaultCase = -2

type stepKind uint8

const (
	stepOp         stepKind = iota // the operation alone
	stepRendezvous                 // send and receive together
	stepBuffer                     // through the buffer
	stepClosed                     // receive from a closed channel or ended context
	stepFire                       // a context of a caller or a deadline ends, then stepClosed
	stepTimer                      // a timer fires
	stepOutside                    // unknown code is the partner
	stepPanic                      // send on closed channel
	stepDefault                    // the default case of a select
	stepCtxRuns                    // Err finds the context still running
)

// comm lists the steps of one communication. certain reports that it can
// proceed without a partner, so a default is not taken.
func (m *Machine) comm(s *state, out []transition, i, cs int, ch Value, send, polls bool) (_ []transition, certain bool) {
	t := transition{g: i, cs: cs, partner: -1, pcs: -1}
	add := func(k stepKind) { t.kind = k; out = append(out, t) }
	switch ch.Kind {
	case KNil:
		return out, false
	case KChan:
	default:
		add(stepOutside)
		return out, false
	}
	o := s.heap[ch.A]
	c := o.ch
	switch {
	case c.ctx:
		done, fires := m.ctxState(s, ch.A)
		if done {
			add(stepClosed)
			return out, true
		}
		if fires >= 0 {
			t.target = fires
			add(stepFire)
		}
		return out, false
	case c.timer == timerArmed || c.timer == timerTicking:
		add(stepTimer)
		return out, false
	case c.timer == timerDead:
		if o.escaped {
			add(stepOutside)
		}
		return out, false
	}
	if send {
		if c.closed {
			add(stepPanic)
			return out, true
		}
		if c.cap < 0 || c.cap > 0 && int32(len(c.buf)) < c.cap {
			add(stepBuffer)
			return out, true
		}
		if c.cap == 0 {
			for j, g := range s.gors {
				if j == i || !g.ready {
					continue
				}
				in := g.instr()
				switch in.Op {
				case OpRecv:
					if v := m.val(s, g.top(), in.A); v.Kind == KChan && v.A == ch.A {
						t.partner, t.pcs = j, -1
						add(stepRendezvous)
					}
				case OpSelect:
					if polls && in.N == 1 {
						continue // two polls never meet
					}
					for k, pc := range in.Cases {
						if pc.Send {
							continue
						}
						if v := m.val(s, g.top(), pc.Chan); v.Kind == KChan && v.A == ch.A {
							t.partner, t.pcs = j, k
							add(stepRendezvous)
						}
					}
				}
			}
			t.partner, t.pcs = -1, -1
		}
	} else {
		if len(c.buf) > 0 {
			add(stepBuffer)
			return out, true
		}
		if c.closed {
			add(stepClosed)
			return out, true
		}
		if c.cap < 0 {
			add(stepOutside)
			return out, false
		}
	}
	if o.escaped {
		add(stepOutside)
	}
	return out, false
}

// put performs the sending half of a buffered or outside step.
func (m *Machine) put(s *state, ch, v Value, k stepKind) {
	if k == stepOutside || ch.Kind != KChan {
		m.escape(s, v)
		s.ev |= EvOutside
		return
	}
	o := s.own(ch.A)
	if o.ch.cap < 0 {
		m.escape(s, v)
		return
	}
	if o.escaped {
		m.escape(s, v)
		o = s.own(ch.A)
	}
	o.ch.buf = append(o.ch.buf, v)
}

// take performs the receiving half of a step without a partner.
func (m *Machine) take(s *state, ch Value, t *transition, zero Value) (v, ok Value) {
	switch t.kind {
	case stepBuffer:
		o := s.own(ch.A)
		v = s.resolve(o.ch.buf[0])
		o.ch.buf = append([]Value(nil), o.ch.buf[1:]...)
		return v, Bool(true)
	case stepClosed:
		return zero, Bool(false)
	case stepFire:
		m.fire(s, t.target)
		return zero, Bool(false)
	case stepTimer:
		o := s.own(ch.A)
		if o.ch.timer == timerArmed {
			o.ch.timer = timerDead
		}
		s.ev |= EvTimer
		return s.symbol(0), Bool(true)
	}
	s.ev |= EvOutside
	if ch.Kind == KChan && s.heap[ch.A].ch.cap >= 0 || ch.Kind != KChan {
		return s.symbol(0), s.symbol(0)
	}
	return s.symbol(0), Bool(true)
}

// received stores what goroutine i got and lets it run on.
func (m *Machine) received(s *state, i, cs int, v, ok Value) {
	f := s.frame(i)
	in := s.gors[i].instr()
	if in.Op == OpSelect {
		f.setReg(in.Dst, selectResult(s, in, cs, v, ok))
	} else if in.CommaOk {
		f.setReg(in.Dst, Value{Kind: KTuple, X: []Value{v, ok}})
	} else {
		f.setReg(in.Dst, v)
	}
	m.advance(s, i)
}

// selectResult builds the tuple of a select: index, ok, one value per receive.
func selectResult(s *state, in *Instr, cs int, v, ok Value) Value {
	if cs == defaultCase {
		cs = -1
	}
	x := []Value{{Kind: KInt, A: int32(cs)}, ok}
	for k, c := range in.Cases {
		if c.Send {
			continue
		}
		if k == cs {
			x = append(x, v)
		} else {
			x = append(x, Value{Kind: KNil})
		}
	}
	return Value{Kind: KTuple, X: x}
}

// advance moves goroutine i past the operation it stood before.
func (m *Machine) advance(s *state, i int) {
	g := s.gor(i)
	g.ready = false
	s.frame(i).pc++
}
