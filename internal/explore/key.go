package explore

import (
	"encoding/binary"
	"slices"
)

// An encoder turns states into canonical keys: objects and symbols are numbered
// in the order in which they are first reached, garbage is never reached, and
// goroutines are sorted by what they are doing. Two states with one key behave
// alike; that is also the symmetry reduction.
type encoder struct {
	m      *Machine
	s      *state
	buf    []byte
	objs   numbering
	syms   numbering
	names  numbering // of goroutine ids: their rank
	eqs    numbering // symbols in use whose value is known
	loose  []looseCell
	rest   []int32 // package variables left to write
	order  []int
	local  [][]byte
	coarse grain
	syncs  []byte // by object, see leads
	kept   []*fact
}

// A looseCell is a cell of unknown code's object that holds a symbol about which
// nothing is known. Unless something else holds the symbol too, the cell might as
// well not have been read yet.
type looseCell struct {
	obj  uint32
	path int32
	sym  int32
}

// grain is how much of a state its key leaves out.
type grain uint8

const (
	exact  grain = iota
	noEnv        // what is known about objects of unknown code, and unknown data
	noData       // also numbers that are known
	noRefs       // also what leads to no synchronisation object of the scope
)

func (e *encoder) key(m *Machine, s *state) digest {
	e.m, e.s = m, s
	e.buf, e.loose = e.buf[:0], e.loose[:0]
	e.objs.restart()
	e.syms.restart()
	e.names.restart()
	e.eqs.restart()
	clear(e.syncs)
	e.sort()
	for _, i := range e.order {
		e.names.add(s.gors[i].id)
	}
	for _, i := range e.order {
		e.goroutine(s.gors[i])
	}
	e.value(s.kept)
	e.globals()
	e.ties()
	return digestOf(e.buf)
}

// keyAt is the key of s at a grain.
func (e *encoder) keyAt(g grain, m *Machine, s *state) digest {
	e.coarse = g
	key := e.key(m, s)
	e.coarse = exact
	return key
}

// globals writes the package variables of which something is known, in an order
// that does not depend on who read which first.
func (e *encoder) globals() {
	at := len(e.rest)
	for k := 0; k < len(e.s.globals); k += 2 {
		id := e.s.globals[k+1]
		if !e.objs.has(id) && e.tells(e.s.heap[id]) {
			e.rest = append(e.rest, id)
		}
	}
	found := e.rest[at:]
	slices.SortFunc(found, func(a, b int32) int { return int(e.s.heap[a].global - e.s.heap[b].global) })
	for _, id := range found {
		e.object(id)
	}
	e.rest = e.rest[:at]
}

// tells reports whether a cell of a package variable holds more than a symbol
// about which nothing is known.
func (e *encoder) tells(o *object) bool {
	if o.ch != nil {
		return true
	}
	for k := range o.cells {
		if v := o.cells[k].val; v.syncState() || e.coarse == exact && !e.blank(v) {
			return true
		}
	}
	return false
}

// blank reports whether v is a symbol about which nothing is known.
func (e *encoder) blank(v Value) bool {
	if v.Kind != KUnk {
		return false
	}
	for f := e.s.facts; f.about(v.A); f = f.prev {
		if f.sym == v.A {
			return false
		}
	}
	return true
}

// known reports whether the value of a symbol is known.
func (e *encoder) known(v Value) bool {
	r, ok := e.s.valueOf(v.A)
	return ok && r.Kind != KUnk
}

// ties writes the loose cells whose symbol is in use elsewhere.
func (e *encoder) ties() {
	for k, c := range e.loose {
		used := e.syms.has(c.sym)
		for i := 0; i < len(e.loose) && !used; i++ {
			used = i != k && e.loose[i].sym == c.sym
		}
		if !used {
			continue
		}
		n, _ := e.syms.add(c.sym)
		e.num(c.obj)
		e.num(uint32(c.path))
		e.num(n)
	}
}

// collect drops from s, whose key was just taken, what the walk did not reach:
// facts about dead symbols and dead objects.
func (e *encoder) collect(s *state) {
	e.kept = e.kept[:0]
	dropped := false
	for f := s.facts; f != nil; f = f.prev {
		if f.op == Eq && e.eqs.has(f.sym) || f.op != Eq && e.syms.has(f.sym) {
			e.kept = append(e.kept, f)
		} else {
			dropped = true
		}
	}
	if dropped {
		s.facts = nil
		for k := len(e.kept) - 1; k >= 0; k-- {
			s.facts = s.facts.push(e.kept[k].sym, e.kept[k].op, e.kept[k].val)
		}
	}
	for id, o := range s.heap {
		if o == nil {
			continue
		}
		if !e.objs.has(int32(id)) && o.global == 0 {
			s.heap[id] = nil
		}
	}
	for len(s.heap) > 0 && s.heap[len(s.heap)-1] == nil {
		s.heap = s.heap[:len(s.heap)-1]
	}
}

