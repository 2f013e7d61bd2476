package explore

// A tracked map keeps its entries in numbered slots: selector 2k holds the key
// of slot k, 2k+1 its value. Keys are compared by identity; a lookup under an
// unknown key may hit any slot with an unknown key, or none.

func (m *Machine) slot(k, part int32) int32 { return m.Program.paths.child(0, elemBase+2*k+part) }

type entry struct {
	slot     int32
	key, val Value
}

func (m *Machine) entries(s *state, id int32) []entry {
	var es []entry
	o := s.heap[id]
	for k := int32(0); k < maxSlots; k++ {
		key, ok := o.get(m.slot(k, 0))
		if !ok {
			continue
		}
		val, _ := o.get(m.slot(k, 1))
		es = append(es, entry{k, s.resolve(key), s.resolve(val)})
	}
	return es
}

func (m *Machine) execMap(s *state, i int, f *frame, in *Instr) outcome {
	v := m.val(s, f, in.A)
	switch in.Op {
	case OpMapGet:
		return m.mapGet(s, i, f, in, v)
	case OpMapSet:
		if v.Kind == KNil {
			return prune
		}
		m.mapSet(s, v, m.val(s, f, in.B), m.val(s, f, in.C))
	case OpMapDelete:
		if v.Kind == KMap {
			key := m.val(s, f, in.B)
			for _, e := range m.entries(s, v.A) {
				if eq, known := equal(e.key, key); known && eq {
					m.dropSlot(s, v.A, e.slot)
				}
			}
		}
	case OpRange:
		id := s.newObject(-1)
		o := s.heap[id]
		o.set(0, v)
		o.set(1, Int(0))
		f.setReg(in.Dst, Value{Kind: KIter, A: id})
	case OpNext:
		return m.next(s, i, f, in, v)
	}
	f.pc++
	return goOn
}

func (m *Machine) dropSlot(s *state, id, slot int32) {
	o := s.own(id)
	kept := o.cells[:0]
	for _, c := range o.cells {
		if c.path != m.slot(slot, 0) && c.path != m.slot(slot, 1) {
			kept = append(kept, c)
		}
	}
	o.cells = kept
}

func (m *Machine) mapSet(s *state, v, key, val Value) {
	if v.Kind != KMap {
		m.escape(s, val)
		return
	}
	if s.heap[v.A].escaped {
		m.escape(s, val)
	}
	free := int32(-1)
	used := [maxSlots]bool{}
	for _, e := range m.entries(s, v.A) {
		used[e.slot] = true
		if eq, known := equal(e.key, key); known && eq {
			s.own(v.A).set(m.slot(e.slot, 1), val)
			return
		}
	}
	for k, u := range used {
		if !u {
			free = int32(k)
			break
		}
	}
	if free < 0 {
		m.escape(s, val)
		return
	}
	o := s.own(v.A)
	o.set(m.slot(free, 0), key)
	o.set(m.slot(free, 1), val)
}

func (m *Machine) mapGet(s *state, i int, f *frame, in *Instr, v Value) outcome {
	set := func(s *state, f *frame, val, ok Value) {
		if in.CommaOk {
			val = Value{Kind: KTuple, X: []Value{val, ok}}
		}
		f.setReg(in.Dst, val)
		f.pc++
	}
	switch v.Kind {
	case KNil:
		set(s, f, in.Zero, Bool(false))
		return goOn
	case KMap:
	default:
		set(s, f, s.symbol(0), s.symbol(0))
		return goOn
	}
	key := m.val(s, f, in.B)
	var maybe []entry
	for _, e := range m.entries(s, v.A) {
		eq, known := equal(e.key, key)
		if known && eq {
			set(s, f, e.val, Bool(true))
			return goOn
		}
		if !known {
			maybe = append(maybe, e)
		}
	}
	if s.heap[v.A].escaped {
		set(s, f, s.symbol(0), s.symbol(0))
		return goOn
	}
	for _, e := range maybe {
		t := m.fork(s)
		if key.Kind == KUnk {
			t.learn(key.A, Eq, e.key)
		} else if e.key.Kind == KUnk {
			t.learn(e.key.A, Eq, key)
		}
		set(t, t.frame(i), e.val, Bool(true))
		m.pending = append(m.pending, t)
	}
	if len(maybe) > 0 {
		s.ev |= EvMapAbsent
	}
	set(s, s.frame(i), in.Zero, Bool(false))
	return goOn
}

// next advances an iterator. An unknown map has as many entries as its length
// symbol says.
func (m *Machine) next(s *state, i int, f *frame, in *Instr, it Value) outcome {
	done := Value{Kind: KTuple, X: []Value{Bool(false), Nil(), Nil()}}
	if it.Kind != KIter {
		f.setReg(in.Dst, done)
		f.pc++
		return goOn
	}
	over, _ := s.heap[it.A].get(0)
	at, _ := s.heap[it.A].get(1)
	over = s.resolve(over)
	switch over.Kind {
	case KMap:
		for _, e := range m.entries(s, over.A) {
			if e.slot >= at.A {
				s.own(it.A).set(1, Value{Kind: KInt, A: e.slot + 1})
				f.setReg(in.Dst, Value{Kind: KTuple, X: []Value{Bool(true), e.key, e.val}})
				f.pc++
				return goOn
			}
		}
	case KUnk:
		n := m.length(s, over)
		if n.Kind == KUnk && n.Flag&FDerived == 0 {
			m.bound(s, n)
			n = s.resolve(n)
			f = s.frame(i)
		}
		if n.Kind == KInt && at.A < n.A {
			s.own(it.A).set(1, Value{Kind: KInt, A: at.A + 1})
			f.setReg(in.Dst, Value{Kind: KTuple, X: []Value{Bool(true), s.symbol(0), s.symbol(0)}})
			f.pc++
			return goOn
		}
	}
	f.setReg(in.Dst, done)
	f.pc++
	return goOn
}
