package explore

import (
	"slices"
	"strconv"
	"strings"
)

// FindingKind says what went wrong.
type FindingKind uint8

// The kinds of findings.
const (
	Stuck FindingKind = iota + 1
	DoubleClose
	SendClosed
	CloseNil
	NegativeCounter
	AddRacesWait
	UnlockUnlocked
)

// A Finding is one way in which a scope goes wrong.
type Finding struct {
	Kind FindingKind
	// Blocked lists the goroutines that wait for ever, the one whose partner
	// has gone first. For panics it holds the goroutine that panics, and the
	// other one involved if there is one.
	Blocked  []Blocked
	Steps    []Step // from the start of the scope
	Evidence Evidence
	// GuessedBound: the finding needs a particular size of something unknown.
	GuessedBound bool
	// AfterClose: a client's call that is stuck had its last step after another
	// call had begun to shut things down, so it may count as use after close.
	AfterClose bool
	// Sliced: found in a slice of a scope that was too large to follow in full.
	Sliced bool
	key    string
}

// Blocked is a goroutine at the end of a witness.
type Blocked struct {
	Gor     int // 0 is the scope's own goroutine
	Func    *Func
	Spawned Pos // its go statement
	Instr   *Instr
	Sites   []int32 // allocation sites of what it waits for
	Nil     bool    // it waits for a nil channel
	Stopped bool    // it waits for a timer or ticker that has been stopped
	// Frames are the calls that led there, outermost first.
	Frames    []Frame
	HoldsLock bool
	// PartnerStuck: another goroutine of the set could have woken it.
	PartnerStuck bool
	// Escapes: unknown code can reach what it waits for.
	Escapes bool
}

// Frame is one active call.
type Frame struct {
	Func *Func
	Pos  Pos // of the call or operation that is under way
}

// Step is one step of a witness.
type Step struct {
	Gor, Partner   int // Partner is -1 without one
	Func, PartFunc *Func
	Instr, PartIns *Instr
	Case, PartCase int // of a select, -1 without, -2 default
	Kind           StepKind
	Pos            Pos      // of the operation, or of the call into the library
	Branches       []Branch // decisions taken after this step, oldest first
}

// Branch is a decision on unknown data.
type Branch struct {
	Gor   int
	Pos   Pos
	Taken bool
}

// StepKind tells how an operation went.
type StepKind = stepKind

// The step kinds a witness can show.
const (
	StepOp         = stepOp
	StepRendezvous = stepRendezvous
	StepBuffer     = stepBuffer
	StepClosed     = stepClosed
	StepFire       = stepFire
	StepTimer      = stepTimer
	StepOutside    = stepOutside
	StepPanic      = stepPanic
	StepDefault    = stepDefault
)

func (sr *search) witness(at int32, last *stepRecord) []Step {
	var recs []*stepRecord
	if last != nil {
		recs = append(recs, last)
	}
	for n := at; n >= 0; n = sr.nodes[n].parent {
		recs = append(recs, &sr.nodes[n].step)
	}
	slices.Reverse(recs)
	steps := make([]Step, 0, len(recs))
	for _, r := range recs {
		st := Step{Gor: int(r.gor), Partner: int(r.partner), Func: r.fn, PartFunc: r.pfn, Instr: r.instr, PartIns: r.pinstr,
			Case: r.t.cs, PartCase: r.t.pcs, Kind: r.t.kind, Pos: r.pos}
		for n := r.notes; n != nil; n = n.prev {
			st.Branches = append(st.Branches, Branch{int(n.gor), n.pos, n.taken})
		}
		slices.Reverse(st.Branches)
		steps = append(steps, st)
	}
	return steps
}

// record keeps a finding that is new, or a better witness of a known one.
func (sr *search) record(f *Finding) {
	old, ok := sr.found[f.key]
	if !ok {
		f.GuessedBound = f.Evidence&(EvBoundOne|EvBoundMany) != 0
		sr.found[f.key] = f
		sr.order = append(sr.order, f)
		return
	}
	// Seen without a guess, or with both sizes: the size does not matter.
	if old.AfterClose && !f.AfterClose && len(f.Steps) > 0 {
		old.AfterClose, old.Steps, old.Blocked = false, f.Steps, f.Blocked
	}
}

// report records a panic.
func (sr *search) report(at int32, rec *stepRecord, bad *badStep) {
	s := sr.nodes[at].s
	f := &Finding{Kind: bad.kind, Evidence: s.ev}
	f.Blocked = []Blocked{sr.m.blocked(s, rec.t.g, rec.t.cs)}
	if bad.other >= 0 {
		f.Blocked = append(f.Blocked, sr.m.blocked(s, bad.other, -1))
	}
	f.key = strconv.Itoa(int(bad.kind)) + "@" + strconv.Itoa(int(rec.instr.Pos))
	if _, ok := sr.found[f.key]; !ok {
		f.Steps = sr.witness(at, rec)
	}
	sr.record(f)
}

// blocked describes goroutine i. For a select, cs picks one case; -1 all.
func (m *Machine) blocked(s *state, i, cs int) Blocked {
	g := s.gors[i]
	in := g.instr()
	b := Blocked{Gor: int(g.id), Func: g.top().fn, Spawned: g.pos, Instr: in}
	w := m.waitsFor(s, i)
	if cs >= 0 {
		if v := m.val(s, g.top(), in.Cases[cs].Chan); v.Kind == KChan {
			w.objs = []int32{v.A}
		}
	}
	b.Nil = w.null
	for _, id := range w.objs {
		if s.heap[id].escaped {
			b.Escapes = true
		}
		if c := s.heap[id].ch; c != nil && c.timer == timerDead && len(w.objs) == 1 {
			b.Stopped = true
		}
		if site := s.heap[id].site; !slices.Contains(b.Sites, site) {
			b.Sites = append(b.Sites, site)
		}
	}
	slices.Sort(b.Sites)
	for k := range g.frames {
		b.Frames = append(b.Frames, Frame{g.frames[k].fn, g.posAt(k)})
	}
	for _, o := range s.heap {
		if o == nil {
			continue
		}
		for _, c := range o.cells {
			if c.val.Kind == kMutex && holds(c.val, g.id) {
				b.HoldsLock = true
			}
		}
	}
	return b
}

// posAt is the position of the call or operation that frame k is at.
func (g *goroutine) posAt(k int) Pos {
	if k+1 < len(g.frames) && g.frames[k+1].deferCall && g.frames[k+1].deferPos != 0 {
		return g.frames[k+1].deferPos
	}
	fr := g.frames[k]
	ins := fr.fn.Blocks[fr.block].Instrs
	return ins[min(int(fr.pc), len(ins)-1)].Pos
}

// where is the innermost position of g: library skeletons have none of their own.
func (g *goroutine) where() (Pos, *Func) {
	for k := len(g.frames) - 1; k >= 0; k-- {
		if p := g.posAt(k); p != 0 {
			return p, g.frames[k].fn
		}
	}
	return 0, g.top().fn
}

func holds(c Value, g int32) bool {
	if c.A == g+1 {
		return true
	}
	for _, r := range c.X {
		if r.A == g+1 {
			return true
		}
	}
	return false
}

// key of a stuck set: where its goroutines wait, whoever they are.
func stuckKey(bs []Blocked) string {
	parts := make([]string, 0, len(bs))
	for _, b := range bs {
		parts = append(parts, strconv.Itoa(int(b.Instr.Pos))+":"+strconv.Itoa(int(b.Instr.Op)))
	}
	slices.Sort(parts)
	return strings.Join(slices.Compact(parts), ",")
}
