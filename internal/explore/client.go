package explore

// A Call is one method that a client may call on what it holds.
type Call struct {
	Func *Func
	// Closes: the method shuts the object down.
	Closes bool
}

// A ClientResult is what one pair of calls led to.
type ClientResult struct {
	Result
	First, Second Call
}

// maxBases is the number of ways in which a constructor may return that are
// followed.
const maxBases = 2

// ExploreClient explores a most general client of a type. sc.Entry makes an
// object and keeps it (OpKeep); then every pair of calls is made at once, a call
// with itself included. A stuck state counts only if no further call frees it.
func (m *Machine) ExploreClient(sc Scope, calls []Call) []ClientResult {
	m.Stats.Scopes++
	bases := m.bases(&sc)
	var out []ClientResult
	spent, overs := m.steps, 0
	for i := range calls {
		for j := i; j < len(calls); j++ {
			for _, base := range bases {
				if overs >= maxOver || spent > m.Budget.Client {
					m.Stats.Over++
					return out
				}
				r := m.pair(&sc, base, calls[i], calls[j])
				spent += r.Steps
				if r.Over {
					overs++
				}
				out = append(out, ClientResult{r, calls[i], calls[j]})
			}
		}
	}
	if overs > 0 {
		m.Stats.Over++
	}
	return out
}

// maxOver is the number of pairs that may run out of budget before a type
// counts as too big to explore.
const maxOver = 3

// bases runs the constructor until it has returned.
func (m *Machine) bases(sc *Scope) []*state {
	m.scope = sc
	m.steps, m.over, m.cut = 0, false, false
	var out []*state
	sr := search{m: m, budget: m.Budget.Rescue, seen: map[string]struct{}{}, found: map[string]*Finding{}}
	sr.visit = func(s *state) bool {
		for _, g := range s.gors {
			if g.id == 0 {
				return true
			}
		}
		if s.kept.Kind != KNone && len(out) < maxBases {
			out = append(out, s)
		}
		return false
	}
	sr.run(m.initial(sc))
	return out
}

func (m *Machine) pair(sc *Scope, base *state, a, b Call) Result {
	m.scope = sc
	return m.walkFrom(m.Budget.States/4, func() *state {
		s := m.fork(base)
		s.ev, s.notes = 0, nil
		sc.closers = map[int32]bool{}
		for _, c := range []Call{a, b} {
			id := m.client(s, c.Func)
			if c.Closes {
				sc.closers[id] = true
			}
		}
		return s
	})
}

// client starts a goroutine that calls f on what the client holds.
func (m *Machine) client(s *state, f *Func) int32 {
	m.Program.Ensure(f)
	s.nextGor++
	s.gors = append(s.gors, &goroutine{epoch: s.epoch, id: s.nextGor})
	args := []Value{s.kept}
	for len(args) < f.Params {
		args = append(args, s.symbol(0))
	}
	m.push(s, len(s.gors)-1, f, Value{Kind: KFunc, A: f.ID}, args)
	return s.nextGor
}
