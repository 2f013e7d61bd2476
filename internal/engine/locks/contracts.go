package locks

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/annotations"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// A Contract is what an annotation says of a lock at the calls of one function.
type Contract struct {
	annotations.Contract
	Path *access.Path // in the function's own terms
}

func (c *Contract) op() model.LockOp { return model.LockOp{Path: c.Path, Mode: c.Mode} }

// Contracts lists what annotations say of the locks at the calls of fn. Locks of
// results have no name inside the function and are left out.
func (a *Analysis) Contracts(fn *ssa.Function) []Contract {
	obj, ok := fn.Object().(*types.Func)
	if !ok {
		return nil
	}
	var out []Contract
	for _, c := range a.stated.Func(obj) {
		if c.Kind == annotations.Ignored || c.Kind == annotations.Alias {
			continue
		}
		var base *access.Path
		switch c.Ref.From {
		case annotations.Param:
			base = a.prog.ParamPath(fn, c.Ref.Index)
		case annotations.Result:
			continue
		}
		if p := c.Ref.Lock(a.prog, base); p != nil {
			out = append(out, Contract{c, p})
		}
	}
	return out
}

// excused reports whether the author asked that nothing be said at an instruction.
func (a *Analysis) excused(fn *ssa.Function, instr ssa.Instruction) bool {
	if obj, ok := ssabuild.Outermost(fn).Object().(*types.Func); ok && a.stated.Ignored(obj) {
		return true
	}
	return a.stated.Forced(ssabuild.InstrPos(instr))
}

// holdsByContract are the locks that annotations say the function is called with
// and returns with.
func (a *Analysis) holdsByContract(fn *ssa.Function) []Contract {
	return slices.DeleteFunc(a.Contracts(fn), func(c Contract) bool { return c.Kind != annotations.Holds })
}

// againstContract notices that a lock is taken which the annotation says is held already.
func (r *run) againstContract(s *state, site ssa.Instruction, t *model.Take) {
	for _, c := range r.held {
		given := func(op model.LockOp) bool { return op.Path == c.Path }
		if !access.Same(c.Path, t.Path) || slices.ContainsFunc(t.Before, given) || slices.ContainsFunc(s.released, given) {
			continue
		}
		hop := model.Hop{Func: ssabuild.FuncName(r.fn), At: r.a.prog.Place(c.Pos), Pos: c.Pos}
		r.event(Event{Kind: Relock, Site: site, Op: t.LockOp, Take: t, Contract: c.Pos,
			Held: Held{LockOp: c.op(), Chain: []model.Hop{hop}}})
	}
}

// honour completes the summary by what the annotations promise, and notes exits
// that break the promise. What the body was seen to do is kept: it may say more,
// such as under which result a lock is taken.
func (r *run) honour() {
	for _, c := range r.contracts {
		switch c.Kind {
		case annotations.Excludes:
			r.exclude(c)
		case annotations.Acquires:
			r.promise(c, func(o *model.Outcome) *[]model.LockOp { return &o.Acquired })
		case annotations.Releases:
			r.promise(c, func(o *model.Outcome) *[]model.LockOp { return &o.Released })
		}
		if !r.over {
			r.broken(c)
		}
	}
}

// exclude makes callers that hold the lock look as if the function took it,
// which is what the annotation warns of.
func (r *run) exclude(c Contract) {
	if c.Mode != api.Read { // not to be held for writing: readers may call
		return
	}
	for _, t := range r.sum.Takes {
		if t.Path == c.Path {
			return
		}
	}
	hop := model.Hop{Func: ssabuild.FuncName(r.fn), At: r.a.prog.Place(c.Pos), Pos: c.Pos}
	r.sum.Takes = append(r.sum.Takes, model.Take{LockOp: model.LockOp{Path: c.Path, Mode: api.Write}, Chain: []model.Hop{hop}, Weak: true})
}

func (r *run) promise(c Contract, part func(*model.Outcome) *[]model.LockOp) {
	has := func(o *model.Outcome) bool {
		return slices.ContainsFunc(*part(o), func(op model.LockOp) bool { return op.Path == c.Path })
	}
	for i := range r.sum.Outcomes {
		if has(&r.sum.Outcomes[i]) {
			return
		}
	}
	if len(r.sum.Outcomes) == 0 {
		r.sum.Outcomes = []model.Outcome{{}}
	}
	for i := range r.sum.Outcomes {
		ops := part(&r.sum.Outcomes[i])
		*ops = append(*ops, c.op())
	}
}

// broken notes the first exit that does not leave the lock as promised.
func (r *run) broken(c Contract) {
	var worst *exit
	for i := range r.exits {
		e := &r.exits[i]
		if _, isReturn := e.instr.(*ssa.Return); !isReturn {
			continue
		}
		held := e.state.find(c.Path) >= 0
		gone := slices.ContainsFunc(e.state.released, func(op model.LockOp) bool { return op.Path == c.Path })
		bad := false
		switch c.Kind {
		case annotations.Holds:
			bad = gone
		case annotations.Acquires:
			bad = !held && !r.fails(e)
		case annotations.Releases:
			bad = !gone
		}
		if bad && (worst == nil || ssabuild.InstrPos(e.instr) < ssabuild.InstrPos(worst.instr)) {
			worst = e
		}
	}
	if worst != nil {
		r.event(Event{Kind: Broken, Site: worst.instr, Op: c.op(), Contract: c.Pos, Promise: c.Kind})
	}
}

// fails reports whether an exit returns an error or false.
func (r *run) fails(e *exit) bool {
	for _, v := range e.vals {
		if v.Kind == model.NonNil || v.Kind == model.False {
			return true
		}
	}
	return false
}

// promised reports whether the annotation of a function says that it returns with
// the lock.
func (a *Analysis) promised(fn *ssa.Function, lock *access.Path) bool {
	if obj, ok := fn.Object().(*types.Func); ok {
		for _, c := range a.stated.Func(obj) {
			if c.Kind == annotations.Acquires && (c.Ref.From == annotations.Result && c.Ref.Class() == lock.Class()) {
				return true
			}
		}
	}
	return slices.ContainsFunc(a.Contracts(fn), func(c Contract) bool { return c.Kind == annotations.Acquires && c.Path == lock })
}

// Since is where the lock of the event came to be held: the acquisition, or the
// annotation that says so.
func (e *Event) Since() token.Pos {
	if e.Contract.IsValid() {
		return e.Contract
	}
	return ssabuild.InstrPos(e.Held.Site)
}