// sort orders goroutines by their local shape; the root comes first.
func (e *encoder) sort() {
	e.order = e.order[:0]
	for len(e.local) < len(e.s.gors) {
		e.local = append(e.local, nil)
	}
	for i, g := range e.s.gors {
		e.order = append(e.order, i)
		b := e.local[i][:0]
		if g.id == 0 {
			b = append(b, 0)
		} else {
			b = append(b, 1)
		}
		if e.m.Options.NoSymmetry {
			b = binary.AppendUvarint(b, uint64(g.id))
		}
		for _, f := range g.frames {
			b = binary.AppendUvarint(b, uint64(f.fn.ID))
			b = binary.AppendUvarint(b, uint64(f.block))
			b = binary.AppendUvarint(b, uint64(f.pc))
			for r := range f.regs {
				v := &f.regs[r]
				b = append(b, byte(v.Kind))
				if v.isConst() {
					b = append(b, byte(v.A))
				}
			}
		}
		e.local[i] = b
	}
	slices.SortStableFunc(e.order, func(a, b int) int { return slices.Compare(e.local[a], e.local[b]) })
}

func (e *encoder) num(n uint32) { e.buf = binary.AppendUvarint(e.buf, uint64(n)) }

func (e *encoder) flag(bs ...bool) {
	x := byte(0)
	for _, b := range bs {
		x <<= 1
		if b {
			x |= 1
		}
	}
	e.buf = append(e.buf, x)
}

func (e *encoder) goroutine(g *goroutine) {
	e.num(uint32(len(g.frames)))
	e.flag(g.id == 0, g.ready, g.announced, g.waiting, g.signalled)
	e.buf = append(e.buf, byte(g.panics))
	if g.waiting {
		e.object(g.condObj)
		e.num(uint32(g.condPath))
	}
	for _, f := range g.frames {
		e.num(uint32(f.fn.ID))
		e.num(uint32(f.block))
		e.num(uint32(f.pc))
		e.flag(f.unwind, f.recovered, f.deferCall)
		for r, v := range f.regs[1:] {
			if e.counts(v) {
				e.value(v)
				continue
			}
			if e.coarse > exact && f.fn.plain.has(Reg(r+1)) && (e.coarse >= noData || !v.isConst()) {
				continue
			}
			if e.dull(v) && !(f == g.top() && usesReg(g.instr(), Reg(r+1))) {
				e.buf = append(e.buf, byte(KUnk))
				continue
			}
			e.value(v)
		}
		e.num(uint32(len(f.defers)))
		for _, d := range f.defers {
			e.value(d.fn)
			e.num(uint32(len(d.args)))
			for _, v := range d.args {
				e.value(v)
			}
		}
	}
}

// counts reports whether v is a boolean or a small number that is known: it may say
// how often a loop has run, and without it the loop would never be seen to end.
// In a slice every loop of unknown length runs once.
func (e *encoder) counts(v Value) bool {
	if e.coarse != noRefs || e.m.narrow {
		return false
	}
	v = e.s.resolve(v)
	return v.Kind == KBool || v.Kind == KInt && v.A >= -maxCounted && v.A <= maxCounted
}

// maxCounted is the largest number that loops of unknown length come to, and some.
const maxCounted = 4

// leads reports whether v leads to a synchronisation object of the scope.
func (e *encoder) leads(v Value) bool {
	switch v.Kind {
	case KPtr, KSlice, KMap, KIter, KLocker, KChan, KCtx:
		for int(v.A) >= len(e.syncs) {
			e.syncs = append(e.syncs, unsure)
		}
		if e.syncs[v.A] == unsure {
			e.search(v)
		}
		return e.syncs[v.A] == yes
	case KInt, KBool, KStr, KNil, KNone:
		return false
	}
	return e.m.tracked(e.s, v, false)
}

// search finds out whether the object of v leads to a synchronisation object of
// the scope. If not, then nothing behind it does.
func (e *encoder) search(v Value) {
	m := e.m
	found := false
	m.throughCtx = true
	m.walk(e.s, v, func(id int32) bool {
		for int(id) >= len(e.syncs) {
			e.syncs = append(e.syncs, unsure)
		}
		if found || e.syncs[id] == no || !m.markOnce(id) {
			return false
		}
		o := e.s.heap[id]
		found = e.syncs[id] == yes || o.sync && !o.env
		return !found
	})
	m.throughCtx = false
	e.syncs[v.A] = yes
	if !found {
		for _, id := range m.marked {
			e.syncs[id] = no
		}
		e.syncs[v.A] = no
	}
	m.endMarks()
}

// Whether an object leads to a synchronisation object, within one key.
const (
	unsure byte = iota
	no
	yes
)

// dull reports whether a value is left out at this grain: it leads to no
// synchronisation object.
func (e *encoder) dull(v Value) bool { return e.coarse == noRefs && !v.syncState() && !e.leads(v) }

