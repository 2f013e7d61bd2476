package explore

// Selectors: fields count from 0, elements with a known index follow from
// elemBase, so that a struct field and an array element never meet.
const elemBase int32 = 1 << 16

const (
	maxSlice = 12 // elements a tracked slice may have
	maxSlots = 6  // entries a tracked map may have
)

// object returns the object and path a pointer value denotes. A symbol becomes
// an environment object, so that two reads through it agree.
func (m *Machine) deref(s *state, v Value) (obj, path int32, ok bool) {
	switch v.Kind {
	case KPtr:
		return v.A, v.B, true
	case KUnk:
		id := s.newObject(-1)
		o := s.heap[id]
		o.env, o.escaped = true, true
		s.learn(v.A, Eq, Value{Kind: KPtr, A: id})
		return id, 0, true
	}
	return 0, 0, false
}

func (m *Machine) newEnv(s *state) int32 {
	id := s.newObject(-1)
	s.heap[id].env, s.heap[id].escaped = true, true
	return id
}

// unknownAt reports whether an unset cell holds unknown rather than zero.
func (m *Machine) unknownAt(o *object, path int32) bool {
	if o.env {
		return true
	}
	for i := range o.cells {
		// A struct stored from an unknown value taints what lies below it.
		c := &o.cells[i]
		if (c.val.Kind == kTaint || c.val.Kind == KUnk && c.path != path) && m.Program.paths.below(path, c.path) {
			return true
		}
	}
	return false
}

func (m *Machine) alloc(s *state, site int32) int32 {
	id := s.newObject(site)
	o := s.heap[id]
	if site >= 0 {
		st := &m.Program.Sites[site]
		o.sync = st.Sync
		o.escaped = st.Escaped || m.scope.Escaped[site] || m.early[site]
		if m.muted(site) {
			o.sync, o.muted = false, true
		}
	}
	return id
}

