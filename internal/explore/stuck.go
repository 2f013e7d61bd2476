package explore

import (
	"cmp"
	"slices"
)

// waits is what a goroutine at rest waits for.
type waits struct {
	objs    []int32 // any of these may wake it
	holders []int32 // goroutines that hold the lock it wants
	null    bool    // a nil channel
	forever bool    // intended: select {}, or a timer that was stopped
	path    int32   // of a lock within objs[0]
	lock    bool
}

func (m *Machine) waitsFor(s *state, i int) waits {
	g := s.gors[i]
	in := g.instr()
	f := g.top()
	var w waits
	ch := func(r Reg) {
		switch v := m.val(s, f, r); v.Kind {
		case KChan:
			w.objs = append(w.objs, v.A)
		case KNil:
			w.null = true
		}
	}
	switch in.Op {
	case OpSend, OpRecv, OpClose:
		ch(in.A)
	case OpSelect:
		w.forever = len(in.Cases) == 0
		for _, c := range in.Cases {
			ch(c.Chan)
		}
		w.null = w.null && len(w.objs) == 0
	case OpLock:
		v, mode := lockTarget(m.val(s, f, in.A), in.N)
		obj, path, c, ok := m.cell(s, v, kMutex)
		if !ok {
			break
		}
		w.lock, w.path = true, path
		w.objs = append(w.objs, obj)
		if c.A > 0 {
			w.holders = append(w.holders, c.A-1)
		}
		for _, r := range c.X {
			if mode != RLock {
				w.holders = append(w.holders, r.A-1)
			}
		}
		if mode == RLock && c.A == 0 && c.B > 0 {
			w.holders = append(w.holders, m.announcers(s, v)...)
		}
	case OpAdd, OpWait:
		if obj, _, _, ok := m.cell(s, m.val(s, f, in.A), kWait); ok {
			w.objs = append(w.objs, obj)
		}
	case OpOnceBegin:
		if obj, path, c, ok := m.cell(s, m.val(s, f, in.A), kOnce); ok {
			w.lock, w.path = true, path
			w.objs = append(w.objs, obj)
			w.holders = append(w.holders, c.B-1)
		}
	case OpCondPark:
		if obj, _, ok := m.condOf(s, m.val(s, f, in.A)); ok {
			w.objs = append(w.objs, obj)
		}
	case OpTimerFire:
		w.forever = true
	}
	return w
}

// announcers lists the goroutines whose pending Lock keeps readers out.
func (m *Machine) announcers(s *state, target Value) []int32 {
	var ids []int32
	for _, g := range s.gors {
		if !g.announced {
			continue
		}
		v, _ := lockTarget(m.val(s, g.top(), g.instr().A), g.instr().N)
		if v.A == target.A && v.B == target.B {
			ids = append(ids, g.id)
		}
	}
	return ids
}

// stuck looks for goroutines that nothing can wake any more, in any state.
// Roots are the goroutines that can take a step; what they reach is alive; who
// waits for something alive, or for a lock held by somebody alive, is alive.
// The rest is stuck for ever. This is the rule of the runtime's goroutine-leak
// profile. It reports whether two of them wait at one place.
func (sr *search) stuck(at int32, moves []bool) (again bool) {
	m := sr.m
	s := sr.nodes[at].s
	if !slices.Contains(moves, false) {
		return false
	}
	alive := append([]bool(nil), moves...)
	ws := make([]waits, len(s.gors))
	for i := range s.gors {
		if alive[i] {
			m.markFrom(s, i)
			continue
		}
		ws[i] = m.waitsFor(s, i)
	}
	for changed := true; changed; {
		changed = false
		for i := range s.gors {
			if alive[i] || !m.canWake(s, &ws[i], alive) {
				continue
			}
			alive[i] = true
			changed = true
			m.markFrom(s, i)
		}
	}
	m.endMarks()
	var left []int
	for i := range s.gors {
		if !alive[i] {
			left = append(left, i)
		}
	}
	if len(left) == 0 {
		return false
	}
	if len(m.scope.Rescue) > 0 {
		if left = m.rescue(s, left); len(left) == 0 {
			return false
		}
	}
	sr.reportStuck(at, left, ws)
	places := map[*Instr]bool{}
	for _, i := range left {
		in := s.gors[i].instr()
		again = again || places[in]
		places[in] = true
	}
	return again
}

// markFrom marks what goroutine i can reach.
func (m *Machine) markFrom(s *state, i int) {
	for _, f := range s.gors[i].frames {
		for _, v := range f.regs[1:] {
			m.walk(s, v, m.markOnce)
		}
		for _, d := range f.defers {
			m.walk(s, d.fn, m.markOnce)
			for _, v := range d.args {
				m.walk(s, v, m.markOnce)
			}
		}
	}
}

func (m *Machine) isMarked(id int32) bool {
	return int(id) < len(m.marks) && m.marks[id] == m.markRound
}

