package locks

import (
	"go/token"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// A CondFault is a use of a condition variable without its lock.
type CondFault struct {
	Fn     *ssa.Function
	Site   ssa.Instruction // the Wait, or the change of the condition
	Cond   *access.Path
	Lock   *access.Path
	Field  *access.Path    // of a change: what is changed
	Wait   ssa.Instruction // of a change: the Wait whose loop tests it
	Signal ssa.Instruction // of a change: the wake-up that may come too early
}

// condCall is a call of a method of a condition variable whose lock is known.
type condCall struct {
	fn   *ssa.Function
	site ssa.CallInstruction
	op   api.Op
	cond *access.Path
	lock *access.Path
}

// condCalls lists them outside tests, in source order.
func (a *Analysis) condCalls() []condCall {
	var out []condCall
	for _, fn := range a.prog.Funcs {
		if a.prog.IsTestFunc(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				site, ok := instr.(ssa.CallInstruction)
				if !ok {
					continue
				}
				eff, ok := a.prog.Effect(site.Common())
				if !ok || eff.Func != api.None {
					continue
				}
				switch eff.Op {
				case api.CondWait, api.CondSignal, api.CondBroadcast:
					cond := a.prog.Path(ssabuild.Receiver(site.Common()))
					if lock := a.condLock(cond); lock != nil && lock.Root().Kind != access.Unknown {
						lock, _ = lockView(lock, api.Write) // of an RLocker: the lock behind it
						out = append(out, condCall{fn, site, eff.Op, cond, lock})
					}
				}
			}
		}
	}
	return out
}

// UnlockedWaits lists the calls of Wait without the lock: Wait unlocks it first,
// and unlocking an unlocked mutex ends the process.
func (a *Analysis) UnlockedWaits() []*CondFault {
	var out []*CondFault
	for _, c := range a.condCalls() {
		if c.op == api.CondWait && a.bare(c.site, c.lock) && a.mindsItself(c.fn, c.lock) {
			out = append(out, &CondFault{Fn: c.fn, Site: c.site, Cond: c.cond, Lock: c.lock})
		}
	}
	return out
}

// bare reports whether a lock is certainly not held at an instruction, by the
// function or by those of its callers that are known.
func (a *Analysis) bare(instr ssa.Instruction, lock *access.Path) bool {
	same := func(p *access.Path) bool { return p == lock || p.Class() == lock.Class() && p.Class() != "" }
	set := a.HeldAt(instr)
	if !set.Known {
		return false
	}
	for _, op := range set.May {
		if same(op.Path) {
			return false
		}
	}
	for _, op := range a.Outer(instr) {
		if same(op.Path) {
			return false
		}
	}
	return !a.callersMayHold(instr.Parent(), lock.Class(), 2)
}

// callersMayHold reports whether a known caller may hold a lock of the class.
func (a *Analysis) callersMayHold(fn *ssa.Function, class access.Class, depth int) bool {
	for _, site := range a.prog.Callers(fn) {
		if _, isGo := site.(*ssa.Go); isGo || site.Parent() == fn {
			continue
		}
		for _, op := range a.HeldAt(site).May {
			if op.Path.Class() == class {
				return true
			}
		}
		if depth > 0 && a.callersMayHold(site.Parent(), class, depth-1) {
			return true
		}
	}
	return false
}

// mindsItself reports whether a function does not count on unknown callers for a
// lock: it takes the lock itself somewhere, other packages cannot name the lock,
// or all callers are known.
func (a *Analysis) mindsItself(fn *ssa.Function, lock *access.Path) bool {
	if a.Entry(fn).Declared {
		return false
	}
	if r := a.runs[fn]; r != nil && len(r.released[lock]) > 0 {
		return true
	}
	if fn.Parent() == nil && !a.usedAsValue(fn) && !token.IsExported(lock.Selector()) {
		return true
	}
	_, known := a.callSites(fn)
	return known
}