// execHeap runs the instructions that read or write the heap.
func (m *Machine) execHeap(s *state, i int, f *frame, in *Instr) outcome {
	switch in.Op {
	case OpAlloc:
		f.setReg(in.Dst, Value{Kind: KPtr, A: m.alloc(s, in.N)})
		if m.Program.Sites[in.N].Peer {
			m.met(s.gors[i], in.N)
		}
	case OpMakeChan:
		m.met(s.gors[i], in.N)
		if m.muted(in.N) {
			f.setReg(in.Dst, s.symbol(FNonNil))
			break
		}
		n := m.val(s, f, in.A)
		if n.Kind == KUnk {
			n = m.bound(s, n)
			f = s.frame(i)
		}
		c := int32(-1)
		if n.Kind == KInt {
			c = max(n.A, 0)
		}
		id := m.alloc(s, in.N)
		o := s.heap[id]
		o.sync = true
		o.ch = &channel{cap: c, parent: -1}
		f.setReg(in.Dst, Value{Kind: KChan, A: id})
	case OpMakeMap:
		f.setReg(in.Dst, Value{Kind: KMap, A: m.alloc(s, in.N)})
	case OpMakeSlice:
		n := m.val(s, f, in.A)
		if n.Kind == KUnk {
			n = m.bound(s, n)
			f = s.frame(i)
		}
		if n.Kind != KInt || n.A < 0 || n.A > maxSlice {
			f.setReg(in.Dst, s.symbol(FNonNil|FDerived))
			break
		}
		f.setReg(in.Dst, Value{Kind: KSlice, A: m.alloc(s, in.N), B: n.A})
	case OpField:
		v := m.val(s, f, in.A)
		if o, p, ok := m.deref(s, v); ok {
			f.setReg(in.Dst, Value{Kind: KPtr, A: o, B: m.Program.paths.child(p, in.N)})
		} else if v.Kind == KNil {
			return prune // nil dereference
		} else {
			f.setReg(in.Dst, s.symbol(FNonNil))
		}
	case OpIndexAddr:
		f.setReg(in.Dst, m.indexAddr(s, m.val(s, f, in.A), m.val(s, f, in.B)))
	case OpFieldVal:
		f.setReg(in.Dst, m.fieldVal(s, m.val(s, f, in.A), in.N, in.Zero))
	case OpLoad:
		v := m.val(s, f, in.A)
		if v.Kind == KNil {
			return prune
		}
		f.setReg(in.Dst, m.load(s, v, in.Zero, uint8(in.N)))
	case OpStore:
		v := m.val(s, f, in.A)
		if v.Kind == KNil {
			return prune
		}
		m.store(s, v, m.val(s, f, in.B))
	case OpGlobal:
		f.setReg(in.Dst, Value{Kind: KPtr, A: m.globalObject(s, in.N)})
	case OpLen:
		f.setReg(in.Dst, m.length(s, m.val(s, f, in.A)))
	case OpAppend:
		f.setReg(in.Dst, m.appendTo(s, in.N, m.val(s, f, in.A), m.vals(s, f, in.Args)))
	case OpAppendSlice:
		f.setReg(in.Dst, m.appendSlice(s, in.N, m.val(s, f, in.A), m.val(s, f, in.B)))
	case OpSlice:
		f.setReg(in.Dst, m.reslice(s, m.val(s, f, in.A), m.val(s, f, in.B), m.val(s, f, in.C)))
	case OpMapGet, OpMapSet, OpMapDelete, OpRange, OpNext:
		return m.execMap(s, i, f, in)
	case OpAtomic:
		m.atomic(s, f, in)
	case OpCtxNew:
		if m.muted(in.Site) && in.N != CtxBackground {
			f.setReg(in.Dst, s.symbol(FNonNil))
			break
		}
		id := m.alloc(s, in.Site)
		o := s.heap[id]
		o.sync = true
		o.ch = &channel{ctx: true, fires: in.N == CtxTimeout, never: in.N == CtxBackground, parent: -1}
		if in.N != CtxBackground {
			if p := m.context(s, m.val(s, f, in.A)); p.Kind == KCtx {
				o.ch.parent = p.A
			}
		}
		f = s.frame(i)
		f.setReg(in.Dst, Value{Kind: KCtx, A: id})
	case OpCtxDone:
		v := m.context(s, m.val(s, f, in.A))
		switch {
		case v.Kind != KCtx:
			f.setReg(in.Dst, s.symbol(0))
		case s.heap[v.A].ch.never:
			f.setReg(in.Dst, Nil())
		default:
			f.setReg(in.Dst, Value{Kind: KChan, A: v.A})
		}
	case OpCancelFunc:
		// The binding is a pointer: it reaches the context in order to end it.
		c := m.val(s, f, in.A)
		if c.Kind != KCtx {
			f.setReg(in.Dst, s.symbol(FNonNil))
			break
		}
		c.Kind = KPtr
		f.setReg(in.Dst, Value{Kind: KFunc, A: in.N, X: []Value{c}})
	case OpTimer:
		if m.muted(in.Site) {
			f.setReg(in.Dst, s.symbol(FNonNil))
			break
		}
		id := m.alloc(s, in.Site)
		o := s.heap[id]
		o.sync = true
		o.ch = &channel{cap: 1, timer: timerArmed, parent: -1}
		if in.N == TimerTick {
			o.ch.timer = timerTicking
		}
		f.setReg(in.Dst, Value{Kind: KChan, A: id})
	case OpReadLocker:
		if v := m.val(s, f, in.A); v.Kind == KPtr {
			f.setReg(in.Dst, Value{Kind: KLocker, A: v.A, B: v.B})
		} else {
			f.setReg(in.Dst, s.symbol(FNonNil))
		}
	}
	f.pc++
	return goOn
}

func (m *Machine) globalObject(s *state, n int32) int32 {
	for k := 0; k < len(s.globals); k += 2 {
		if s.globals[k] == n {
			return s.globals[k+1]
		}
	}
	id := m.newEnv(s)
	s.heap[id].global = n + 1
	s.globals = append(s.globals, n, id)
	return id
}

// load reads *v. A struct is read as an aggregate of its cells.
func (m *Machine) load(s *state, v Value, zero Value, flags uint8) Value {
	id, path, ok := m.deref(s, v)
	if !ok {
		return s.symbol(flags)
	}
	o := s.heap[id]
	if zero.Kind == KAgg {
		return m.loadAgg(o, path)
	}
	if c, ok := o.get(path); ok && c.Kind != kTaint {
		return s.resolve(c)
	}
	if !m.unknownAt(o, path) {
		return zero
	}
	c := s.symbol(flags)
	s.own(id).set(path, c)
	return c
}

