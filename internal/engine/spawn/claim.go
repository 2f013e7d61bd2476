package spawn

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// What runs at most once at a time is started by whoever has won a claim: a compare-and-swap, or a field that was found unset and
// set under one lock.
//
//	if !p.working.CompareAndSwap(false, true) { return }
//	go p.work()
//
//	r.mu.Lock()
//	defer r.mu.Unlock()
//	if r.cancel != nil { return errRunning }
//	ctx, r.cancel = context.WithCancel(ctx)
//	go r.run(ctx)
//
// The claim is given back when the goroutine ends, or by who has waited for that.

// oneAtATime reports whether both footprints are in goroutines that the same claim lets start, or that these start: then they meet,
// if at all, in one activation of such a goroutine.
func (a *Analysis) oneAtATime(fx, fy *Footprint) bool {
	for p := fx; p != nil; p = p.prev {
		s := p.starts()
		if s == nil || s.Many {
			continue
		}
		for q := fy; q != nil; q = q.prev {
			if t := q.starts(); t != nil && !t.Many && s.Fn == t.Fn && a.sameClaim(s, t) {
				return true
			}
		}
	}
	return false
}

// starts is the spawn at which a footprint's function leads to the body, nil if it does so by a call.
func (fp *Footprint) starts() *Spawn {
	if fp.Async && fp.Spawn != nil && ssa.Instruction(fp.Spawn.Site) == fp.At {
		return fp.Spawn
	}
	return nil
}

// sameClaim reports whether one claim must be won before either of two spawns of one function.
func (a *Analysis) sameClaim(s, t *Spawn) bool {
	return slices.ContainsFunc(a.claimsIn(s.Fn), func(c ssa.Instruction) bool {
		return Dominates(c, s.Site) && Dominates(c, t.Site) && !Between(s.Site, t.Site, c) && !Between(t.Site, s.Site, c)
	})
}

// claimsIn are the tests of the claims that a function makes.
func (a *Analysis) claimsIn(fn *ssa.Function) []ssa.Instruction {
	if out, ok := a.claimed[fn]; ok {
		return out
	}
	var out []ssa.Instruction
	for _, p := range a.pointsOf(fn) {
		if p.cas && !p.token {
			out = append(out, p.instr)
		}
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.If:
				if c := a.nilClaim(instr); c != nil {
					out = append(out, c)
				}
			case *ssa.Call:
				if a.claimCall(instr) {
					out = append(out, instr)
				}
			}
		}
	}
	a.claimed[fn] = out
	return out
}

// nilClaim is the load of a field that a branch compares with nil, if it is set under the same lock; otherwise nil.
func (a *Analysis) nilClaim(br *ssa.If) ssa.Instruction {
	cmp, ok := br.Cond.(*ssa.BinOp)
	if !ok {
		return nil
	}
	v, ok := againstNil(cmp)
	if !ok {
		return nil
	}
	load, ok := v.(*ssa.UnOp)
	if !ok || load.Op != token.MUL {
		return nil
	}
	path := a.prog.Path(load.X)
	if path.Depth() == 0 && path.Root().Kind != access.Global {
		return nil
	}
	held := a.heldAround(load)
	if len(held) == 0 {
		return nil
	}
	for _, b := range br.Parent().Blocks {
		for _, instr := range b.Instrs {
			st, ok := instr.(*ssa.Store)
			if !ok || !Dominates(load, st) || isNil(st.Val) || a.prog.Path(st.Addr) != path {
				continue
			}
			if _, isField := st.Addr.(*ssa.FieldAddr); !isField && path.Root().Kind != access.Global {
				continue
			}
			if slices.ContainsFunc(a.heldAround(st), func(p *access.Path) bool { return slices.Contains(held, p) }) {
				return load
			}
		}
	}
	return nil
}

func isNil(v ssa.Value) bool {
	k, ok := v.(*ssa.Const)
	return ok && k.IsNil()
}

// heldAround are the locks held at an instruction, by its function or those that call it.
func (a *Analysis) heldAround(instr ssa.Instruction) []*access.Path {
	var out []*access.Path
	for _, ops := range [][]model.LockOp{a.locks.HeldAt(instr).Must, a.locks.Entry(instr.Parent()).Must} {
		for _, op := range ops {
			out = append(out, op.Path)
		}
	}
	return out
}

// claimCall reports whether a call tells by its result that a claim was won, which the callee makes: what follows branches on it.
func (a *Analysis) claimCall(call *ssa.Call) bool {
	b, ok := call.Type().Underlying().(*types.Basic)
	if !ok || b.Kind() != types.Bool || call.Call.IsInvoke() {
		return false
	}
	targets := a.prog.Callees(call)
	if len(targets) != 1 || targets[0].Fn == nil || targets[0].Via != ssabuild.Static {
		return false
	}
	if !slices.ContainsFunc(*call.Referrers(), func(ref ssa.Instruction) bool {
		switch ref := ref.(type) {
		case *ssa.If:
			return true
		case *ssa.UnOp:
			return ref.Op == token.NOT
		}
		return false
	}) {
		return false
	}
	return slices.ContainsFunc(a.pointsOf(targets[0].Fn), func(p point) bool {
		return p.cas && !p.token && (p.path.Depth() > 0 || p.path.Root().Kind == access.Param || p.path.Root().Kind == access.Global)
	})
}
