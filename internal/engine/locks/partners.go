package locks

import (
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// signal is an operation that can end somebody's wait: a send, receive or close
// of a channel, a Done of a wait group.
type signal struct {
	fn    *ssa.Function
	instr ssa.Instruction
	path  *access.Path
	kind  signalKind
}

type signalKind uint8

const (
	sends signalKind = iota
	receives
	closes
	doneOf
)

// signals indexes all such operations of the package, by class and by path.
type signals struct {
	byClass map[access.Class][]signal
	byPath  map[*access.Path][]signal
}

func (a *Analysis) signalIndex() *signals {
	if a.sigs != nil {
		return a.sigs
	}
	s := &signals{byClass: make(map[access.Class][]signal), byPath: make(map[*access.Path][]signal)}
	a.sigs = s
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				a.noteSignals(s, fn, instr)
			}
		}
	}
	return s
}

func (a *Analysis) noteSignals(s *signals, fn *ssa.Function, instr ssa.Instruction) {
	add := func(v ssa.Value, kind signalKind) {
		if v == nil {
			return
		}
		p := a.prog.Path(v)
		sig := signal{fn, instr, p, kind}
		s.byPath[p] = append(s.byPath[p], sig)
		if c := p.Class(); c != "" {
			s.byClass[c] = append(s.byClass[c], sig)
		}
	}
	switch instr := instr.(type) {
	case *ssa.Send:
		add(instr.Chan, sends)
	case *ssa.UnOp:
		if instr.Op == token.ARROW {
			add(instr.X, receives)
		}
	case *ssa.Select:
		for _, st := range instr.States {
			if st.Dir == types.SendOnly {
				add(st.Chan, sends)
			} else {
				add(st.Chan, receives)
			}
		}
	case ssa.CallInstruction:
		common := instr.Common()
		if b, ok := common.Value.(*ssa.Builtin); ok {
			if b.Name() == "close" {
				add(common.Args[0], closes)
			}
			return
		}
		if eff, ok := a.prog.Effect(common); ok && eff.Op == api.WgDone {
			add(ssabuild.Receiver(common), doneOf)
		}
	}
}

// capacities are the least constant capacity of the channels put into each field;
// -1 if not constant. Unlike [Analysis.signalIndex] they are asked for while
// functions are analysed: they look at stores only, whose paths do not depend on
// what is known of callees by then.
func (a *Analysis) capacities() map[access.Class]int64 {
	if a.caps == nil {
		a.caps = make(map[access.Class]int64)
		for _, fn := range a.prog.Funcs {
			for _, b := range fn.Blocks {
				for _, instr := range b.Instrs {
					if st, ok := instr.(*ssa.Store); ok {
						a.noteCapacity(st)
					}
				}
			}
		}
	}
	return a.caps
}

func (a *Analysis) noteCapacity(st *ssa.Store) {
	if _, isChan := st.Val.Type().Underlying().(*types.Chan); !isChan {
		return
	}
	c := a.prog.Path(st.Addr).Class()
	if c == "" {
		return
	}
	n := Capacity(st.Val)
	if old, ok := a.caps[c]; !ok || n < old {
		a.caps[c] = n
	}
}

// Capacity is the constant capacity of a channel made right here, -1 if unknown.
func Capacity(v ssa.Value) int64 {
	mk, ok := v.(*ssa.MakeChan)
	if !ok {
		return -1
	}
	if k, ok := mk.Size.(*ssa.Const); ok && k.Value != nil {
		if n, exact := constant.Int64Val(k.Value); exact {
			return n
		}
	}
	return -1
}

// ChanCapacity is the constant capacity of the channel at path: of the channel
// made in sight, or of those put into the field; -1 if unknown.
func (a *Analysis) ChanCapacity(p *access.Path) int64 {
	if mk, ok := p.Root().Owner.(ssa.Value); ok && p.Depth() == 0 {
		if n := Capacity(mk); n >= 0 {
			return n
		}
		if al, ok := mk.(*ssa.Alloc); ok {
			if v := a.prog.SingleStore(al); v != nil {
				return Capacity(v)
			}
		}
	}
	if n, ok := a.capacities()[p.Class()]; ok {
		return n
	}
	return -1
}

