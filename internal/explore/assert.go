package explore

// assert implements a type assertion.
func (m *Machine) assert(s *state, i int, f *frame, in *Instr) outcome {
	v := m.val(s, f, in.A)
	set := func(s *state, f *frame, v Value, ok Value) {
		if in.CommaOk {
			v = Value{Kind: KTuple, X: []Value{v, ok}}
		}
		f.setReg(in.Dst, v)
		f.pc++
	}
	switch v.Kind {
	case KNil:
		if !in.CommaOk {
			return prune
		}
		set(s, f, in.Zero, Bool(false))
	case KIface:
		match := v.A == in.N
		if in.ToIface {
			match = m.Program.Implements != nil && m.Program.Implements(v.A, in.N)
		}
		switch {
		case match && in.ToIface:
			set(s, f, v, Bool(true))
		case match:
			set(s, f, s.resolve(v.X[0]), Bool(true))
		case in.CommaOk:
			set(s, f, in.Zero, Bool(false))
		default:
			return prune
		}
	case KCtx, KLocker:
		set(s, f, v, Bool(true))
	default:
		set(s, f, s.symbol(0), s.symbol(0))
	}
	return goOn
}
