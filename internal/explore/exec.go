package explore

// maxDepth bounds the frames of one goroutine; deeper calls are unknown.
const maxDepth = 10

// maxInt bounds the integers the machine counts with; beyond it a number is
// unknown and cannot be matched.
const maxInt = 64

// outcome of one local step.
type outcome uint8

const (
	goOn  outcome = iota
	rest          // stands before a visible operation
	gone          // the goroutine has ended
	prune         // the run is of no interest: the process ends
	cut           // more goroutines or rounds than the budget allows
)

// settle runs every goroutine of s to its next visible operation and returns
// the resulting states. Unknown conditions fork.
func (m *Machine) settle(s *state) []*state {
	var done []*state
	base := len(m.pending)
	m.pending = append(m.pending, s)
	local, forked := 0, 0
	seen := visited{}
	for len(m.pending) > base {
		s := m.pending[len(m.pending)-1]
		m.pending = m.pending[:len(m.pending)-1]
		keep := true
		forked++
		if i := s.running(); i >= 0 && m.known(s, i, forked+len(m.pending)-base, seen) {
			continue
		}
	run:
		for i := 0; i < len(s.gors); {
			if s.gors[i].ready {
				i++
				continue
			}
			local++
			m.steps++
			if local > m.Budget.LocalSteps || m.steps > m.limit {
				if !m.narrow || m.steps > m.limit {
					m.over = true
				}
				m.cut = m.cut || m.narrow
				m.localOver = true
				m.pending = m.pending[:base]
				return done
			}
			out := m.exec(s, i)
			if out == goOn && m.known(s, i, forked+len(m.pending)-base, seen) {
				keep = false
				break run
			}
			switch out {
			case rest:
				m.stop(s, i)
				i++
			case gone:
				s.gors = append(s.gors[:i], s.gors[i+1:]...)
			case prune:
				keep = false
				break run
			case cut:
				m.cut = true
				keep = false
				break run
			}
		}
		if keep {
			done = append(done, s)
		}
	}
	return done
}

// known reports whether goroutine i has entered a join in a state that another
// run of this walk was in already: runs that differ only in what is dead by now
// go on as one. runs is the number of runs so far.
func (m *Machine) known(s *state, i, runs int, seen visited) bool {
	if runs <= mergeAfter && !(m.coarse && runs > 1) || !m.atJoin(s, i) {
		return false
	}
	at := &s.gors[i].instr().joined
	if at.idle(m.Stats.Scopes) {
		return false
	}
	g := exact
	switch {
	case m.coarse:
		g = noRefs
	case runs > coarseAfter || m.narrow:
		g = noData
	}
	dup := !seen.add(m.enc.keyAt(g, m, s))
	at.note(dup)
	return dup
}

// joined counts, within one scope, how often runs were compared at a place and how
// often that was of use. Comparing is most of what a walk costs, and many places
// never see one state twice.
type joined struct{ scope, asked, met int32 }

// fairTry is the number of comparisons after which a place must have been of use
// once in fairTry/4.
const fairTry = 64

func (j *joined) idle(scope int) bool {
	if j.scope != int32(scope) {
		*j = joined{scope: int32(scope)}
	}
	return j.asked >= fairTry && j.met < j.asked/(fairTry/4)
}

func (j *joined) note(met bool) {
	j.asked++
	if met {
		j.met++
	}
}

// running is the goroutine that a local walk continues with, -1 if all rest.
func (s *state) running() int {
	for i, g := range s.gors {
		if !g.ready {
			return i
		}
	}
	return -1
}

// mergeAfter is the number of local runs after which runs are compared where
// control flow joins; before, comparing costs more than it saves.
// From coarseAfter on, runs that differ only in data of unknown code count as
// alike and one stands for all: functions that read a large configuration would
// otherwise be walked once per combination of settings.
const (
	mergeAfter  = 6
	coarseAfter = 40
)

// atJoin reports whether goroutine i has just entered a block that several
// edges lead to, and forgets what is dead there.
func (m *Machine) atJoin(s *state, i int) bool {
	if i >= len(s.gors) || len(s.gors[i].frames) == 0 {
		return false
	}
	f := s.gors[i].top()
	if f.returned {
		s.frame(i).returned = false
		return true
	}
	if f.pc != 0 || !f.fn.Blocks[f.block].join {
		return false
	}
	f = s.frame(i)
	live := f.fn.Blocks[f.block].live
	for r := 1; r < len(f.regs); r++ {
		if f.regs[r].Kind != KNone && !live.has(Reg(r)) && !(f.fn.Recover >= 0) {
			f.regs[r] = Value{}
		}
	}
	return true
}