// MadeHere reports whether the function of a send puts a buffered channel where the send finds it.
func (a *Analysis) MadeHere(send *ssa.Send) bool {
	path := a.prog.Path(send.Chan)
	for _, b := range send.Parent().Blocks {
		for _, instr := range b.Instrs {
			st, ok := instr.(*ssa.Store)
			if !ok || !ssabuild.Reaches(st, send) || a.prog.Path(st.Addr) != path {
				continue
			}
			if mk, ok := st.Val.(*ssa.MakeChan); ok {
				k, isConst := mk.Size.(*ssa.Const)
				return !isConst || k.Int64() > 0
			}
		}
	}
	return false
}

// A Partner is a function that must run on for a wait to end, and the lock it
// needs to do so.
type Partner struct {
	Fn     *ssa.Function
	Signal ssa.Instruction // its send, receive, close or Done
}

// Partners lists who can end the wait of a blocked event, if each of them takes
// the lock that is held, so that none of them can. Otherwise it is nil.
//
// The lock and the channel or wait group must belong to one object on both
// sides, or the lock be global: with different objects nothing can be said.
func (a *Analysis) Partners(e *Event) []Partner {
	if e.Block == nil {
		return nil
	}
	if sel, ok := e.Site.(*ssa.Select); ok {
		return a.selectPartners(e, sel)
	}
	if e.Block.Path == nil {
		return nil
	}
	switch {
	case e.Block.Op == api.WgWait:
		return a.partnersOf(e, e.Block.Path, doneOf)
	case isSend(e):
		return a.partnersOf(e, e.Block.Path, receives)
	case e.Block.Op == api.NoOp:
		return a.partnersOf(e, e.Block.Path, sends, closes)
	}
	return nil
}

// selectPartners are those of all cases of a select but the ones that end it when
// everything ends: of a context, or of a channel that was handed in to say so.
func (a *Analysis) selectPartners(e *Event, sel *ssa.Select) []Partner {
	var out []Partner
	for _, st := range sel.States {
		if a.endsAll(st) {
			continue
		}
		var partners []Partner
		if p := a.prog.Path(st.Chan); st.Dir == types.SendOnly {
			if a.ChanCapacity(p) > 0 {
				return nil
			}
			partners = a.partnersOf(e, p, receives)
		} else {
			partners = a.partnersOf(e, p, sends, closes)
		}
		if len(partners) == 0 {
			return nil
		}
		out = append(out, partners...)
	}
	return out
}

// endsAll reports whether a case of a select waits for the end of everything.
func (a *Analysis) endsAll(st *ssa.SelectState) bool {
	if st.Dir == types.SendOnly {
		return false
	}
	if call, ok := st.Chan.(*ssa.Call); ok {
		eff, ok := a.prog.Effect(call.Common())
		return ok && eff.Op == api.CtxDone
	}
	p := a.prog.Path(st.Chan)
	return p.Root().Kind == access.Param && p.Depth() == 0
}

// partnersOf lists who does one of the wanted operations on a channel or wait
// group, nil if one of them does not need the lock.
func (a *Analysis) partnersOf(e *Event, path *access.Path, want ...signalKind) []Partner {
	idx := a.signalIndex()
	sigs := idx.byClass[path.Class()]
	if path.Class() == "" {
		sigs = idx.byPath[path]
	}
	var out, polls []Partner
	for _, s := range sigs {
		if !contains(want, s.kind) || a.prog.IsTestFunc(s.fn) && !a.prog.IsTestFunc(e.Fn) {
			continue
		}
		if s.fn == e.Fn {
			continue
		}
		if !a.needs(s, e, path) {
			return nil
		}
		if sel, ok := s.instr.(*ssa.Select); ok && !sel.Blocking {
			polls = append(polls, Partner{Fn: s.fn, Signal: s.instr})
			continue
		}
		out = append(out, Partner{Fn: s.fn, Signal: s.instr})
	}
	return append(out, polls...) // who waits there is the better one to name
}

