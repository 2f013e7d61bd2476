package explore

// call runs, starts or defers a call.
func (m *Machine) call(s *state, i int, f *frame, in *Instr) outcome {
	fn, args, known := m.callee(s, f, in)
	switch in.Mode {
	case CallDefer:
		d := deferred{fn: fn, args: args, pos: in.Pos}
		if !known {
			d.fn = Value{}
		}
		if n := f.pending(in.Pos); in.endless && n >= m.rounds() || n >= maxDefers {
			return cut
		}
		f.defers = append(f.defers, d)
		f.pc++
		return goOn
	case CallGo:
		f.pc++
		return m.spawn(s, i, in, fn, args, known)
	}
	m.forget(f, in, false)
	if known && m.scope.Opaque[in.Pos] && len(s.gors[i].frames) == 1 && s.gors[i].id == 0 {
		known = false
	}
	if known {
		callee := m.Program.Funcs[fn.A]
		if (in.Follow || m.enter(s, callee, fn, args)) && len(s.gors[i].frames) < maxDepth {
			m.push(s, i, callee, fn, args)
			return goOn
		}
		if len(s.gors[i].frames) >= maxDepth {
			for _, v := range args {
				m.escape(s, v)
			}
			m.escape(s, fn)
		}
	} else {
		m.unknownCall(s, i, in, fn, args)
	}
	f = s.frame(i)
	f.setReg(in.Dst, m.unknownResult(s, in))
	f.pc++
	return goOn
}

// maxRounds bounds what a loop that nothing counts may leave behind: deferred calls
// of one statement, live goroutines of one go statement. Loops over unknown data run
// once or twice; an endless one has endlessly many states, and those with more of
// the same are not new.
const maxRounds = 2

// maxDefers bounds the deferred calls of one statement in any loop: what a loop
// counts may be no more than how often an inner one runs.
const maxDefers = 4

// rounds is what an endless loop may leave behind here: in a slice every unknown
// count is one.
func (m *Machine) rounds() int {
	if m.narrow {
		return 1
	}
	return maxRounds
}

// roundsOver reports whether a statement that starts goroutines, in a loop that
// nothing counts, has left its share of live ones behind.
func (s *state) roundsOver(at *Instr, limit int) bool {
	n := 0
	for _, g := range s.gors {
		if g.from == at.Pos {
			n++
		}
	}
	return at.endless && n >= limit
}

// starter is the call in the user's code that starts a goroutine at in: the library
// starts it for its caller.
func (g *goroutine) starter(in *Instr) *Instr {
	for k := len(g.frames) - 2; k >= 0 && g.frames[k+1].fn.Pos == 0; k-- {
		f := g.frames[k]
		in = &f.fn.Blocks[f.block].Instrs[f.pc]
	}
	return in
}

// pending counts the deferred calls of a statement.
func (f *frame) pending(at Pos) int {
	n := 0
	for k := range f.defers {
		if f.defers[k].pos == at {
			n++
		}
	}
	return n
}

func (m *Machine) unknownResult(s *state, in *Instr) Value {
	if in.Results > 1 {
		x := make([]Value, in.Results)
		for k := range x {
			x[k] = s.symbol(0)
		}
		return Value{Kind: KTuple, X: x}
	}
	return s.symbol(uint8(in.Zero.Flag))
}

// unknownCall lets go of what unknown code gets to see, and where somebody
// would recover, also lets it panic.
func (m *Machine) unknownCall(s *state, i int, in *Instr, fn Value, args []Value) {
	if in.Waits {
		s.ev |= EvForeignWait
	}
	for _, v := range args {
		m.escape(s, v)
	}
	m.escape(s, fn)
	if in.Call != CallUnknown && !m.narrow && m.recoverable(s.gors[i]) {
		t := m.fork(s)
		t.ev |= EvPanics
		t.notes = &note{t.notes, s.gors[i].id, in.Pos, true}
		t.gor(i).panics = panicking
		if m.unwind(t, i) == goOn {
			m.pending = append(m.pending, t)
		}
	}
}

