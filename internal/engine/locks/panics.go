package locks

import (
	"go/constant"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/pattern"
)

// A panic is an exit only where somebody recovers from it. Then a lock that is
// released by hand, not by a deferred call, stays held for good, while the
// program goes on: the crash has become a deadlock.

// PanicInfo is the evidence around a panic that leaves a lock held.
type PanicInfo struct {
	Raised  ssa.Instruction // the panic itself, nil if it is that of code unknown
	Recover *ssa.Defer      // the deferred call that recovers, nil for the server of an http handler
	By      *ssa.Function   // the function that defers it
}

// maxUnwind bounds the calls between a panic and the function that recovers.
const maxUnwind = 3

// Panicked lists the places where a panic from which somebody recovers leaves a
// lock held that the function releases by hand. The first per function and lock
// is returned, in source order.
func (a *Analysis) Panicked() []*Event {
	var out []*Event
	raises := make(map[*ssa.Function]ssa.Instruction)
	for _, fn := range a.prog.Funcs {
		r := a.runs[fn]
		if r == nil || r.over || len(r.released) == 0 || ssabuild.IsRangeBody(fn) {
			continue
		}
		guard := a.recoverer(fn, 0)
		if guard.By == nil {
			continue
		}
		reported := make(map[*access.Path]bool)
		for _, b := range fn.Blocks {
			for i, instr := range b.Instrs {
				raised, may := a.mayPanic(instr, guard, fn, raises)
				if !may {
					continue
				}
				for _, h := range a.heldAtPanic(r, b, i) {
					if reported[h.Path] || a.excused(fn, instr) {
						continue
					}
					reported[h.Path] = true
					info := guard
					info.Raised = raised
					out = append(out, &Event{Kind: Leak, Fn: fn, Site: instr, Held: h, Op: h.LockOp,
						Leak: &LeakInfo{Exit: instr, Balanced: true, Panic: &info}})
				}
			}
		}
	}
	return out
}

// heldAtPanic lists the locks that are held when instruction i of block b panics,
// in every state that comes there, although other ways release them.
func (a *Analysis) heldAtPanic(r *run, b *ssa.BasicBlock, i int) []Held {
	if len(r.blocks[b.Index].order) == 0 {
		return nil
	}
	a.quiet = true
	defer func() { a.quiet = false }()
	cur, q := r.rewind(b)
	for _, instr := range b.Instrs[:i] {
		cur = q.step(cur, instr)
	}
	var common []Held
	for n, s := range cur {
		for m, u := range q.runDefers(s) {
			if n == 0 && m == 0 {
				common = u.held
				continue
			}
			var both []Held
			for _, h := range common {
				if u.find(h.Path) >= 0 {
					both = append(both, h)
				}
			}
			common = both
		}
	}
	var out []Held
	for _, h := range common {
		if h.Once || h.Mode == api.Token || !h.Path.Exact() || len(r.released[h.Path]) == 0 || a.prog.UnpublishedAt(h.Path, b.Instrs[i]) {
			continue
		}
		if a.releasedLate(r, h.Path) {
			continue
		}
		switch h.Path.Root().Kind {
		case access.Cell, access.Value:
			if owner, ok := h.Path.Root().Owner.(ssa.Value); ok && owner.Parent() == r.fn && h.Path.Depth() == 0 {
				continue // a local lock ends with the function
			}
		}
		out = append(out, h)
	}
	return out
}

// releasedLate reports whether some deferred call of the function may release
// the lock, whatever that depends on.
func (a *Analysis) releasedLate(r *run, path *access.Path) bool {
	for _, b := range r.fn.Blocks {
		for _, instr := range b.Instrs {
			d, ok := instr.(*ssa.Defer)
			if !ok {
				continue
			}
			for _, t := range a.prog.Callees(d) {
				body := a.runs[t.Fn]
				if t.Fn == nil || body == nil {
					continue
				}
				for i := range body.exits {
					for _, op := range body.exits[i].state.released {
						if r.translate(op, t).Path == path {
							return true
						}
					}
				}
			}
		}
	}
	return false
}

// recoverer finds who recovers from a panic in fn: itself, or a function that
// calls it in the same goroutine.
func (a *Analysis) recoverer(fn *ssa.Function, depth int) PanicInfo {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if d, ok := instr.(*ssa.Defer); ok && a.swallows(d) {
				return PanicInfo{Recover: d, By: fn}
			}
		}
	}
	if depth >= maxUnwind {
		return PanicInfo{}
	}
	for _, site := range a.prog.Callers(fn) {
		if _, isCall := site.(*ssa.Call); !isCall || site.Parent() == fn {
			continue
		}
		if info := a.recoverer(site.Parent(), depth+1); info.By != nil {
			return info
		}
	}
	if isHandler(fn) {
		return PanicInfo{By: fn}
	}
	return PanicInfo{}
}