func (m *Machine) loadAgg(o *object, path int32) Value {
	agg := Value{Kind: KAgg}
	if m.unknownAt(o, path) {
		agg.B = 1
	}
	for _, c := range o.cells {
		if c.val.Kind != kTaint && m.Program.paths.below(c.path, path) {
			agg.X = append(agg.X, Value{Kind: KInt, A: m.Program.paths.rebase(c.path, path, 0)}, c.val)
		}
	}
	return agg
}

func (m *Machine) store(s *state, p Value, v Value) {
	id, path, ok := m.deref(s, p)
	if !ok {
		m.escape(s, v)
		return
	}
	o := s.own(id)
	if o.escaped || o.env {
		m.escape(s, v)
	}
	if v.Kind == KAgg || v.Kind == KUnk {
		kept := o.cells[:0]
		for _, c := range o.cells {
			if !m.Program.paths.below(c.path, path) {
				kept = append(kept, c)
			}
		}
		o.cells = kept
	}
	if v.Kind != KAgg {
		o.set(path, v)
		return
	}
	if v.B == 1 {
		o.set(path, Value{Kind: kTaint})
	}
	for k := 0; k < len(v.X); k += 2 {
		o.set(m.Program.paths.rebase(v.X[k].A, 0, path), v.X[k+1])
	}
}

func (m *Machine) fieldVal(s *state, v Value, sel int32, zero Value) Value {
	if v.Kind != KAgg {
		return s.symbol(0)
	}
	want := m.Program.paths.child(0, sel)
	if zero.Kind == KAgg {
		sub := Value{Kind: KAgg, B: v.B}
		for k := 0; k < len(v.X); k += 2 {
			if m.Program.paths.below(v.X[k].A, want) {
				sub.X = append(sub.X, Value{Kind: KInt, A: m.Program.paths.rebase(v.X[k].A, want, 0)}, v.X[k+1])
			}
		}
		return sub
	}
	for k := 0; k < len(v.X); k += 2 {
		if v.X[k].A == want {
			return s.resolve(v.X[k+1])
		}
	}
	if v.B == 1 {
		return s.symbol(0)
	}
	return zero
}

func (m *Machine) indexAddr(s *state, base, index Value) Value {
	if index.Kind != KInt {
		return s.symbol(FNonNil) // some element: its state is nobody's
	}
	switch base.Kind {
	case KPtr:
		return Value{Kind: KPtr, A: base.A, B: m.Program.paths.child(base.B, elemBase+index.A)}
	case KSlice:
		return Value{Kind: KPtr, A: base.A, B: m.Program.paths.child(0, elemBase+index.A)}
	case KUnk:
		if id, _, ok := m.derefSlice(s, base); ok {
			return Value{Kind: KPtr, A: id, B: m.Program.paths.child(0, elemBase+index.A)}
		}
	}
	return s.symbol(FNonNil)
}

// derefSlice gives an unknown slice a backing object without fixing its
// length: the symbol stays and a shadow symbol points to the object.
func (m *Machine) derefSlice(s *state, v Value) (id, path int32, ok bool) {
	return m.deref(s, m.shadow(s, v, shadowElems))
}

// Shadow symbols belong to a symbol: its length, its elements.
const (
	shadowLen int32 = iota + 100
	shadowElems
)

// shadow returns the companion of an unknown value, the same for every use.
func (m *Machine) shadow(s *state, v Value, kind int32) Value {
	for f := s.facts; f.about(v.A); f = f.prev {
		if f.sym == v.A && f.op == kind {
			return s.resolve(f.val)
		}
	}
	n := s.symbol(FNonNil)
	s.learn(v.A, kind, n)
	return n
}

// length is len(v): one symbol per unknown value, so equal lengths agree.
func (m *Machine) length(s *state, v Value) Value {
	switch v.Kind {
	case KSlice:
		return Value{Kind: KInt, A: v.B}
	case KMap:
		return Int(len(s.heap[v.A].cells) / 2)
	case KNil:
		return Int(0)
	case KChan:
		ch := s.heap[v.A].ch
		if s.heap[v.A].escaped || ch.cap < 0 || ch.timer != noTimer || ch.ctx {
			return s.symbol(FDerived)
		}
		return Int(len(ch.buf))
	case KUnk:
		return m.shadow(s, v, shadowLen)
	}
	return s.symbol(FDerived)
}