// stop makes goroutine i ready and forgets what it no longer needs.
func (m *Machine) stop(s *state, i int) {
	g := s.gor(i)
	g.ready = true
	f := s.frame(i)
	in := g.instr()
	m.forget(f, in, true)
}

// forget clears the registers that are dead at in.
func (m *Machine) forget(f *frame, in *Instr, before bool) {
	for r := 1; r < len(f.regs); r++ {
		if f.regs[r].Kind == KNone || in.live.has(Reg(r)) {
			continue
		}
		if before && usesReg(in, Reg(r)) {
			continue
		}
		f.regs[r] = Value{}
	}
}

func usesReg(in *Instr, r Reg) bool {
	if in.A == r || in.B == r || in.C == r {
		return true
	}
	for _, a := range in.Args {
		if a == r {
			return true
		}
	}
	for _, c := range in.Cases {
		if c.Chan == r || c.Val == r {
			return true
		}
	}
	return false
}

// val reads an operand and follows the facts about it.
func (m *Machine) val(s *state, f *frame, r Reg) Value {
	switch {
	case r > 0:
		v := f.regs[r]
		if v.Kind == KUnk {
			return s.resolve(v)
		}
		return v
	case r < 0:
		return f.fn.Consts[-1-r]
	}
	return Value{}
}

func (f *frame) setReg(r Reg, v Value) {
	if r > 0 {
		f.regs[r] = v
	}
}

// exec runs one instruction of goroutine i.
func (m *Machine) exec(s *state, i int) outcome {
	g := s.gors[i]
	if len(g.frames) == 0 {
		return gone
	}
	in := g.instr()
	if in.Op.visible() {
		return m.skip(s, i, in)
	}
	f := s.frame(i)
	switch in.Op {
	case OpNop:
	case OpMove:
		f.setReg(in.Dst, m.val(s, f, in.A))
	case OpOpaque:
		f.setReg(in.Dst, s.symbol(uint8(in.N)))
	case OpClosure:
		f.setReg(in.Dst, Value{Kind: KFunc, A: in.N, X: m.vals(s, f, in.Args)})
	case OpTuple:
		f.setReg(in.Dst, Value{Kind: KTuple, X: m.vals(s, f, in.Args)})
	case OpUnknowns:
		x := make([]Value, in.N)
		for k := range x {
			x[k] = s.symbol(0)
		}
		f.setReg(in.Dst, Value{Kind: KTuple, X: x})
	case OpExtract:
		v := m.val(s, f, in.A)
		if v.Kind == KTuple && int(in.N) < len(v.X) {
			f.setReg(in.Dst, s.resolve(v.X[in.N]))
		} else {
			f.setReg(in.Dst, s.symbol(0))
		}
	case OpIface:
		v := m.val(s, f, in.A)
		switch v.Kind {
		case KCtx, KLocker:
			f.setReg(in.Dst, v)
		default:
			f.setReg(in.Dst, Value{Kind: KIface, A: in.N, X: []Value{v}})
		}
	case OpAssert:
		return m.assert(s, i, f, in)
	case OpBin:
		return m.binary(s, i, f, in)
	case OpArith:
		f.setReg(in.Dst, m.arith(s, m.val(s, f, in.A), m.val(s, f, in.B), in.N))
	case OpNot:
		f.setReg(in.Dst, not(m.val(s, f, in.A)))
	case OpEscape:
		if in.Waits {
			s.ev |= EvForeignWait
		}
		for _, r := range in.Args {
			m.escape(s, m.val(s, f, r))
		}
	case OpKeep:
		s.kept = m.val(s, f, in.A)
	case OpCall:
		return m.call(s, i, f, in)
	case OpRunDefers:
		return m.runDefers(s, i, f)
	case OpRecover:
		f.setReg(in.Dst, m.recover(s, i))
	case OpReturn:
		return m.ret(s, i, m.vals(s, f, in.Args))
	case OpPanic:
		return m.panic(s, i)
	case OpExit:
		return prune
	case OpGoexit:
		s.gor(i).panics = exiting
		return m.unwind(s, i)
	case OpJump:
		m.jump(s, f, &in.Succs[0])
		return goOn
	case OpIf:
		return m.branch(s, i, f, in)
	default:
		return m.execHeap(s, i, f, in)
	}
	f.pc++
	return goOn
}

func (m *Machine) vals(s *state, f *frame, rs []Reg) []Value {
	if len(rs) == 0 {
		return nil
	}
	vs := make([]Value, len(rs))
	for k, r := range rs {
		vs[k] = m.val(s, f, r)
	}
	return vs
}

func (m *Machine) jump(s *state, f *frame, e *Edge) {
	switch len(e.Moves) {
	case 0:
	case 1:
		f.setReg(e.Moves[0].Dst, m.val(s, f, e.Moves[0].Src))
	default:
		vs := make([]Value, len(e.Moves))
		for k, mv := range e.Moves {
			vs[k] = m.val(s, f, mv.Src)
		}
		for k, mv := range e.Moves {
			f.setReg(mv.Dst, vs[k])
		}
	}
	f.block, f.pc = e.Block, 0
}

