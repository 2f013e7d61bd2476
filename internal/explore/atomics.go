package explore

// atomic performs an atomic access. What unknown code can reach, anybody may have
// written meanwhile.
func (m *Machine) atomic(s *state, f *frame, in *Instr) {
	p := m.val(s, f, in.A)
	old := m.load(s, p, in.Zero, 0)
	if p.Kind == KNil || p.Kind == KNone {
		f.setReg(in.Dst, s.symbol(0))
		return
	}
	outside := p.Kind != KPtr || s.heap[p.A].escaped
	switch in.N {
	case AtomicLoad:
		if outside {
			old = s.symbol(0) // anybody may have written it meanwhile
		}
		f.setReg(in.Dst, old)
	case AtomicStore:
		m.store(s, p, m.val(s, f, in.B))
	case AtomicSwap:
		m.store(s, p, m.val(s, f, in.B))
		f.setReg(in.Dst, old)
	case AtomicAdd:
		sum := m.arith(s, old, m.val(s, f, in.B), 0)
		m.store(s, p, sum)
		f.setReg(in.Dst, sum)
	case AtomicCAS:
		eq, known := equal(old, m.val(s, f, in.B))
		switch {
		case known && eq:
			m.store(s, p, m.val(s, f, in.C))
			f.setReg(in.Dst, Bool(true))
		case known:
			f.setReg(in.Dst, Bool(false))
		default:
			f.setReg(in.Dst, s.symbol(0))
			m.store(s, p, m.val(s, f, in.C))
		}
	}
}