// swallows reports whether a deferred call recovers and does not panic again or
// end the process.
func (a *Analysis) swallows(d *ssa.Defer) bool {
	for _, t := range a.prog.Callees(d) {
		if t.Fn == nil {
			continue
		}
		recovers, ends := false, false
		for _, b := range t.Fn.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case *ssa.Panic:
					ends = true
				case *ssa.Call:
					if bi, ok := instr.Call.Value.(*ssa.Builtin); ok && bi.Name() == "recover" {
						recovers = true
					}
					if eff, ok := a.prog.Effect(instr.Common()); ok && (eff.Op == api.Exit || eff.Op == api.Goexit) {
						ends = true
					}
					ends = ends || failsTest(instr.Common())
				}
			}
		}
		if recovers && !ends {
			return true
		}
	}
	return false
}

// isHandler recognises functions that net/http calls, and from whose panics it recovers.
func isHandler(fn *ssa.Function) bool {
	params := fn.Signature.Params()
	if params.Len() != 2 {
		return false
	}
	return types.TypeString(params.At(0).Type(), nil) == "net/http.ResponseWriter" && types.TypeString(params.At(1).Type(), nil) == "*net/http.Request"
}

// mayPanic reports whether an instruction panics, or calls something that may:
// a function of this package with a panic of its own, or, where the function
// itself expects panics, code that it does not know.
func (a *Analysis) mayPanic(instr ssa.Instruction, guard PanicInfo, fn *ssa.Function, raises map[*ssa.Function]ssa.Instruction) (raised ssa.Instruction, may bool) {
	switch instr := instr.(type) {
	case *ssa.Panic:
		return instr, deliberate(instr)
	case *ssa.Call:
		if _, known := a.prog.Effect(instr.Common()); known {
			return nil, false
		}
		for _, t := range a.prog.Callees(instr) {
			if t.Fn != nil && t.Via == ssabuild.Static {
				if p := a.raisedIn(t.Fn, raises, 0); p != nil {
					return p, true
				}
			}
		}
		return nil, guard.Recover != nil && guard.By == fn && a.foreignCode(instr)
	}
	return nil, false
}

// raisedIn is a deliberate panic in fn or in a function that it calls, from which
// neither recovers.
func (a *Analysis) raisedIn(fn *ssa.Function, memo map[*ssa.Function]ssa.Instruction, depth int) ssa.Instruction {
	if p, ok := memo[fn]; ok {
		return p
	}
	memo[fn] = nil // while it is looked at
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if d, ok := instr.(*ssa.Defer); ok && a.swallows(d) {
				return nil
			}
		}
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Panic:
				if deliberate(instr) {
					memo[fn] = instr
					return instr
				}
			case *ssa.Call:
				if depth >= 1 {
					continue
				}
				for _, t := range a.prog.Callees(instr) {
					if t.Fn == nil || t.Via != ssabuild.Static {
						continue
					}
					if p := a.raisedIn(t.Fn, memo, depth+1); p != nil {
						memo[fn] = p
						return p
					}
				}
			}
		}
	}
	return nil
}

// deliberate reports whether a panic reports something that may happen, rather
// than that the program is wrong.
func deliberate(p *ssa.Panic) bool {
	found := ""
	var visit func(v ssa.Value, depth int)
	visit = func(v ssa.Value, depth int) {
		if depth > 3 || v == nil {
			return
		}
		switch v := v.(type) {
		case *ssa.Const:
			if v.Value != nil && v.Value.Kind() == constant.String {
				found += " " + constant.StringVal(v.Value)
			}
		case *ssa.MakeInterface:
			visit(v.X, depth)
		case *ssa.BinOp:
			visit(v.X, depth+1)
			visit(v.Y, depth+1)
		case *ssa.Call:
			for _, arg := range v.Call.Args {
				visit(arg, depth+1)
			}
		}
	}
	visit(p.X, 0)
	return !wrongProgram.MatchString(found)
}

var wrongProgram = pattern.New(`(?i)\bbug\b|unreachable|impossible|invariant|internal error|should(n't| not| never)|can(no|')t happen|must (not|be|have)|(not |un)implemented|unexpected|unknown|unhandled|unsupported|invalid|illegal|already|nil |corrupt|assert|programm` +
	`|blocking select matched no case|range loop exit|iterator call did not`) // panics that the SSA builder adds

// foreignCode reports whether a call runs code that was handed in: a function
// value, or a method of an interface that this package declares.
func (a *Analysis) foreignCode(call *ssa.Call) bool {
	common := call.Common()
	if common.IsInvoke() {
		n := access.NamedOf(common.Value.Type())
		return n != nil && n.Obj().Pkg() == a.prog.Types && common.Method.Exported()
	}
	switch common.Value.(type) {
	case *ssa.Function, *ssa.MakeClosure, *ssa.Builtin:
		return false
	}
	for _, t := range a.prog.Callees(call) {
		if t.Fn != nil && t.Fn.Parent() != nil {
			return false // a literal in sight
		}
	}
	return true
}