// truth evaluates a boolean if the facts decide it.
func (m *Machine) truth(s *state, v Value) (bool, bool) {
	switch v.Kind {
	case KBool:
		return v.A == 1, true
	case KCond:
		return s.decide(Value{Kind: KUnk, A: v.A, Flag: v.Flag}, v.B, v.X[0])
	}
	return false, false
}

// assume records that boolean v is b.
func (m *Machine) assume(s *state, v Value, b bool) {
	switch v.Kind {
	case KUnk:
		s.learn(v.A, Eq, Bool(b))
	case KCond:
		op := v.B
		if !b {
			op = negate(op)
		}
		s.learn(v.A, op, v.X[0])
	}
}

func (m *Machine) branch(s *state, i int, f *frame, in *Instr) outcome {
	v := m.val(s, f, in.A)
	taken, known := m.truth(s, v)
	if !known {
		t := m.fork(s)
		m.assume(t, v, false)
		t.ev |= EvBranch
		t.notes = &note{t.notes, s.gors[i].id, in.Pos, false}
		m.jump(t, t.frame(i), &in.Succs[1])
		m.pending = append(m.pending, t)
		m.assume(s, v, true)
		s.ev |= EvBranch
		s.notes = &note{s.notes, s.gors[i].id, in.Pos, true}
		f = s.frame(i)
		taken = true
	}
	if taken {
		m.jump(s, f, &in.Succs[0])
	} else {
		m.jump(s, f, &in.Succs[1])
	}
	return goOn
}

func not(v Value) Value {
	switch v.Kind {
	case KBool:
		return Bool(v.A == 0)
	case KUnk:
		return Value{Kind: KCond, A: v.A, B: Eq, X: []Value{Bool(false)}}
	case KCond:
		return Value{Kind: KCond, A: v.A, B: negate(v.B), X: v.X, Flag: v.Flag}
	}
	return v
}

// bound makes an unknown count concrete: 1 here, 2 in a fork that runs the
// same instruction again. Zero is left out: no workers, no slots and no items
// are the cases that never block anything.
func (m *Machine) bound(s *state, v Value) Value {
	if v.Kind != KUnk || v.Flag&FDerived != 0 {
		return v
	}
	if m.onlyBound > 0 {
		s.learn(v.A, Eq, Int(m.onlyBound))
		if m.onlyBound == 1 {
			s.ev |= EvBoundOne
		}
		return Int(m.onlyBound)
	}
	t := m.fork(s)
	t.learn(v.A, Eq, Int(2))
	t.ev |= EvBoundMany
	m.pending = append(m.pending, t)
	s.learn(v.A, Eq, Int(1))
	s.ev |= EvBoundOne
	return Int(1)
}

// asCount lets a derived number bound a loop: how it came about matters only
// where it has to match another count.
func asCount(v Value) Value {
	v.Flag &^= FDerived
	return v
}

func (m *Machine) binary(s *state, i int, f *frame, in *Instr) outcome {
	a, b := m.val(s, f, in.A), m.val(s, f, in.B)
	op := in.N
	if in.Bound {
		a = m.bound(s, asCount(a))
		b = m.bound(s, asCount(b))
		f = s.frame(i)
	}
	if a.isConst() && !b.isConst() {
		a, b, op = b, a, mirror(op)
	}
	r := s.symbol(0)
	if res, known := compare(a, op, b); known {
		r = Bool(res)
	} else if a.Kind == KUnk && b.isConst() {
		if res, known := s.decide(a, op, b); known {
			r = Bool(res)
		} else {
			r = Value{Kind: KCond, Flag: a.Flag, A: a.A, B: op, X: []Value{b}}
		}
	} else if b.Kind == KBool && (op == Eq || op == Ne) {
		if r = a; (b.A == 1) != (op == Eq) {
			r = not(a)
		}
	}
	f.setReg(in.Dst, r)
	f.pc++
	return goOn
}

func mirror(op Cmp) Cmp {
	switch op {
	case Lt:
		return Gt
	case Gt:
		return Lt
	case Le:
		return Ge
	case Ge:
		return Le
	}
	return op
}

func (m *Machine) arith(s *state, a, b Value, sub int32) Value {
	if a.Kind == KInt && b.Kind == KInt {
		n := a.A + b.A
		if sub == 1 {
			n = a.A - b.A
		}
		if n >= -maxInt && n <= maxInt {
			return Value{Kind: KInt, A: n}
		}
	}
	return s.symbol(FDerived | FNonNil)
}