func contains(kinds []signalKind, k signalKind) bool {
	for _, q := range kinds {
		if q == k {
			return true
		}
	}
	return false
}

func isSend(e *Event) bool {
	_, ok := e.Site.(*ssa.Send)
	return ok
}

// needs reports whether the function of signal s takes the lock that e holds,
// before the signal or in the same loop.
func (a *Analysis) needs(s signal, e *Event, on *access.Path) bool {
	sum := a.sums[s.fn]
	if sum == nil {
		return false
	}
	for i := range sum.Takes {
		t := &sum.Takes[i]
		if t.Once || t.Weak {
			continue
		}
		if t.Path == e.Held.Path && t.Path.Exact() {
			return a.takesBefore(s, t.Path)
		}
		if t.Path.Class() != e.Held.Path.Class() || t.Path.Class() == "" {
			continue
		}
		if sameOwner(t.Path, s.path) && sameOwner(e.Held.Path, on) {
			return a.takesBefore(s, t.Path)
		}
	}
	return false
}

// takesBefore reports whether a lock at path is taken on the way to the signal:
// deferred signals come last; others must be reachable from a take. A function
// that counts itself is waited for only from then on: what it takes before keeps
// nobody waiting.
func (a *Analysis) takesBefore(s signal, path *access.Path) bool {
	_, last := s.instr.(*ssa.Defer)
	adds := a.ownAdds(s)
	if last && len(adds) == 0 {
		return true
	}
	r := a.runs[s.fn]
	if r == nil {
		return false
	}
	for _, b := range s.fn.Blocks {
		for _, instr := range b.Instrs {
			site, ok := instr.(ssa.CallInstruction)
			if !ok || !a.siteTakes(r, site, path) {
				continue
			}
			if _, isDefer := instr.(*ssa.Defer); isDefer {
				if last {
					return true
				}
				continue
			}
			if (last || ssabuild.Reaches(instr, s.instr)) && (len(adds) == 0 || reachedFromAny(adds, instr)) {
				return true
			}
		}
	}
	return false
}

// ownAdds are the places where the function of a Done counts itself.
func (a *Analysis) ownAdds(s signal) []ssa.Instruction {
	if s.kind != doneOf {
		return nil
	}
	var out []ssa.Instruction
	for _, b := range s.fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			if eff, ok := a.prog.Effect(call.Common()); ok && eff.Op == api.WgAdd && a.prog.Path(ssabuild.Receiver(call.Common())) == s.path {
				out = append(out, call)
			}
		}
	}
	return out
}

func reachedFromAny(from []ssa.Instruction, to ssa.Instruction) bool {
	for _, f := range from {
		if ssabuild.Reaches(f, to) {
			return true
		}
	}
	return false
}

// siteTakes reports whether a call takes a lock of path's class, directly or below.
func (a *Analysis) siteTakes(r *run, site ssa.CallInstruction, path *access.Path) bool {
	if eff, ok := a.prog.Effect(site.Common()); ok {
		return eff.Op == api.Lock && !eff.Try && r.lockPath(ssabuild.Receiver(site.Common())).Class() == path.Class()
	}
	for _, t := range a.prog.Callees(site) {
		if sum := a.summaryOf(t); sum != nil {
			for i := range sum.Takes {
				if sum.Takes[i].Path.Class() == path.Class() {
					return true
				}
			}
		}
	}
	return false
}

// sameOwner reports whether two locations are parts of one object, or one of
// them is a global.
func sameOwner(p, q *access.Path) bool {
	if p.Root().Kind == access.Global && p.Depth() == 0 || q.Root().Kind == access.Global && q.Depth() == 0 {
		return true
	}
	if p.Root().Kind == access.Unknown || q.Root().Kind == access.Unknown {
		return false
	}
	return p.RootPath() == q.RootPath()
}
