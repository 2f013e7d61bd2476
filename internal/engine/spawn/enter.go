package spawn

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// An Entry is one way in which a function of the package comes to run.
type Entry struct {
	Site   ssa.CallInstruction
	Target ssabuild.Target
	Spawn  *Spawn // nil if it runs within the caller's goroutine
}

// Entries lists the calls and spawns of this package that lead to fn.
func (a *Analysis) Entries(fn *ssa.Function) []Entry {
	if a.entries == nil {
		a.indexEntries()
	}
	return a.entries[fn]
}

func (a *Analysis) indexEntries() {
	a.entries = make(map[*ssa.Function][]Entry)
	a.outside = make(map[*ssa.Function]bool)
	add := func(fn *ssa.Function, e Entry) {
		if fn != nil {
			a.entries[fn] = append(a.entries[fn], e)
		}
	}
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if site, ok := instr.(ssa.CallInstruction); ok {
					a.indexCall(site, add)
				} else {
					a.indexKept(instr)
				}
			}
		}
	}
}

func (a *Analysis) indexCall(site ssa.CallInstruction, add func(*ssa.Function, Entry)) {
	spawned := make(map[ssa.Value]bool)
	for _, s := range a.bySite[site] {
		if s.Func != nil {
			spawned[s.Func] = true
		}
		for _, t := range s.Targets {
			add(t.Fn, Entry{site, t, s})
		}
	}
	if _, isGo := site.(*ssa.Go); !isGo {
		for _, t := range a.prog.Callees(site) {
			add(t.Fn, Entry{site, t, nil})
		}
	}
	// A func argument that is not known to be spawned runs within the call, if at all.
	for _, arg := range site.Common().Args {
		if _, isFunc := arg.Type().Underlying().(*types.Signature); !isFunc || spawned[arg] {
			continue
		}
		switch arg.(type) {
		case *ssa.MakeClosure, *ssa.Function, *ssa.UnOp, *ssa.ChangeType:
			_, literal := a.literal(site, arg).(*ssa.MakeClosure)
			for _, t := range a.prog.FuncsOf(arg) {
				if t.Via != ssabuild.Static {
					continue
				}
				if !literal || t.Fn == nil || t.Fn.Parent() == nil || a.handedAt(site, arg) {
					t.Via = ssabuild.FieldFunc // who runs it, and under which locks, is not known
				}
				add(t.Fn, Entry{site, t, nil})
			}
		}
	}
}

// literal is a function value, without its conversion to a named type where the
// callee is in sight or named after what it does with each element. Others with
// named function types are mostly given handlers to keep.
func (a *Analysis) literal(site ssa.CallInstruction, v ssa.Value) ssa.Value {
	c, ok := v.(*ssa.ChangeType)
	if !ok {
		return v
	}
	if slices.ContainsFunc(a.prog.Callees(site), func(t ssabuild.Target) bool { return t.Fn != nil }) {
		return c.X
	}
	if callee := ssabuild.StaticCallee(site.Common()); callee != nil && forEach(callee.Name()) {
		return c.X
	}
	return v
}

// handedAt reports whether all that a call may reach hand over the function they are given.
func (a *Analysis) handedAt(site ssa.CallInstruction, arg ssa.Value) bool {
	targets := a.prog.Callees(site)
	return len(targets) > 0 && !slices.ContainsFunc(targets, func(t ssabuild.Target) bool {
		return !a.handsOver(t, slices.Index(t.Args, arg))
	})
}

// indexKept notes declared functions that are stored, returned or sent as values:
// somebody else may call them.
func (a *Analysis) indexKept(instr ssa.Instruction) {
	for _, op := range instr.Operands(nil) {
		if *op == nil {
			continue
		}
		switch v := (*op).(type) {
		case *ssa.Function:
			a.keep(v)
		case *ssa.MakeClosure:
			if _, self := instr.(*ssa.MakeClosure); !self {
				a.keep(v)
			}
		}
	}
}

func (a *Analysis) keep(v ssa.Value) {
	if mk, ok := v.(*ssa.MakeClosure); ok && mk.Fn.(*ssa.Function).Parent() != nil {
		return // literals are followed through their variables
	}
	for _, t := range a.prog.FuncsOf(v) {
		if t.Fn != nil {
			a.outside[t.Fn] = true
		}
	}
}

// Outside reports whether fn can be called by code that the analysis does not
// see: it is exported, a method, main, init or a test, or is used as a value.
// Methods of unexported types count only if their name is exported: they may
// satisfy an interface.
func (a *Analysis) Outside(fn *ssa.Function) bool {
	if a.entries == nil {
		a.indexEntries()
	}
	if fn.Parent() != nil {
		return false
	}
	if a.outside[fn] {
		return true
	}
	obj, ok := fn.Object().(*types.Func)
	if !ok {
		return true // the package initialiser
	}
	return obj.Exported() || obj.Signature().Recv() == nil && (obj.Name() == "main" || obj.Name() == "init")
}

// MainOnly reports whether fn is main, init or the package initialiser: code that
// runs once, in the main goroutine.
func MainOnly(fn *ssa.Function) bool {
	if fn.Parent() != nil {
		return false
	}
	obj, ok := fn.Object().(*types.Func)
	return !ok || obj.Signature().Recv() == nil && (obj.Name() == "init" || obj.Name() == "main" && obj.Pkg().Name() == "main")
}

// Spawned reports whether a goroutine that this package starts may execute fn. All
// answers are computed at once, in time linear in the call graph.
func (a *Analysis) Spawned(fn *ssa.Function) bool {
	if a.spawned != nil {
		return a.spawned[fn]
	}
	a.spawned = make(map[*ssa.Function]bool)
	callees := make(map[*ssa.Function][]*ssa.Function)
	var work []*ssa.Function
	mark := func(f *ssa.Function) {
		if !a.spawned[f] {
			a.spawned[f] = true
			work = append(work, f)
		}
	}
	for _, f := range a.prog.Funcs {
		for _, e := range a.Entries(f) {
			if e.Spawn != nil {
				mark(f)
			} else {
				callees[e.Site.Parent()] = append(callees[e.Site.Parent()], f)
			}
		}
	}
	for len(work) > 0 {
		f := work[len(work)-1]
		work = work[:len(work)-1]
		for _, g := range callees[f] {
			mark(g)
		}
	}
	return a.spawned[fn]
}
