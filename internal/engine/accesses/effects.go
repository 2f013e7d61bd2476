package accesses

import (
	"go/token"
	"go/types"
	"maps"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// maxEffects bounds the effects of one function, and maxEffectDepth the selectors
// of their paths. Functions that change more are whole programs to their callers.
const (
	maxEffects     = 8
	maxEffectDepth = 3
)

// Effects is what fn does to memory that its callers can name, and that they can
// get wrong: what reaches them by pointer, exported fields and variables, updates
// without a lock and reads of what is so updated. Nil if that is nothing.
func (a *Analysis) Effects(fn *ssa.Function) *model.Accesses {
	if a.effects == nil {
		a.composeEffects()
	}
	var kept []model.Effect
	for _, e := range a.effects[fn] {
		if a.concernsOthers(fn, &e) {
			kept = append(kept, e)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return &model.Accesses{Effects: kept}
}

// composeEffects computes the effects of all functions, callees first.
func (a *Analysis) composeEffects() {
	a.effects = make(map[*ssa.Function][]model.Effect)
	a.updated = make(map[access.Class]bool)
	a.written = maps.Clone(a.filled)
	own := make(map[*ssa.Function][]*Access)
	for _, x := range a.all {
		own[x.Fn] = append(own[x.Fn], x)
		if c := x.Path.Class(); c != "" && x.Write() {
			a.written[c] = true
		}
	}
	type step struct {
		callee *ssa.Function
		spawn.Entry
	}
	calls := make(map[*ssa.Function][]step)
	for _, fn := range a.prog.Funcs {
		for _, e := range a.spawn.Entries(fn) {
			if e.Target.Via == ssabuild.Static {
				calls[e.Site.Parent()] = append(calls[e.Site.Parent()], step{fn, e})
			}
		}
	}
	for _, comp := range a.prog.Order() {
		for _, fn := range comp {
			if a.prog.IsTestFunc(fn) {
				continue
			}
			for _, x := range own[fn] {
				if e, ok := a.effectOf(x); ok {
					a.addEffect(fn, e)
				}
			}
			for _, s := range calls[fn] {
				for _, e := range a.effects[s.callee] {
					a.addEffect(fn, a.seenFrom(fn, s.Entry, e))
				}
			}
		}
	}
}

// effectOf is an access as its function's callers see it.
func (a *Analysis) effectOf(x *Access) (model.Effect, bool) {
	if !nameable(x.Path, x.Fn) || copyOfParam(x) || x.Path.Depth() > maxEffectDepth || !x.Path.Exact() || a.prog.Unpublished(x.Path, x.Fn) {
		return model.Effect{}, false
	}
	e := model.Effect{Path: x.Path, Kind: x.Kind, Content: x.Content, Atomic: x.Atomic, Hop: a.hop(x)}
	if x.away == nil {
		// Only what the function itself has taken: its callers know what they hold.
		set := a.locks.HeldAt(x.Instr)
		if !set.Known {
			return model.Effect{}, false
		}
		e.Held = slices.Clone(set.Must)
	}
	for _, op := range x.Held {
		e.Held = addOp(e.Held, op)
	}
	if x.Update != model.CheckSet && IsCounter(x) {
		e.Update = x.Update // a test before a write is a habit of code that runs once
	}
	if x.away != nil {
		e.Away, e.Signals = true, x.away[0].Spawn.Signals
	}
	return e, true
}

// copyOfParam reports whether an access is of a parameter that was passed by value:
// its caller has another copy.
func copyOfParam(x *Access) bool {
	root := x.Path.Root()
	fn, ok := root.Owner.(*ssa.Function)
	if root.Kind != access.Param || !ok || root.Index >= len(fn.Params) {
		return false
	}
	switch fn.Params[root.Index].Type().Underlying().(type) {
	case *types.Pointer, *types.Map:
		return false
	}
	return true
}

// hop is where an access happens.
func (a *Analysis) hop(x *Access) model.Hop {
	if x.Foreign != nil {
		return *x.Foreign
	}
	return model.Hop{Func: a.prog.Types.Name() + "." + ssabuild.FuncName(ssabuild.Outermost(x.Fn)), At: a.prog.Place(x.Pos)}
}

// seenFrom is an effect of a function that fn calls or starts, in fn's terms.
func (a *Analysis) seenFrom(fn *ssa.Function, in spawn.Entry, e model.Effect) model.Effect {
	path := a.prog.Translate(e.Path, in.Target, fn)
	if !e.Content && otherLocation(e.Path, path) {
		path = a.prog.Paths.Unknown("")
	}
	e.Path = path
	held := make([]model.LockOp, 0, len(e.Held))
	for _, op := range e.Held {
		op.Path = a.prog.Translate(op.Path, in.Target, fn)
		held = addOp(held, op)
	}
	signals := make([]model.Signal, 0, len(e.Signals))
	for _, g := range e.Signals {
		g.Path = a.prog.Translate(g.Path, in.Target, fn)
		signals = append(signals, g)
	}
	e.Held, e.Signals = held, signals
	if in.Spawn == nil {
		for _, op := range a.locks.HeldAt(in.Site).Must {
			e.Held = addOp(e.Held, op)
		}
		return e
	}
	if _, joined := a.spawn.JoinsOf(in.Spawn); !joined && !in.Spawn.Joined {
		e.Away, e.Signals = true, in.Spawn.Signals
	}
	return e
}

// otherLocation reports whether a path of a field, seen from a caller, has become the path of the value that is kept there:
// a field that holds a copy of a variable is not the variable.
func otherLocation(field, seen *access.Path) bool {
	return field.Depth() > 0 && (seen.Depth() == 0 || seen.Selector() != field.Selector())
}

// addEffect adds an effect that callers can name. Of two alike the one with fewer
// locks tells more; updates come first, reads last.
func (a *Analysis) addEffect(fn *ssa.Function, e model.Effect) {
	if !nameable(e.Path, fn) || e.Path.Depth() > maxEffectDepth || !e.Path.Exact() {
		return
	}
	if e.Update != model.NoUpdate && len(e.Held) == 0 {
		a.updated[e.Path.Class()] = true
	}
	list := a.effects[fn]
	for i := range list {
		f := &list[i]
		if f.Path == e.Path && f.Kind == e.Kind && f.Content == e.Content && f.Atomic == e.Atomic && f.Away == e.Away {
			if len(e.Held) < len(f.Held) || len(e.Held) == len(f.Held) && e.Update > f.Update {
				*f = e
			}
			return
		}
	}
	at := len(list)
	for at > 0 && weight(&e) > weight(&list[at-1]) {
		at--
	}
	if list = slices.Insert(list, at, e); len(list) > maxEffects {
		list = list[:maxEffects]
	}
	a.effects[fn] = list
}

func weight(e *model.Effect) int {
	switch {
	case e.Update != model.NoUpdate:
		return 3
	case e.Atomic:
		return 2
	case e.Write():
		return 1
	}
	return 0
}

// concernsOthers reports whether functions of other packages can race with an effect.
func (a *Analysis) concernsOthers(fn *ssa.Function, e *model.Effect) bool {
	root := e.Path.Root()
	if root.Kind == access.Param && root.Owner != any(fn) || root.Kind != access.Param && root.Kind != access.Global {
		return false
	}
	if root.Kind == access.Param && e.Path.Depth() == 0 {
		return true
	}
	if e.Away && !token.IsExported(lastSelector(e.Path)) {
		return false // how its goroutines share it is the business of this package
	}
	class := e.Path.Class()
	if class == "" {
		return false
	}
	if e.Write() && (e.Update != model.NoUpdate && len(e.Held) == 0 || e.Atomic) {
		return true
	}
	if !token.IsExported(lastSelector(e.Path)) {
		return a.updated[class]
	}
	return e.Write() || a.written[class] || class.Pkg() != a.prog.Types.Path()
}

// lastSelector is the name of the field, or of the package variable.
func lastSelector(p *access.Path) string {
	if p.Depth() > 0 {
		return p.Selector()
	}
	return p.Class().Short()
}

// nameable reports whether fn's callers have a name for a path: literals share
// the variables around them, all others only parameters and package variables.
func nameable(path *access.Path, fn *ssa.Function) bool {
	root := path.Root()
	switch root.Kind {
	case access.Global:
		return true
	case access.Param:
		owner, ok := root.Owner.(*ssa.Function)
		return ok && (owner == fn || ssabuild.Encloses(owner, fn))
	case access.Cell, access.Value:
		v, ok := root.Owner.(ssa.Value)
		return ok && fn.Parent() != nil && v.Parent() != fn && ssabuild.Encloses(v.Parent(), fn)
	}
	return false
}

// handedAway reports whether the object at a root is given to a function that
// starts a goroutine on it and does not wait for that: then it is no longer its
// maker's alone.
func (a *Analysis) handedAway(root *access.Path) bool {
	if a.handed == nil {
		a.handed = make(map[*access.Path]bool)
		if a.effects == nil {
			a.composeEffects()
		}
		for _, fn := range a.prog.Funcs {
			for _, e := range a.spawn.Entries(fn) {
				a.noteHanded(e.Target, a.effects[fn])
			}
		}
		for _, x := range a.all {
			if x.away != nil {
				a.handed[x.Path.RootPath()] = true
			}
		}
		for _, s := range a.spawn.Spawns() {
			if mk, ok := s.Func.(*ssa.MakeClosure); ok && len(s.Via) > 0 && !s.Joined && !s.Waited {
				a.noteCaptured(mk) // what a helper waits for, as a rule, is for its caller to read
			}
		}
	}
	return a.handed[root]
}

// noteCaptured notes the variables, and the objects in them, that a literal uses which somebody else runs in a goroutine.
func (a *Analysis) noteCaptured(mk *ssa.MakeClosure) {
	for _, b := range mk.Bindings {
		al, ok := a.prog.Lexical(b).(*ssa.Alloc)
		if !ok {
			continue
		}
		a.handed[a.prog.CellPath(al)] = true
		if v := a.prog.SingleStore(al); v != nil {
			a.handed[a.prog.Path(v).RootPath()] = true
		}
	}
}

func (a *Analysis) noteHanded(t ssabuild.Target, effects []model.Effect) {
	for i := range effects {
		root := effects[i].Path.Root()
		if !effects[i].Away || root.Kind != access.Param || root.Owner != any(t.Fn) {
			continue
		}
		if arg := a.prog.ArgPath(t, root.Index); arg != nil {
			a.handed[arg.RootPath()] = true
		}
	}
}
