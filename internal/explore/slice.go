package explore

import "slices"

// A scope that is too large to follow in full is sliced: it is explored once for
// each object that its goroutines meet at, while all others belong to unknown code,
// so that what serves only them falls away. In a slice every unknown count is one,
// states that differ in data only are one, and local walks that lead too far are
// left out. What a slice finds may rest on what the others would not have done, so
// it is marked.

// A point is an object that goroutines meet at: its allocation site, and the
// functions through which it is made.
type point struct {
	site   int32
	makers map[int32]bool
}

// maxSlices bounds the points of a scope; with more of them it is a whole subsystem.
const maxSlices = 24

// met notes where something to wait for is made.
func (m *Machine) met(g *goroutine, site int32) {
	if m.slice != nil || site < 0 {
		return
	}
	k := slices.IndexFunc(m.points, func(p *point) bool { return p.site == site })
	if k < 0 {
		k = len(m.points)
		m.points = append(m.points, &point{site, map[int32]bool{}})
	}
	for _, f := range g.frames {
		m.points[k].makers[f.fn.origin] = true
	}
}

// muted reports whether the objects of a site belong to unknown code in this slice.
func (m *Machine) muted(site int32) bool { return m.slice != nil && m.slice.site != site }

// creates reports whether a call is worth entering for what it makes.
func (m *Machine) creates(f *Func) bool {
	return f.Creates && (m.slice == nil || m.slice.makers[f.ID])
}

// given reports whether unknown code has got hold of all that a slice is about:
// nothing more can be said of it.
func (p *point) given(s *state) bool {
	some := false
	for _, o := range s.heap {
		if o == nil || o.site != p.site {
			continue
		}
		if !o.escaped {
			return false
		}
		some = true
	}
	return some
}

// sliced repeats an exploration that ran out of budget, one slice after the other,
// and adds what they find to res.
func (m *Machine) sliced(res *Result, explore func() Result) {
	points := m.points
	res.Narrow = true
	if len(points) > maxSlices {
		return
	}
	res.Over = false
	m.narrow, m.onlyBound = true, 1
	overs := 0
	for _, p := range points {
		m.slice = p
		r := explore()
		res.join(&r)
		if r.Over {
			res.Over = true
			if overs++; overs >= maxOver {
				break
			}
		}
	}
	m.narrow, m.onlyBound, m.slice = false, 0, nil
}

// assumed are the findings of an exploration that left objects to unknown code: it
// knows nothing of orders that these would have kept apart.
func assumed(fs []*Finding) []*Finding {
	fs = slices.DeleteFunc(fs, func(f *Finding) bool { return f.Kind != Stuck })
	for _, f := range fs {
		f.Sliced = true
	}
	return fs
}

// join adds to res what another exploration of its scope found.
func (res *Result) join(r *Result) {
	for _, f := range r.Findings {
		if !slices.ContainsFunc(res.Findings, func(o *Finding) bool { return o.key == f.key }) {
			res.Findings = append(res.Findings, f)
		}
	}
	res.Cut = res.Cut || r.Cut
	res.States += r.States
	res.Steps += r.Steps
}