func (e *encoder) value(v Value) {
	for v.Kind == KUnk {
		next, ok := e.s.valueOf(v.A)
		if !ok {
			break
		}
		e.eqs.add(v.A)
		v = next
	}
	if v.Kind == KCond {
		if b, ok := e.m.truth(e.s, v); ok {
			v = Bool(b)
		}
	}
	if e.coarse >= noData && (v.Kind == KUnk || v.Kind == KCond) || v.Kind != KNone && !v.isConst() && e.dull(v) {
		e.buf = append(e.buf, byte(KUnk))
		return
	}
	e.buf = append(e.buf, byte(v.Kind))
	switch v.Kind {
	case KNone, KNil, kTaint:
		return
	case KUnk:
		e.buf = append(e.buf, v.Flag)
		e.symbol(v.A)
		return
	case KCond:
		e.symbol(v.A)
		e.num(uint32(v.B))
	case KPtr, KSlice, KLocker:
		e.object(v.A)
		e.num(uint32(v.B))
		return
	case KChan, KCtx, KMap, KIter:
		e.object(v.A)
		return
	case kMutex:
		e.holder(v.A)
		e.num(uint32(v.B))
		e.readers(v.X)
		return
	case kOnce:
		e.num(uint32(v.A))
		e.holder(v.B)
		return
	default:
		e.num(uint32(v.A))
		e.num(uint32(v.B))
	}
	e.num(uint32(len(v.X)))
	for _, x := range v.X {
		e.value(x)
	}
}

func (e *encoder) holder(g int32) {
	if g == 0 {
		e.num(0)
		return
	}
	if rank := e.names.get(g - 1); rank > 0 {
		e.num(rank)
		return
	}
	e.num(1 << 10) // a goroutine that has ended
}

func (e *encoder) readers(rs []Value) {
	e.num(uint32(len(rs)))
	ranks := make([]uint32, len(rs))
	for k, r := range rs {
		ranks[k] = 1 << 10
		if rank := e.names.get(r.A - 1); rank > 0 {
			ranks[k] = rank
		}
	}
	slices.Sort(ranks)
	for _, r := range ranks {
		e.num(r)
	}
}

// symbol writes the number of a symbol, and at the first visit what is known
// about it.
func (e *encoder) symbol(sym int32) {
	n, fresh := e.syms.add(sym)
	e.num(n)
	if !fresh {
		return
	}
	var known []fact
	for f := e.s.facts; f.about(sym); f = f.prev {
		if f.sym == sym && f.op != Eq {
			known = append(known, *f)
		}
	}
	slices.SortStableFunc(known, func(a, b fact) int {
		if a.op != b.op {
			return int(a.op - b.op)
		}
		if a.val.Kind != b.val.Kind {
			return int(a.val.Kind) - int(b.val.Kind)
		}
		return int(a.val.A - b.val.A)
	})
	for k, f := range known {
		if k > 0 && known[k-1].op == f.op && same(known[k-1].val, f.val) {
			continue
		}
		e.num(uint32(f.op) + 1)
		e.value(f.val)
	}
	e.num(0)
}

func (e *encoder) object(id int32) {
	n, fresh := e.objs.add(id)
	e.num(n)
	if !fresh {
		return
	}
	o := e.s.heap[id]
	e.num(uint32(o.site + 1))
	e.num(uint32(o.global))
	e.flag(o.env, o.escaped, o.sync)
	if e.coarse > exact && o.env && o.ch == nil && o.global == 0 {
		return
	}
	for _, c := range o.cells {
		if e.coarse > exact && o.escaped && !c.val.syncState() {
			continue // others may have changed it meanwhile
		}
		// What nobody has set, and what is unknown, is as good as absent.
		if e.coarse >= noData && (c.val.Kind == KNil || c.val.Kind == KUnk && !e.known(c.val) || c.val.Kind == KCond) {
			continue
		}
		if o.env && e.blank(c.val) {
			e.loose = append(e.loose, looseCell{n, c.path, c.val.A})
			continue
		}
		if !c.val.isConst() && e.dull(c.val) {
			continue
		}
		e.num(uint32(c.path) + 1)
		if e.coarse >= noData && c.val.Kind == KInt && !e.counts(c.val) {
			e.buf = append(e.buf, byte(KUnk)) // a counter
			continue
		}
		e.value(c.val)
	}
	e.num(0)
	if ch := o.ch; ch != nil {
		e.num(uint32(ch.cap + 1))
		e.buf = append(e.buf, byte(ch.timer))
		e.flag(ch.closed, ch.ctx, ch.fires, ch.never, ch.done)
		e.num(uint32(len(ch.buf)))
		for _, v := range ch.buf {
			if v.isConst() && e.coarse == noRefs {
				v = Value{}
			}
			e.value(v)
		}
		if ch.parent >= 0 {
			e.object(ch.parent)
		}
	}
}