// canWake reports whether somebody alive, or unknown code, may wake a waiter.
func (m *Machine) canWake(s *state, w *waits, alive []bool) bool {
	if w.forever {
		return true
	}
	if w.lock && len(w.holders) > 0 {
		for _, h := range w.holders {
			live := false
			for j, g := range s.gors {
				if g.id == h {
					live = true
					if alive[j] {
						return true
					}
				}
			}
			// The holder has ended: whoever reaches the lock may release it.
			if !live && (m.isMarked(w.objs[0]) || s.heap[w.objs[0]].escaped) {
				return true
			}
		}
		return false
	}
	for _, id := range w.objs {
		o := s.heap[id]
		if o.escaped || o.env {
			return true
		}
		for p := id; p >= 0; {
			if m.isMarked(p) || s.heap[p].escaped && s.heap[p].ch != nil && !s.heap[p].ch.never {
				return true
			}
			if s.heap[p].ch == nil {
				break
			}
			p = s.heap[p].ch.parent
		}
	}
	return false
}

// reportStuck makes one finding of a stuck set.
func (sr *search) reportStuck(at int32, left []int, ws []waits) {
	m := sr.m
	s := sr.nodes[at].s
	f := &Finding{Kind: Stuck, Evidence: s.ev}
	bs := make([]Blocked, len(left))
	for k, i := range left {
		bs[k] = m.blocked(s, i, -1)
	}
	f.key = stuckKey(bs)
	f.AfterClose = sr.afterClose(at, bs)
	if old, seen := sr.found[f.key]; !seen || old.AfterClose && !f.AfterClose {
		f.Steps = sr.witness(at, nil)
		sr.anchor(s, left, ws, bs)
		f.Blocked = bs
	}
	sr.record(f)
}

// afterClose reports whether every stuck call of a client, closers aside, took
// its last step after a closer had taken its first.
func (sr *search) afterClose(at int32, bs []Blocked) bool {
	if len(sr.m.scope.closers) == 0 {
		return false
	}
	firstClose, depth := -1, 0
	last := map[int32]int{}
	var recs []*stepRecord
	for n := at; n >= 0; n = sr.nodes[n].parent {
		recs = append(recs, &sr.nodes[n].step)
	}
	for depth = range recs {
		r := recs[len(recs)-1-depth]
		if sr.m.scope.closers[r.gor] && firstClose < 0 && r.instr.Op != OpYield {
			firstClose = depth
		}
		last[r.gor] = depth
		last[r.partner] = depth
	}
	if firstClose < 0 {
		return false
	}
	for _, b := range bs {
		if at, moved := last[int32(b.Gor)]; !sr.m.scope.closers[int32(b.Gor)] && (!moved || at < firstClose) {
			return false
		}
	}
	return true
}

// anchor moves the goroutine whose partner has gone to the front: nobody else
// in the set can reach what it waits for. Ties go to the operation that is
// least likely to be a mere consequence.
func (sr *search) anchor(s *state, left []int, ws []waits, bs []Blocked) {
	m := sr.m
	score := func(k int) int {
		i := left[k]
		others := 0
		for _, j := range left {
			if j == i {
				continue
			}
			m.markFrom(s, j)
			for _, id := range ws[i].objs {
				if m.isMarked(id) {
					others++
					break
				}
			}
			m.endMarks()
		}
		rank := 0
		switch bs[k].Instr.Op {
		case OpSend:
			rank = 0
		case OpSelect:
			rank = 2
			if slices.ContainsFunc(bs[k].Instr.Cases, func(c Case) bool { return c.Send }) {
				rank = 1
			}
		case OpRecv:
			rank = 2
		case OpCondPark:
			rank = 3
		case OpWait:
			rank = 4
		default:
			rank = 5
		}
		bs[k].PartnerStuck = others > 0
		// A goroutine that was started for the purpose says more than its starter.
		if bs[k].Gor == 0 {
			return min(others, 1)*20 + rank*2 + 1
		}
		return min(others, 1)*20 + rank*2
	}
	order := make([]int, len(bs))
	scores := make([]int, len(bs))
	for k := range bs {
		order[k], scores[k] = k, score(k)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Or(scores[a]-scores[b], cmp.Compare(bs[a].Instr.Pos, bs[b].Instr.Pos)) })
	sorted := make([]Blocked, len(bs))
	for k, o := range order {
		sorted[k] = bs[o]
	}
	copy(bs, sorted)
}

// rescue drops the goroutines that one more call of the client would wake.
func (m *Machine) rescue(s *state, left []int) []int {
	ids := map[int32]bool{}
	for _, i := range left {
		ids[s.gors[i].id] = true
	}
	// A run that is left out might be the one that helps.
	defer func(coarse bool) { m.coarse = coarse }(m.coarse)
	m.coarse = false
	for _, fn := range m.scope.Rescue {
		t := m.fork(s)
		m.client(t, fn)
		for {
			sr := search{m: m, budget: m.Budget.Rescue, seen: visited{}}
			var moved int32 = -1
			sr.rescue = func(rec *stepRecord) bool {
				if ids[rec.gor] {
					moved = rec.gor
				} else if ids[rec.partner] {
					moved = rec.partner
				}
				return moved >= 0
			}
			over := m.over
			m.over = false
			sr.run(m.fork(t))
			unsure := m.over || m.steps > m.limit
			m.over = over
			if unsure && moved < 0 {
				return nil // too long to tell: assume the call helps
			}
			if moved < 0 {
				break
			}
			delete(ids, moved)
			if len(ids) == 0 {
				return nil
			}
		}
	}
	kept := left[:0]
	for _, i := range left {
		if ids[s.gors[i].id] {
			kept = append(kept, i)
		}
	}
	return kept
}
