package explore

// A Call is one method that a client may call on what it holds.
type Call struct {
	Func *Func
	// Closes: the method shuts the object down.
	Closes bool
}

// A ClientResult is what one call or pair of calls led to.
type ClientResult struct {
	Result
	Calls []Call // one or two
}

// maxBases is the number of ways in which a constructor may return that are
// followed.
const maxBases = 2

// ExploreClient explores a most general client of a type. sc.Entry makes an
// object and keeps it (OpKeep); then every call is made alone and every pair of
// calls at once, a call with itself included. A stuck state counts only if no further call frees it.
func (m *Machine) ExploreClient(sc Scope, calls []Call) []ClientResult {
	m.Stats.Scopes++
	m.points, m.gone = nil, nil
	m.coarse = m.Options.Coarse
	done := make([]bool, len(pairs(calls)))
	out, all := m.pairsOf(&sc, calls, done, true)
	again := func() Result {
		// A slice tells of its own object only.
		more, r := m.pairsOf(&sc, calls, done, m.slice == nil)
		out = append(out, more...)
		return r
	}
	if all.Over {
		m.narrower(&all, again)
	}
	m.Stats.count(&all)
	return out
}

// pairsOf explores every call and pair of calls but for those that are done, and
// notes the ones that came to an end; the second result sums up how that went.
func (m *Machine) pairsOf(sc *Scope, calls []Call, done []bool, note bool) (out []ClientResult, all Result) {
	bases := m.bases(sc)
	spent, overs, most := m.steps, 0, maxOver
	if m.coarse && m.slice == nil {
		most = 1 // with less detail still, the others are tried anyway
	}
	all.Over = m.over && len(bases) == 0
	for k, pair := range pairs(calls) {
		if done[k] {
			continue
		}
		over := false
		for _, base := range bases {
			if overs >= most || spent > m.Budget.Client || farOff(k, len(done), spent, m.Budget.Client) && (m.coarse || k >= len(calls)) {
				all.Over = true
				return out, all
			}
			r := m.pair(sc, base, pair)
			spent += r.Steps
			if r.Over {
				overs++
			}
			over = over || r.Over
			all.Over = all.Over || r.Over
			all.Cut = all.Cut || r.Cut
			out = append(out, ClientResult{r, pair})
		}
		done[k] = note && !over && len(bases) > 0
	}
	return out, all
}

// farOff reports whether the first calls have cost so much that all of them will
// cost more than twice what there is. Pairs cost more than the calls alone, which
// come first.
func farOff(at, all, spent, budget int) bool {
	return at >= 2 && spent > budget/8 && spent/at*all > 2*budget
}

// pairs lists each call alone, which gives the simplest witness, then each pair.
func pairs(calls []Call) [][]Call {
	var out [][]Call
	for _, c := range calls {
		out = append(out, []Call{c})
	}
	for i := range calls {
		for j := i; j < len(calls); j++ {
			out = append(out, []Call{calls[i], calls[j]})
		}
	}
	return out
}

// maxOver is the number of pairs, or slices, that may run out of budget before a
// scope counts as too big to explore.
const maxOver = 3

// bases runs the constructor until it has returned.
func (m *Machine) bases(sc *Scope) []*state {
	m.scope = sc
	m.steps, m.limit, m.over, m.cut = 0, m.Budget.Steps, false, false
	var out []*state
	sr := search{m: m, budget: m.Budget.Rescue, seen: visited{}, found: map[string]*Finding{}}
	sr.visit = func(s *state) bool {
		for _, g := range s.gors {
			if g.id == 0 {
				return true
			}
		}
		if s.kept.Kind != KNone && len(out) < maxBases {
			out = append(out, s)
		}
		sr.rescued = len(out) == maxBases // enough
		return false
	}
	sr.run(m.initial(sc))
	return out
}

func (m *Machine) pair(sc *Scope, base *state, calls []Call) Result {
	m.scope = sc
	return m.searchFrom(m.Budget.States/4, func() *state {
		s := m.fork(base)
		s.ev, s.notes = 0, nil
		sc.closers = map[int32]bool{}
		for _, c := range calls {
			id := m.client(s, c.Func)
			if c.Closes {
				sc.closers[id] = true
			}
		}
		return s
	})
}

// client starts a goroutine that calls f on what the client holds, at a time of
// its own: what f reads first may already be the work of other calls.
func (m *Machine) client(s *state, f *Func) int32 {
	m.Program.Ensure(f)
	late := m.late[f]
	if late == nil {
		b := NewBuilder(f.Name, f.Params, 0)
		args := make([]Reg, f.Params)
		for k := range args {
			args[k] = b.Param(k)
		}
		b.Emit(Instr{Op: OpYield})
		res := b.Def(Instr{Op: OpCall, Call: CallStatic, N: f.ID, Args: args, Results: int32(f.Results)})
		b.Emit(Instr{Op: OpEscape, Args: []Reg{res}}) // the client keeps what it is given
		b.Return()
		late = m.Program.AddFunc(b.F, nil)
		if m.late == nil {
			m.late = map[*Func]*Func{}
		}
		m.late[f] = late
	}
	s.nextGor++
	s.gors = append(s.gors, &goroutine{epoch: s.epoch, id: s.nextGor})
	args := []Value{s.kept}
	for len(args) < f.Params {
		args = append(args, s.symbol(0))
	}
	m.push(s, len(s.gors)-1, late, Value{Kind: KFunc, A: late.ID}, args)
	return s.nextGor
}
