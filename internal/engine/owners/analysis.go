package owners

import (
	"cmp"
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/errs"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// Kind says in which way a goroutine has nobody.
type Kind uint8

// The ways of having nobody.
const (
	PathLeaves   Kind = iota // a return between the start and the wait
	NeverAwaited             // a signal that nobody answers
	TestLeaves               // a test that returns first
	MainLeaves               // main returns first
	Unowned                  // work that matters, and no signal: evidence of nothing but absence
)

// An Orphan is a goroutine that may outlive the one who should wait for it.
type Orphan struct {
	Kind     Kind
	Spawn    *spawn.Spawn
	Pos, End token.Pos
	Signal   model.SignalOp
	Name     string      // the signal's channel or wait group, as the source spells it
	Class    string      // of a field: "flusher.wg"
	Leaves   *ssa.Return // of PathLeaves
	Join     *spawn.Join // of PathLeaves: the wait on the other path
}

// An Analysis lists the orphans of one package.
type Analysis struct {
	prog    *ssabuild.Program
	spawns  *spawn.Analysis
	errs    *errs.Analysis
	uses    map[access.Class]*fieldUses
	orphans []*Orphan
}

// Run finds the goroutines of a package that nobody waits for although there is
// evidence that somebody should.
func Run(prog *ssabuild.Program, spawns *spawn.Analysis, e *errs.Analysis) *Analysis {
	a := &Analysis{prog: prog, spawns: spawns, errs: e}
	for _, s := range spawns.Spawns() {
		if s.Kind != model.SpawnGo && s.Kind != model.SpawnWg || s.Joined || len(s.Via) > 0 {
			continue
		}
		if a.announced(s) {
			continue
		}
		if !a.returnsFirst(s) {
			a.unowned(s)
		}
	}
	slices.SortStableFunc(a.orphans, func(x, y *Orphan) int { return cmp.Or(cmp.Compare(x.Pos, y.Pos), cmp.Compare(x.Kind, y.Kind)) })
	return a
}

// Orphans lists them in source order.
func (a *Analysis) Orphans() []*Orphan { return a.orphans }

func (a *Analysis) add(o Orphan) {
	s := o.Spawn
	if g, ok := s.Site.(*ssa.Go); ok {
		o.Pos, o.End = g.Pos(), g.Pos()+2 // the keyword
	} else if fun := a.errs.Fun(s.Site); fun != nil {
		o.Pos, o.End = fun.Pos(), fun.End()
	} else {
		o.Pos = s.Site.Pos()
	}
	a.orphans = append(a.orphans, &o)
}

// announced judges a goroutine by the signals that it gives at its end. It
// reports whether there is one that anybody may answer.
func (a *Analysis) announced(s *spawn.Spawn) bool {
	some := false
	for i := range s.Signals {
		sig := &s.Signals[i]
		if sig.Op != model.SignalDone && sig.Op != model.SignalClose && sig.Op != model.SignalSend || sig.Path == nil {
			continue
		}
		some = true
		if !sig.Every && !sig.Deferred || a.errs.Excused(s.Site.Pos()) {
			continue
		}
		if sig.Path.Depth() > 0 {
			if a.fieldNeverAwaited(s, sig) {
				return true
			}
			continue
		}
		if !a.countedElsewhere(s, sig) && a.local(s, sig) {
			return true
		}
	}
	return some
}

// countedElsewhere reports whether a wait group of an object that outlives the starter counts the goroutine, too.
func (a *Analysis) countedElsewhere(s *spawn.Spawn, than *model.Signal) bool {
	return slices.ContainsFunc(s.Signals, func(o model.Signal) bool {
		return o.Op == model.SignalDone && o.Path != nil && o.Path != than.Path && o.Path.Depth() > 0
	})
}

// local judges a signal on a channel or wait group that the function makes itself.
func (a *Analysis) local(s *spawn.Spawn, sig *model.Signal) bool {
	obj := owned(sig.Path, s.Fn)
	if obj == nil {
		return false
	}
	u := a.follow(obj)
	if u.leaks {
		return false
	}
	if len(u.waits) == 0 {
		if sig.Op == model.SignalSend {
			return false // an unread result: another finding, or none if it has a slot
		}
		a.add(Orphan{Kind: NeverAwaited, Spawn: s, Signal: sig.Op, Name: a.errs.Name(sig.Path)})
		return true
	}
	if a.prog.IsTestFunc(s.Fn) || u.unbuffered && sig.Op == model.SignalSend {
		return false // failing tests leave early; a blocked sender is a finding of its own
	}
	if sig.Op != model.SignalDone && !a.matters(s) || a.toldToStop(s) {
		return false
	}
	avoid, ok := a.waitPlaces(s, u)
	if !ok {
		return false
	}
	for _, ret := range returns(s.Fn) {
		if spawn.FeasiblyBetween(s.Site, ret, avoid...) && !a.errs.Excused(ssabuild.InstrPos(ret)) {
			a.add(Orphan{Kind: PathLeaves, Spawn: s, Signal: sig.Op, Name: a.errs.Name(sig.Path), Leaves: ret})
			return true
		}
	}
	return false
}

// waitPlaces are the instructions that count as waiting, or as deciding not to
// wait. ok is false if a wait may happen where paths do not show it.
func (a *Analysis) waitPlaces(s *spawn.Spawn, u *uses) (avoid []ssa.Instruction, ok bool) {
	for _, w := range u.waits {
		if w.Parent() != s.Fn {
			return nil, false // a literal waits
		}
		if d, deferred := w.(*ssa.Defer); deferred && spawn.Between(d, s.Site) {
			return nil, false // the wait is pending when the goroutine starts
		}
		if correlated(s.Site.Block(), w.Block()) {
			return nil, false
		}
		avoid = append(avoid, w)
		// A wait in a later loop counts as reached with the loop: it has as many
		// iterations as there are goroutines.
		for _, head := range s.Fn.Blocks {
			if head.Dominates(w.Block()) && backTo(w, head) && !backTo(s.Site, head) {
				avoid = append(avoid, entries(head)...)
			}
			if head != w.Block() && head.Dominates(w.Block()) && backTo(w, head) && !backTo(s.Site, head) {
				avoid = append(avoid, head.Instrs[0])
			}
		}
	}
	// Waits that are calls of helpers.
	for _, j := range a.spawns.Joins(s.Fn) {
		if j.Defer != nil {
			own := false
			for i := range s.Signals {
				own = own || s.Signals[i].Path == j.Path
			}
			if own && spawn.Between(j.Defer, s.Site) {
				return nil, false
			}
			if own {
				avoid = append(avoid, j.Defer)
				continue
			}
		}
		avoid = append(avoid, j.Instr)
	}
	return avoid, true
}

// entries are the branches before a loop that tests its condition at the end: range over an integer asks once whether
// there is a first round.
func entries(head *ssa.BasicBlock) []ssa.Instruction {
	var out []ssa.Instruction
	for _, p := range head.Preds {
		if iff, ok := p.Instrs[len(p.Instrs)-1].(*ssa.If); ok && head.Comment == "rangeint.body" && !head.Dominates(p) {
			out = append(out, iff)
		}
	}
	return out
}

// backTo reports whether control can come from an instruction back to a block that dominates it.
func backTo(from ssa.Instruction, head *ssa.BasicBlock) bool {
	return head.Dominates(from.Block()) && spawn.Between(from, head.Instrs[0])
}

func returns(fn *ssa.Function) []*ssa.Return {
	var out []*ssa.Return
	for _, b := range fn.Blocks {
		if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && b != fn.Recover {
			out = append(out, ret)
		}
	}
	return out
}

// correlated reports whether the start and the wait depend on one condition, asked twice.
func correlated(start, wait *ssa.BasicBlock) bool {
	for _, x := range conditions(start) {
		for _, y := range conditions(wait) {
			if x.branch == y.branch && x.at != y.at && sameCondition(x.value, y.value) {
				return true
			}
		}
	}
	return false
}

// A condition decides by one of its two branches whether a block is reached.
type condition struct {
	value  ssa.Value
	branch int
	at     *ssa.BasicBlock
}

func conditions(b *ssa.BasicBlock) []condition {
	var out []condition
	for d := b.Idom(); d != nil; b, d = d, d.Idom() {
		iff, ok := d.Instrs[len(d.Instrs)-1].(*ssa.If)
		if !ok || len(b.Preds) != 1 {
			continue
		}
		branch := 0
		if d.Succs[1] == b {
			branch = 1
		}
		out = append(out, condition{iff.Cond, branch, d})
	}
	return out
}

func sameCondition(x, y ssa.Value) bool {
	if x == y {
		return true
	}
	switch x := x.(type) {
	case *ssa.BinOp:
		y, ok := y.(*ssa.BinOp)
		return ok && sameOperand(x.X, y.X) && sameOperand(x.Y, y.Y)
	case *ssa.UnOp:
		if u, ok := y.(*ssa.UnOp); ok && u.Op == x.Op {
			return sameCondition(x.X, u.X)
		}
		return x.Op == token.NOT && sameCondition(x.X, y)
	case *ssa.FieldAddr:
		f, ok := y.(*ssa.FieldAddr)
		return ok && f.Field == x.Field && sameCondition(f.X, x.X)
	}
	return false
}

func sameOperand(x, y ssa.Value) bool {
	if k, ok := x.(*ssa.Const); ok {
		l, ok := y.(*ssa.Const)
		return ok && k.Name() == l.Name()
	}
	return sameCondition(x, y)
}