// callee resolves a call to a function value and its arguments.
func (m *Machine) callee(s *state, f *frame, in *Instr) (fn Value, args []Value, known bool) {
	args = m.vals(s, f, in.Args)
	switch in.Call {
	case CallStatic:
		return Value{Kind: KFunc, A: in.N}, args, true
	case CallValue:
		fn = m.val(s, f, in.A)
		return fn, args, fn.Kind == KFunc
	case CallMethod:
		recv := m.val(s, f, in.A)
		switch recv.Kind {
		case KIface:
			if m.Program.Method != nil {
				if callee := m.Program.Method(recv.A, in.N); callee != nil {
					all := append([]Value{s.resolve(recv.X[0])}, args...)
					return Value{Kind: KFunc, A: callee.ID}, all, true
				}
			}
		}
		return recv, args, false
	}
	return Value{}, args, false
}

// enter decides whether a call is worth following: only callees that are given
// something tracked, or make something to track, can matter.
func (m *Machine) enter(s *state, callee *Func, fn Value, args []Value) bool {
	m.Program.Ensure(callee)
	if m.creates(callee) {
		return true
	}
	if m.Options.NoRelevance {
		return true
	}
	if !callee.Touches {
		return false
	}
	// An operation of the library is one, also on what unknown code knows.
	return m.involved(s, callee, fn, args, callee.Pos != 0) || callee.Pos == 0 && s.namesVariable(args)
}

// namesVariable reports whether an argument points into a package variable: its
// locks are followed wherever they are named, so a deferred unlock counts as well.
func (s *state) namesVariable(args []Value) bool {
	for _, v := range args {
		if v.Kind == KPtr && s.heap[v.A].global != 0 {
			return true
		}
	}
	return false
}

// involved reports whether a call can take part in the scope: it is given
// something tracked, or an object of the scope in which it may put something.
func (m *Machine) involved(s *state, callee *Func, fn Value, args []Value, own bool) bool {
	if m.tracked(s, fn, own) || callee.Makes && m.owned(s, fn) {
		return true
	}
	for _, v := range args {
		if m.tracked(s, v, own) || callee.Makes && m.owned(s, v) {
			return true
		}
	}
	return false
}

func (m *Machine) push(s *state, i int, callee *Func, fn Value, args []Value) {
	callee = m.variant(s, s.gors[i], callee, fn, args)
	fr := &frame{epoch: s.epoch, fn: callee, regs: make([]Value, callee.Regs+1)}
	k := 1
	for _, v := range args {
		if k <= callee.Params {
			fr.regs[k] = v
			k++
		}
	}
	k = callee.Params + 1
	for _, v := range fn.X {
		if k <= callee.Params+callee.Free {
			fr.regs[k] = v
			k++
		}
	}
	g := s.gor(i)
	g.frames = append(g.frames, fr)
}

// spawn starts a goroutine unless nothing it can reach is tracked: then it
// cannot take part in this scope.
func (m *Machine) spawn(s *state, i int, in *Instr, fn Value, args []Value, known bool) outcome {
	if !known {
		for _, v := range args {
			m.escape(s, v)
		}
		m.escape(s, fn)
		return goOn
	}
	callee := m.Program.Ensure(m.Program.Funcs[fn.A])
	if !m.Options.NoRelevance && !m.involved(s, callee, fn, args, true) {
		return goOn
	}
	from := s.gors[i].starter(in)
	if len(s.gors) >= m.Budget.Goroutines || s.roundsOver(from, m.rounds()) {
		return cut
	}
	s.nextGor++
	g := &goroutine{epoch: s.epoch, id: s.nextGor, pos: in.Pos, from: from.Pos}
	s.gors = append(s.gors, g)
	m.push(s, len(s.gors)-1, callee, fn, args)
	return goOn
}

// ret pops the top frame and hands its results to the caller.
func (m *Machine) ret(s *state, i int, results []Value) outcome {
	g := s.gor(i)
	popped := g.top()
	g.frames = g.frames[:len(g.frames)-1]
	if len(g.frames) == 0 {
		return m.ended(s, i, results)
	}
	f := s.frame(i)
	if popped.deferCall {
		if f.recovered {
			f.recovered = false
			return m.resume(s, i)
		}
		if g.panics != calm && f.unwind {
			return m.unwind(s, i)
		}
		return goOn // back at OpRunDefers
	}
	in := &f.fn.Blocks[f.block].Instrs[f.pc]
	switch len(results) {
	case 0:
		if in.Results > 0 {
			f.setReg(in.Dst, m.unknownResult(s, in))
		} else {
			f.setReg(in.Dst, Value{})
		}
	case 1:
		f.setReg(in.Dst, results[0])
	default:
		f.setReg(in.Dst, Value{Kind: KTuple, X: results})
	}
	f.pc++
	f.returned = true
	return goOn
}

