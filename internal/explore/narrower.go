package explore

import "maps"

// A constructor often makes a subsystem, starts its goroutines and registers it
// with an object that the caller was given. From there on unknown code knows it and
// nothing can be said of it any more, but the way there is most of what such a scope
// costs. A scope that ran out of budget is therefore explored once more with what
// its callees gave away belonging to unknown code from birth: calls on it are not
// followed, its goroutines are not started. What the root makes itself is not
// treated like this.

// maxEarly bounds the attempts: what the first one gives away lets the next one see
// more that is given away.
const maxEarly = 2

// noteGone notes what unknown code has got hold of in s.
func (m *Machine) noteGone(s *state) {
	if m.slice != nil || m.gone == nil {
		return
	}
	for _, o := range s.heap {
		if o != nil && o.escaped && o.site >= 0 && !m.scope.own(m.Program.Sites[o.site].Pos) {
			m.gone[o.site] = true
		}
	}
}

// narrower repeats an exploration that ran out of budget in ways that leave more
// and more out, until one comes to an end.
func (m *Machine) narrower(res *Result, explore func() Result) {
	if m.Options.NoCoarse {
		m.sliced(res, explore)
		return
	}
	full := m.Budget
	m.coarse = true
	m.Budget.States *= 3
	m.Budget.Steps *= 5
	m.Budget.LocalSteps *= 2
	m.Budget.Client *= 5
	if r := explore(); !r.Over {
		res.Over, res.Coarse = false, true
		res.join(&r)
	} else {
		res.Steps += r.Steps
		m.published(res, explore)
	}
	m.Budget = full
	if res.Over {
		m.sliced(res, explore)
	}
	m.coarse = false
}

// published repeats an exploration that ran out of budget without what callees give
// away and with every unknown count one, and if that comes to an end adds what it
// finds to res. The clients of a type have no callees: theirs is the count only.
func (m *Machine) published(res *Result, explore func() Result) {
	m.onlyBound = 1
	for k := range maxEarly {
		before := len(m.early)
		m.early = maps.Clone(m.gone)
		if k > 0 && len(m.early) == before {
			break
		}
		r := explore()
		if !r.Over {
			res.Over, res.Early = false, true
			res.join(&r)
			break
		}
		res.Steps += r.Steps
	}
	m.early, m.onlyBound = nil, 0
}
