package locks

import (
	"go/types"
	"sort"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// A leak is an exit that leaves a lock held.
type leak struct {
	run         *run
	exit        ssa.Instruction
	held        Held
	balanced    bool
	someNeutral bool
	separated   bool
	loop        bool            // an iteration ends, not the function
	handed      ssa.Instruction // the go statement that handed the lock to the goroutine that ends here
	conds       []model.Cond
}

// Leaks judges the exits that leave locks held, with the whole package in view.
//
// A function that always leaves the lock held, or does so in a way its result
// tells, is half of a pair as long as somebody else releases locks of that class.
// If other paths release it, and nothing tells the caller which happened, the
// exit is a fault. The first exit per lock and function, in source order, is returned.
func (a *Analysis) Leaks() []*Event {
	faulty := a.Faulty()
	releasers := a.releasers()
	type key struct {
		fn   *ssa.Function
		lock *access.Path
	}
	best := make(map[key]*Event)
	var order []key
	for i := range a.leaks {
		l := &a.leaks[i]
		if !a.isFault(l, releasers) || faulty[l.held.From] {
			continue
		}
		k := key{l.run.fn, l.held.Path}
		e := &Event{Kind: Leak, Fn: l.run.fn, Site: l.held.Site, Held: l.held, Op: l.held.LockOp,
			Leak: &LeakInfo{Exit: l.exit, Balanced: l.balanced, Loop: l.loop, Handed: l.handed,
				Paired: !l.failed() && a.Releasers(l.held.Path.Class(), l.run.fn)}}
		old, ok := best[k]
		if !ok {
			order = append(order, k)
		}
		if !ok || ssabuild.InstrPos(l.exit) < ssabuild.InstrPos(old.Leak.Exit) {
			best[k] = e
		}
	}
	out := make([]*Event, 0, len(order))
	for _, k := range order {
		out = append(out, best[k])
	}
	sort.SliceStable(out, func(i, j int) bool {
		return ssabuild.InstrPos(out[i].Leak.Exit) < ssabuild.InstrPos(out[j].Leak.Exit)
	})
	return out
}

// Faulty is the set of functions that leave a lock held by mistake; what their
// callers seem to hold because of it is not worth a report of its own.
func (a *Analysis) Faulty() map[*ssa.Function]bool {
	if a.faulty == nil {
		releasers := a.releasers()
		a.faulty = make(map[*ssa.Function]bool)
		for i := range a.leaks {
			if l := &a.leaks[i]; !l.loop && a.isFault(l, releasers) {
				a.faulty[l.run.fn] = true
			}
		}
	}
	return a.faulty
}

func (a *Analysis) isFault(l *leak, releasers map[access.Class][]*ssa.Function) bool {
	fn := l.run.fn
	if l.run.over || ssabuild.IsRangeBody(fn) || fn.Synthetic != "" && fn.Parent() == nil {
		return false
	}
	if l.run.a.promised(fn, l.held.Path) || l.run.a.excused(fn, l.exit) {
		return false
	}
	if l.loop {
		return true
	}
	if l.held.Path.Root().Kind == access.Unknown {
		return false // taken by an earlier iteration, as in a loop that locks them all
	}
	if l.handed != nil {
		return true
	}
	if l.counted() {
		return false
	}
	if l.held.Mode == api.Token {
		made, local := l.held.Path.Root().Owner.(ssa.Instruction)
		if local && l.held.Path.Depth() == 0 && made.Parent() == fn {
			return false // the semaphore ends with the function
		}
		return l.tokenLost(releasers)
	}
	if l.handsOut() || !l.balanced && (l.run.returnsHandle() || l.held.From == nil && len(l.held.Chain) > 1) {
		return false // taken along with an object, or by another package's function, whose counterpart may be anywhere
	}
	if !l.balanced && fn.Parent() != nil {
		return false // a literal: the function around it says what it is for
	}
	class := l.held.Path.Class()
	others := 0
	for _, rel := range releasers[class] {
		if rel != fn {
			others++
		}
	}
	if !l.held.Path.Exact() && !l.balanced {
		return false
	}
	if class == "" && l.held.Path.Root().Kind == access.Param {
		return l.balanced && !l.separated // a lock passed as an argument: the caller may release it
	}
	if l.balanced && l.someNeutral {
		if !l.separated {
			return true
		}
		// Told apart by a result or an argument: a try-style function, if anyone
		// releases what it left and success is what leaves it held; a forgotten
		// unlock on an error path otherwise.
		return l.failed() || others == 0 && !exportedLocker(l)
	}
	return others == 0 && !exportedLocker(l)
}

// tokenLost reports whether an exit loses a unit of a semaphore: other ways out
// give it back, and nobody else does. Units travel more than locks do, so without
// that nothing is said.
func (l *leak) tokenLost(releasers map[access.Class][]*ssa.Function) bool {
	if !l.balanced || !l.someNeutral {
		return false
	}
	if l.failed() {
		return true
	}
	if owner := l.held.Path.Root(); owner.Kind == access.Cell || owner.Kind == access.Value {
		return false // made by the function that ends: its users end with it, or got it otherwise
	}
	for _, rel := range releasers[l.held.Path.Class()] {
		if !ssabuild.Encloses(ssabuild.Outermost(l.run.fn), rel) && rel != l.run.fn {
			return false
		}
	}
	return !l.separated
}

// counted reports whether read locks are taken in one loop and given back in
// another: both run as often, which no single path shows.
func (l *leak) counted() bool {
	if l.held.Mode != api.Read || !repeats(l.held.Site) {
		return false
	}
	for _, rel := range l.run.released[l.held.Path] {
		if !repeats(rel) || ssabuild.Reaches(rel, l.held.Site) {
			return false
		}
	}
	return l.balanced
}

// repeats reports whether an instruction is in a loop.
func repeats(instr ssa.Instruction) bool {
	for _, b := range instr.Block().Succs {
		if b == instr.Block() || len(b.Instrs) > 0 && ssabuild.Reaches(b.Instrs[0], instr) {
			return true
		}
	}
	return false
}

// exportedLocker reports whether a function is, by its name, meant to return
// with a lock held, to callers that may be in other packages.
// A failed acquisition is no such function.
func exportedLocker(l *leak) bool {
	return !l.failed() && ssabuild.LooksLike(l.run.fn, "lock", "acquire", "begin", "enter", "start", "hold", "freeze", "pause", "grab")
}

func isError(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }

// failed reports whether the exit returns an error: one that is not nil, or one of
// which nothing is known beside a nil or zero result.
func (l *leak) failed() bool {
	results := l.run.fn.Signature.Results()
	unknown := results.Len() > 1 && isError(results.At(results.Len()-1).Type())
	empty := false
	for _, c := range l.conds {
		if !c.Result {
			continue
		}
		isErr := isError(results.At(c.Index).Type())
		switch {
		case isErr && c.Val.Kind == model.NonNil:
			return true
		case isErr:
			unknown = false
		case c.Val.Kind == model.Nil, c.Val.Kind == model.False, c.Val == model.Val{Kind: model.Eq}:
			empty = true
		}
	}
	return unknown && empty
}

// handsOut reports whether the owner of the lock leaves the function with it: it
// is a result, or assigned to something that is.
func (l *leak) handsOut() bool {
	owner := l.held.Path.Parent()
	if owner == nil || l.failed() {
		return false
	}
	if ret, ok := l.exit.(*ssa.Return); ok {
		for _, v := range ret.Results {
			if l.run.a.prog.Path(v) == owner {
				return true
			}
		}
	}
	switch owner.Root().Kind {
	case access.Param, access.Global:
		return owner.Depth() > 0 && len(owner.Indexes()) > 0 && l.run.keptBeyond(l.held.Path)
	}
	return l.run.keptBeyond(l.held.Path)
}

// releasers lists, per class, the functions that release a lock they did not take.
func (a *Analysis) releasers() map[access.Class][]*ssa.Function {
	out := make(map[access.Class][]*ssa.Function)
	for _, fn := range a.prog.Funcs {
		r := a.runs[fn]
		if r == nil {
			continue
		}
		seen := make(map[access.Class]bool)
		for i := range r.exits {
			for _, op := range r.exits[i].state.released {
				if c := op.Path.Class(); !seen[c] {
					seen[c] = true
					out[c] = append(out[c], fn)
				}
			}
		}
	}
	return out
}

// Releasers reports whether another function than fn, in this package, releases
// locks of the class without having taken them.
func (a *Analysis) Releasers(class access.Class, fn *ssa.Function) bool {
	for _, rel := range a.releasers()[class] {
		if rel != fn {
			return true
		}
	}
	return false
}

// receiverNamed is the type a method belongs to, nil for functions.
func receiverNamed(fn *ssa.Function) *types.Named {
	recv := ssabuild.Outermost(fn).Signature.Recv()
	if recv == nil {
		return nil
	}
	return access.NamedOf(recv.Type())
}