// ended handles the end of a goroutine's outermost function.
func (m *Machine) ended(s *state, i int, results []Value) outcome {
	if s.gors[i].id == 0 {
		if m.scope.Process {
			return prune
		}
		if m.scope.ResultsEscape {
			for _, v := range results {
				m.escape(s, v)
			}
		}
		m.lastResults = results
	}
	return gone
}

// runDefers runs the deferred calls of the top frame, last first.
func (m *Machine) runDefers(s *state, i int, f *frame) outcome {
	if len(f.defers) == 0 {
		f.pc++
		return goOn
	}
	m.forget(f, s.gors[i].instr(), false)
	m.popDefer(s, i, f)
	return goOn
}

// popDefer takes the last deferred call and enters it if it matters.
func (m *Machine) popDefer(s *state, i int, f *frame) {
	d := f.defers[len(f.defers)-1]
	f.defers = f.defers[:len(f.defers)-1]
	if d.fn.Kind != KFunc {
		for _, v := range d.args {
			m.escape(s, v)
		}
		return
	}
	callee := m.Program.Funcs[d.fn.A]
	if !m.enter(s, callee, d.fn, d.args) && !callee.Recovers {
		return
	}
	m.push(s, i, callee, d.fn, d.args)
	g := s.gor(i)
	g.top().deferCall, g.top().deferPos = true, d.pos
}

// recoverable reports whether a panic in g would be recovered: some frame has
// a deferred call that recovers.
func (m *Machine) recoverable(g *goroutine) bool {
	for _, f := range g.frames {
		for _, d := range f.defers {
			if d.fn.Kind == KFunc && m.Program.Ensure(m.Program.Funcs[d.fn.A]).Recovers {
				return true
			}
		}
	}
	return false
}

// panic starts a panic; one that nobody recovers ends the process.
func (m *Machine) panic(s *state, i int) outcome {
	g := s.gor(i)
	if !m.recoverable(g) {
		return prune
	}
	g.panics = panicking
	return m.unwind(s, i)
}

// unwind runs pending defers and drops frames until something recovers.
func (m *Machine) unwind(s *state, i int) outcome {
	g := s.gor(i)
	for len(g.frames) > 0 {
		f := s.frame(i)
		if len(f.defers) > 0 {
			depth := len(g.frames)
			f.unwind = true
			m.popDefer(s, i, f)
			if len(g.frames) > depth {
				return goOn
			}
			continue
		}
		g.frames = g.frames[:len(g.frames)-1]
		if len(g.frames) > 0 && g.frames[len(g.frames)-1].unwind && f.deferCall {
			continue
		}
	}
	if g.panics == panicking {
		return prune
	}
	return m.ended(s, i, nil)
}

// recover ends the panic of the frame that deferred the caller.
func (m *Machine) recover(s *state, i int) Value {
	g := s.gor(i)
	n := len(g.frames)
	if g.panics != panicking || n < 2 || !g.frames[n-1].deferCall || !g.frames[n-2].unwind {
		return Nil()
	}
	g.panics = calm
	s.frameAt(g, n-2).recovered = true
	return s.symbol(FNonNil)
}

// resume continues after a recovered panic: the remaining defers run, then the
// frame returns its named results.
func (m *Machine) resume(s *state, i int) outcome {
	g := s.gor(i)
	f := s.frame(i)
	f.unwind = false
	if len(f.defers) > 0 {
		// The rest of the defers run as on a normal return.
		f.recovered = true
		depth := len(g.frames)
		m.popDefer(s, i, f)
		if len(s.gors[i].frames) > depth {
			return goOn
		}
		f.recovered = false
		return m.resume(s, i)
	}
	if f.fn.Recover >= 0 {
		f.block, f.pc = f.fn.Recover, 0
		return goOn
	}
	results := make([]Value, 0, f.fn.Results)
	for k := 0; k < f.fn.Results; k++ {
		results = append(results, s.symbol(0))
	}
	return m.ret(s, i, results)
}
