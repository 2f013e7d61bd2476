package explore

// ample returns the steps that are enough to try from a state: steps that
// commute with everything the others can do. It returns ts itself if there is
// no such choice. The caller takes all steps when a chosen one leads back to a
// known state, so that nobody is ignored for ever.
func (m *Machine) ample(s *state, ts []transition) []transition {
	if m.Options.NoAmple || len(ts) < 2 {
		return ts
	}
	for k, t := range ts {
		if m.commutes(s, t) {
			return ts[k : k+1]
		}
	}
	return m.apart(s, ts)
}

// commutes reports whether a step neither disables nor is affected by others.
func (m *Machine) commutes(s *state, t transition) bool {
	g := s.gors[t.g]
	in := g.instr()
	switch in.Op {
	case OpLock:
		if in.N == Unlock || in.N == RUnlock || in.N == RWUnlock {
			// Only its own lock: otherwise the order decides who fails.
			v, _ := lockTarget(m.val(s, g.top(), in.A), in.N)
			_, _, c, ok := m.cell(s, v, kMutex)
			return ok && holds(c, g.id)
		}
	case OpOnceEnd, OpCondEnter:
		return true
	case OpAdd:
		n := m.val(s, g.top(), in.B)
		if n.Kind != KInt || n.A >= 0 {
			return false
		}
		_, _, c, ok := m.cell(s, m.val(s, g.top(), in.A), kWait)
		return ok && c.A+n.A >= 1 // short of zero it wakes nobody and cannot fail
	}
	return false
}

// apart groups goroutines that share no object and returns the steps of one
// group: what the others do can never matter to it. This is what makes a loop
// that starts independent pairs of goroutines cheap.
func (m *Machine) apart(s *state, ts []transition) []transition {
	n := len(s.gors)
	if n < 3 {
		return ts
	}
	for k := 1; k < len(s.globals); k += 2 {
		if s.heap[s.globals[k]].holdsState() {
			return ts // anybody can name a package variable
		}
	}
	group := make([]int, n)
	for i := range group {
		group[i] = i
	}
	find := func(i int) int {
		for group[i] != i {
			i = group[i]
		}
		return i
	}
	owner := make([]int, len(s.heap))
	m.throughCtx = true
	for i := range s.gors {
		m.markFrom(s, i)
		for _, id := range m.marked {
			if owner[id] == 0 {
				owner[id] = i + 1
			} else if a, b := find(owner[id]-1), find(i); a != b {
				group[max(a, b)] = min(a, b)
			}
		}
		m.endMarks()
	}
	m.throughCtx = false
	count := make([]int, n)
	for _, t := range ts {
		count[find(t.g)]++
	}
	best := -1
	for i, c := range count {
		if c > 0 && (best < 0 || c < count[best]) {
			best = i
		}
	}
	if count[best] == len(ts) {
		return ts
	}
	var out []transition
	for _, t := range ts {
		if find(t.g) == best {
			out = append(out, t)
		}
	}
	return out
}

// holdsState reports whether an object has synchronisation cells.
func (o *object) holdsState() bool {
	for k := range o.cells {
		if o.cells[k].val.syncState() {
			return true
		}
	}
	return false
}

func (v Value) syncState() bool { return v.Kind == kMutex || v.Kind == kWait || v.Kind == kOnce }