func (m *Machine) appendTo(s *state, site int32, base Value, vs []Value) Value {
	n := int32(0)
	switch base.Kind {
	case KNil:
	case KSlice:
		n = base.B
	default:
		for _, v := range vs {
			m.escape(s, v)
		}
		return s.symbol(FNonNil | FDerived)
	}
	if n+int32(len(vs)) > maxSlice {
		m.escape(s, base)
		for _, v := range vs {
			m.escape(s, v)
		}
		return s.symbol(FNonNil | FDerived)
	}
	id := m.alloc(s, site)
	o := s.heap[id]
	if base.Kind == KSlice {
		o.escaped = o.escaped || s.heap[base.A].escaped
		o.env = s.heap[base.A].env
		o.cells = append(o.cells, s.heap[base.A].cells...)
	}
	for k, v := range vs {
		m.store(s, Value{Kind: KPtr, A: id, B: m.Program.paths.child(0, elemBase+n+int32(k))}, v)
	}
	return Value{Kind: KSlice, A: id, B: n + int32(len(vs))}
}

func (m *Machine) appendSlice(s *state, site int32, base, more Value) Value {
	switch more.Kind {
	case KNil:
		return base
	case KSlice:
		vs := make([]Value, more.B)
		for k := range vs {
			vs[k] = m.load(s, Value{Kind: KPtr, A: more.A, B: m.Program.paths.child(0, elemBase+int32(k))}, Nil(), 0)
		}
		return m.appendTo(s, site, base, vs)
	}
	m.escape(s, base)
	return s.symbol(FDerived)
}

func (m *Machine) reslice(s *state, v, low, high Value) Value {
	if v.Kind != KSlice && v.Kind != KPtr {
		if v.Kind == KUnk && low.Kind == KNone && high.Kind == KNone {
			return v
		}
		return s.symbol(FDerived)
	}
	if low.Kind == KInt && low.A > 0 && v.Kind == KSlice {
		return m.suffix(s, v, low.A, high)
	}
	if low.Kind != KNone && !(low.Kind == KInt && low.A == 0) {
		m.escape(s, v)
		return s.symbol(FDerived)
	}
	n := v.B
	if high.Kind == KInt {
		n = high.A
	} else if high.Kind != KNone || v.Kind == KPtr {
		m.escape(s, v)
		return s.symbol(FDerived)
	}
	if v.Kind == KPtr && v.B != 0 {
		return s.symbol(FDerived)
	}
	return Value{Kind: KSlice, A: v.A, B: n}
}

// suffix is v[low:high] for known bounds. The elements are copied: writes
// through one of the two slices are not seen through the other.
func (m *Machine) suffix(s *state, v Value, low int32, high Value) Value {
	n := v.B
	if high.Kind == KInt {
		n = high.A
	} else if high.Kind != KNone {
		m.escape(s, v)
		return s.symbol(FDerived)
	}
	id := m.alloc(s, s.heap[v.A].site)
	s.heap[id].escaped = s.heap[v.A].escaped
	for k := low; k < n; k++ {
		from, to := m.Program.paths.child(0, elemBase+k), m.Program.paths.child(0, elemBase+k-low)
		if c, ok := s.heap[v.A].get(from); ok {
			s.heap[id].set(to, c)
		}
	}
	return Value{Kind: KSlice, A: id, B: max(n-low, 0)}
}

// context turns a value used as a context into a context object. An unknown
// context belongs to a caller and may end at any time.
func (m *Machine) context(s *state, v Value) Value {
	switch v.Kind {
	case KCtx:
		return v
	case KIface:
		return m.context(s, s.resolve(v.X[0]))
	case KUnk:
		id := s.newObject(-1)
		o := s.heap[id]
		o.env, o.escaped = true, true
		o.ch = &channel{ctx: true, fires: true, parent: -1}
		c := Value{Kind: KCtx, A: id}
		s.learn(v.A, Eq, c)
		return c
	}
	return Value{}
}