// UnlockedChanges lists the changes of a condition without the lock under which
// a waiter tests it, before a wake-up that is sent without the lock too: it may
// come when the waiter has tested the condition and does not wait yet.
func (a *Analysis) UnlockedChanges() []*CondFault {
	calls := a.condCalls()
	tested := make(map[access.Class]map[access.Class]ssa.Instruction) // by condition, then by field
	for _, c := range calls {
		if c.op != api.CondWait || c.cond.Class() == "" {
			continue
		}
		for class := range a.testedAround(c) {
			if tested[c.cond.Class()] == nil {
				tested[c.cond.Class()] = make(map[access.Class]ssa.Instruction)
			}
			if tested[c.cond.Class()][class] == nil {
				tested[c.cond.Class()][class] = c.site
			}
		}
	}
	var out []*CondFault
	seen := make(map[ssa.Instruction]bool)
	for _, c := range calls {
		if c.op == api.CondWait || tested[c.cond.Class()] == nil || !a.bare(c.site, c.lock) || !a.mindsItself(c.fn, c.lock) {
			continue
		}
		for _, b := range c.fn.Blocks {
			for _, instr := range b.Instrs {
				field := a.changed(instr)
				if field == nil || seen[instr] {
					continue
				}
				wait := tested[c.cond.Class()][field.Class()]
				if wait == nil || field.RootPath() != c.cond.RootPath() || a.prog.UnpublishedAt(field, instr) {
					continue
				}
				if _, isDefer := c.site.(*ssa.Defer); !isDefer && !ssabuild.Reaches(instr, c.site) {
					continue
				}
				if !a.bare(instr, c.lock) || a.lockedBetween(instr, c) {
					continue
				}
				seen[instr] = true
				out = append(out, &CondFault{Fn: c.fn, Site: instr, Cond: c.cond, Lock: c.lock, Field: field, Wait: wait, Signal: c.site})
			}
		}
	}
	return out
}

// testedAround is the set of fields that the loop around a Wait tests.
func (a *Analysis) testedAround(c condCall) map[access.Class]bool {
	out := make(map[access.Class]bool)
	block := c.site.Block()
	for _, b := range c.fn.Blocks {
		if len(b.Instrs) == 0 {
			continue
		}
		br, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
		if !ok || !b.Dominates(block) || !ssabuild.Reaches(c.site, br) {
			continue
		}
		a.readIn(br.Cond, c.lock, out, 0)
	}
	return out
}

// readIn collects the fields of the lock's object that a condition reads.
func (a *Analysis) readIn(v ssa.Value, lock *access.Path, out map[access.Class]bool, depth int) {
	if depth > 4 {
		return
	}
	note := func(addr ssa.Value) {
		if p := a.prog.Path(addr); p.Class() != "" && p.RootPath() == lock.RootPath() && p != lock {
			out[p.Class()] = true
		}
	}
	switch v := v.(type) {
	case *ssa.BinOp:
		a.readIn(v.X, lock, out, depth+1)
		a.readIn(v.Y, lock, out, depth+1)
	case *ssa.UnOp:
		if v.Op == token.MUL {
			note(v.X)
			return
		}
		a.readIn(v.X, lock, out, depth+1)
	case *ssa.Phi:
		for _, e := range v.Edges {
			a.readIn(e, lock, out, depth+1)
		}
	case *ssa.Call:
		if b, ok := v.Call.Value.(*ssa.Builtin); ok && (b.Name() == "len" || b.Name() == "cap") {
			a.readIn(v.Call.Args[0], lock, out, depth+1)
			return
		}
		if eff, ok := a.prog.Effect(v.Common()); ok && eff.Op == api.AtomicLoad {
			note(ssabuild.Receiver(v.Common()))
		}
	}
}

// changed is the field that an instruction writes, itself or its contents.
func (a *Analysis) changed(instr ssa.Instruction) *access.Path {
	switch instr := instr.(type) {
	case *ssa.Store:
		return a.prog.Path(instr.Addr)
	case *ssa.MapUpdate:
		return a.prog.Path(instr.Map)
	case *ssa.Call:
		if eff, ok := a.prog.Effect(instr.Common()); ok {
			switch eff.Op {
			case api.AtomicStore, api.AtomicRMW, api.AtomicCAS:
				if recv := ssabuild.Receiver(instr.Common()); recv != nil {
					return a.prog.Path(recv)
				}
			}
		}
	}
	return nil
}

// lockedBetween reports whether the lock is taken between a change and the
// wake-up: a waiter is then either before its test or already waiting.
func (a *Analysis) lockedBetween(change ssa.Instruction, c condCall) bool {
	for _, b := range c.fn.Blocks {
		for _, instr := range b.Instrs {
			site, ok := instr.(ssa.CallInstruction)
			if !ok || !ssabuild.Reaches(change, instr) || !ssabuild.Reaches(instr, c.site) {
				continue
			}
			if r := a.runs[c.fn]; r != nil && a.siteTakes(r, site, c.lock) {
				return true
			}
		}
	}
	return false
}
