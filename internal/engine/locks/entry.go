package locks

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/annotations"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
	"github.com/conclint/conclint/internal/pattern"
)

// An Entry is what can be said of the locks held when a function is called.
type Entry struct {
	Must     []model.LockOp // held at every call that is not on an unpublished object
	Declared bool           // the name, the doc comment or an annotation says that the caller holds a lock
	Stated   bool           // an annotation says so, and which
	Calls    int            // call sites in this package that were considered
	Released []model.LockOp // released on every way out without being taken before: callers hold them
}

// Entry is the lockset that the callers of fn provide, in fn's own terms. For
// exported functions and function values only what the name or the doc comment
// says counts: their callers are not all known.
func (a *Analysis) Entry(fn *ssa.Function) Entry {
	if a.entry == nil {
		a.solveEntries()
	}
	return a.entry[fn]
}

// solveEntries goes from callers to callees, twice, so that recursive functions
// see their outside callers.
func (a *Analysis) solveEntries() {
	a.entry = make(map[*ssa.Function]Entry)
	comps := a.prog.Order()
	for range 2 {
		for i := len(comps) - 1; i >= 0; i-- {
			for _, fn := range comps[i] {
				a.entry[fn] = a.entryOf(fn)
			}
		}
	}
}

func (a *Analysis) entryOf(fn *ssa.Function) Entry {
	var e Entry
	if declared := a.declared(fn); len(declared) > 0 {
		e.Declared = true
		e.Must = declared
	}
	for _, c := range a.Contracts(fn) {
		switch c.Kind {
		case annotations.Holds, annotations.Releases:
			e.Declared, e.Stated = true, true
			addOp(&e.Must, c.op())
		}
	}
	e.Released = a.releasedAlways(fn)
	calls, ok := a.callSites(fn)
	if !ok {
		return e
	}
	var must []model.LockOp
	first := true
	for _, c := range calls {
		held, counts := a.heldFor(c)
		if !counts {
			continue
		}
		e.Calls++
		if first {
			must, first = held, false
			continue
		}
		must = commonModes(must, held)
	}
	for _, op := range must {
		addOp(&e.Must, op)
	}
	return e
}

// releasedAlways lists the locks that fn releases on every way out although it
// did not take them.
func (a *Analysis) releasedAlways(fn *ssa.Function) []model.LockOp {
	r := a.runs[fn]
	if r == nil || r.over {
		return nil
	}
	var out []model.LockOp
	first := true
	for i := range r.exits {
		if _, isReturn := r.exits[i].instr.(*ssa.Return); !isReturn {
			continue
		}
		if first {
			out, first = r.exits[i].state.released, false
			continue
		}
		out = commonOps(out, r.exits[i].state.released)
	}
	return out
}

// Outer lists the locks that the callers of instr's function certainly hold when
// it reaches instr: what they provide, less what it has given up on the way.
func (a *Analysis) Outer(instr ssa.Instruction) []model.LockOp {
	e := a.Entry(instr.Parent())
	gone := a.HeldAt(instr).Gone
	var out []model.LockOp
	for _, ops := range [2][]model.LockOp{e.Must, e.Released} {
		for _, op := range ops {
			if !slices.Contains(gone, op.Path) {
				addOp(&out, op)
			}
		}
	}
	return out
}

// Certain lists the locks certainly held at an instruction: those of its own function and those of its callers.
func (a *Analysis) Certain(instr ssa.Instruction) []model.LockOp {
	return append(a.Outer(instr), a.HeldAt(instr).Must...)
}

// A callSite is one way in which a function is entered.
type callSite struct {
	instr  ssa.Instruction
	target ssabuild.Target
	async  bool // in a new goroutine, or later
}

// callSites lists how fn is entered; ok is false if there may be other ways.
func (a *Analysis) callSites(fn *ssa.Function) (out []callSite, ok bool) {
	if fn.Parent() == nil {
		obj, isFunc := fn.Object().(*types.Func)
		if !isFunc || obj.Exported() && exportedReceiver(obj) {
			return nil, false
		}
		if a.usedAsValue(fn) {
			return nil, false
		}
	}
	for _, site := range a.prog.Callers(fn) {
		for _, t := range a.prog.Callees(site) {
			if t.Fn != fn {
				continue
			}
			_, isGo := site.(*ssa.Go)
			out = append(out, callSite{site, t, isGo})
		}
	}
	if fn.Parent() != nil {
		more, known := a.literalUses(fn)
		if !known {
			return nil, false
		}
		out = append(out, more...)
	}
	return out, len(out) > 0
}

func exportedReceiver(obj *types.Func) bool {
	recv := obj.Signature().Recv()
	if recv == nil {
		return true
	}
	n := access.NamedOf(recv.Type())
	return n == nil || n.Obj().Exported()
}

// usedAsValue reports whether a declared function is used other than by calling it.
func (a *Analysis) usedAsValue(fn *ssa.Function) bool {
	if a.values == nil {
		a.values = make(map[*ssa.Function]bool)
		for _, f := range a.prog.Funcs {
			for _, b := range f.Blocks {
				for _, instr := range b.Instrs {
					a.noteValues(instr)
				}
			}
		}
	}
	return a.values[fn]
}

func (a *Analysis) noteValues(instr ssa.Instruction) {
	call, isCall := instr.(ssa.CallInstruction)
	for _, op := range instr.Operands(nil) {
		if *op == nil || isCall && op == &call.Common().Value {
			continue
		}
		switch v := (*op).(type) {
		case *ssa.Function:
			for _, t := range a.prog.FuncsOf(v) {
				a.values[t.Fn] = true
			}
		}
	}
	if mk, ok := instr.(*ssa.MakeClosure); ok && mk.Fn.(*ssa.Function).Parent() == nil {
		for _, t := range a.prog.FuncsOf(mk) {
			a.values[t.Fn] = true
		}
	}
}

// literalUses lists how a function literal is entered when it is passed to
// something that runs it at once; known is false if it is kept.
func (a *Analysis) literalUses(fn *ssa.Function) (out []callSite, known bool) {
	mk := a.prog.Maker(fn)
	var refs *[]ssa.Instruction
	if mk != nil {
		refs = mk.Referrers()
	}
	if refs == nil {
		return nil, true // a literal without captures is a plain function value
	}
	for _, ref := range *refs {
		call, ok := ref.(ssa.CallInstruction)
		if !ok {
			switch ref.(type) {
			case *ssa.Store, *ssa.DebugRef, *ssa.Phi, *ssa.ChangeType, *ssa.MakeInterface, *ssa.Return:
				continue // calls through variables are found as callers; the rest is unknown but rare
			}
			continue
		}
		if call.Common().Value == ssa.Value(mk) {
			continue // a caller
		}
		t := ssabuild.Target{Fn: fn}
		if eff, ok := a.prog.Effect(call.Common()); ok {
			out = append(out, callSite{call, t, eff.Use != api.CallsNow})
			continue
		}
		callee := ssabuild.StaticCallee(call.Common())
		switch {
		case callee != nil && callee.Pkg() != nil && api.IsStd(callee.Pkg().Path()):
			out = append(out, callSite{call, t, false})
		case a.callsParam(call, mk):
			out = append(out, callSite{call, t, false})
		default:
			return nil, false
		}
	}
	return out, true
}

// callsParam reports whether the callee runs the literal it is passed, by its summary.
func (a *Analysis) callsParam(call ssa.CallInstruction, mk *ssa.MakeClosure) bool {
	for _, t := range a.prog.Callees(call) {
		sum := a.summaryOf(t)
		if sum == nil {
			return false
		}
		for i, arg := range t.Args {
			if arg != ssa.Value(mk) {
				continue
			}
			for _, pc := range sum.Calls {
				if pc.Param == i {
					return true
				}
			}
		}
	}
	return false
}

// heldFor is the lockset at a call site in the callee's terms; counts is false
// for calls on objects that nobody else knows yet.
func (a *Analysis) heldFor(c callSite) (held []model.LockOp, counts bool) {
	if c.async {
		return nil, true
	}
	caller := c.instr.Parent()
	if len(c.target.Args) > 0 && c.target.Args[0] != nil && caller.Signature != nil {
		if p := a.prog.Path(c.target.Args[0]); a.prog.Unpublished(p, caller) {
			return nil, false
		}
	}
	set := a.HeldAt(c.instr)
	if _, isDefer := c.instr.(*ssa.Defer); isDefer {
		set = Lockset{} // it runs at the end, under what is held then
	}
	ops := append([]model.LockOp{}, set.Must...)
	for _, op := range a.Outer(c.instr) {
		addOp(&ops, op)
	}
	if call, ok := c.instr.(ssa.CallInstruction); ok {
		ops = append(ops, a.extraHeld(call, c.target)...)
	}
	for _, op := range ops {
		if p := a.inCallee(op.Path, c); p != nil {
			held = append(held, model.LockOp{Path: p, Mode: op.Mode})
		}
	}
	return held, true
}

// extraHeld are the locks under which a callee runs the literal passed to it.
func (a *Analysis) extraHeld(call ssa.CallInstruction, lit ssabuild.Target) []model.LockOp {
	mk := a.prog.Maker(lit.Fn)
	if mk == nil {
		return nil
	}
	var out []model.LockOp
	for _, t := range a.prog.Callees(call) {
		sum := a.summaryOf(t)
		if sum == nil {
			continue
		}
		for _, pc := range sum.Calls {
			if pc.Param < len(t.Args) && t.Args[pc.Param] == ssa.Value(mk) {
				for _, op := range pc.Held {
					out = append(out, model.LockOp{Path: a.prog.Translate(op.Path, t, call.Parent()), Mode: op.Mode})
				}
			}
		}
	}
	return out
}

// inCallee renames a lock of the caller into the callee's terms; nil if it has no name there.
func (a *Analysis) inCallee(p *access.Path, c callSite) *access.Path {
	callee := c.target.Fn
	if callee.Parent() != nil && ssabuild.Encloses(c.instr.Parent(), callee) {
		return p // lexical names are shared
	}
	if p.Root().Kind == access.Global {
		return p
	}
	for i := range c.target.Args {
		arg := a.prog.ArgPath(c.target, i)
		if arg == nil || !p.HasPrefix(arg) {
			continue
		}
		if q, ok := a.prog.Paths.Rebase(p, arg, a.prog.ParamPath(callee, i)); ok {
			return q
		}
	}
	if callee.Parent() != nil {
		return p
	}
	return nil
}

func commonModes(a, b []model.LockOp) []model.LockOp {
	var out []model.LockOp
	for _, op := range a {
		for _, q := range b {
			if q.Path == op.Path {
				out = append(out, model.LockOp{Path: op.Path, Mode: min(op.Mode, q.Mode)})
			}
		}
	}
	return out
}

// declared are the locks that a function's name or doc comment says its caller
// holds: those of its receiver, since prose seldom says which.
func (a *Analysis) declared(fn *ssa.Function) []model.LockOp {
	decl, ok := fn.Syntax().(*ast.FuncDecl)
	if !ok || fn.Signature.Recv() == nil || len(fn.Params) == 0 {
		return nil
	}
	if !DeclaresHeld(decl) || len(a.holdsByContract(fn)) > 0 { // an annotation says which
		return nil
	}
	var out []model.LockOp
	named := receiverNamed(fn)
	if named == nil {
		return nil
	}
	base := a.prog.ParamPath(fn, 0)
	for _, f := range LockFields(named) {
		out = append(out, model.LockOp{Path: a.prog.FieldPath(base, named, f), Mode: api.Write})
	}
	return out
}

// LockFields lists the mutexes among a struct type's own fields, pointers and embedded ones included.
func LockFields(named *types.Named) []*types.Var {
	st, ok := named.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	var out []*types.Var
	for i := range st.NumFields() {
		if n := access.NamedOf(st.Field(i).Type()); n != nil && n.Obj().Pkg() != nil {
			switch n.Obj().Pkg().Path() + "." + n.Obj().Name() {
			case "sync.Mutex", "sync.RWMutex", "sync.Locker", api.DefaultRuntime + "/lock.Mutex", api.DefaultRuntime + "/lock.RWMutex":
				out = append(out, st.Field(i))
			}
		}
	}
	return out
}

// DeclaresHeld reports whether a function says, by a name like fooLocked or in
// its doc comment, that the caller must hold a lock.
func DeclaresHeld(decl *ast.FuncDecl) bool {
	name := decl.Name.Name
	if strings.HasSuffix(name, "Locked") || strings.HasSuffix(name, "WithLock") || strings.HasSuffix(name, "NoLock") || strings.HasSuffix(name, "Nolock") || strings.HasSuffix(name, "Unlocked") || strings.HasSuffix(name, "LockHeld") || strings.HasSuffix(name, "_locked") {
		return true
	}
	if decl.Doc == nil {
		return false
	}
	text := " " + strings.ToLower(strings.Join(strings.Fields(decl.Doc.Text()), " ")) + " "
	if !strings.Contains(text, "lock") && !strings.Contains(text, "mutex") && !strings.Contains(text, ".mu ") && !strings.Contains(text, " mu ") && !strings.Contains(text, " mu,") && !strings.Contains(text, "mu.") {
		return false
	}
	text = mustNotHold.ReplaceAllString(text, "")
	if calledUnder.MatchString(text) {
		return true
	}
	for _, phrase := range heldPhrases {
		if strings.Contains(text, phrase) {
			return true
		}
	}
	return false
}

// calledUnder matches a sentence that says under which lock a function is called.
var calledUnder = pattern.New(`\b(is|be|are|only) called (under|with|while holding|holding) ([\w.*']+ ){0,4}?[\w.]*(lock|mutex|mu)\b`)

// mustNotHold matches the opposite: the function takes the lock itself.
var mustNotHold = pattern.New(`\b(must|should|may|can|is|are) ?not (already )?(be )?(held|hold|holding|locked|have locked|called (under|with|while|holding))\b`)

// heldPhrases are the ways in which Go code states the contract.
var heldPhrases = []string{
	"must hold", "must be held", "must already hold", "should hold", "should be held", "must have locked", "must be locked", "should be locked",
	"holds the lock", "hold the lock", "holding the lock", "lock held", "lock is held", "lock is already held", "is held", "assumes lock", "assumes the lock",
	"with lock held", "with the lock held", "caller holds", "caller must lock", "callers must lock", "needs lock", "requires lock", "requires the lock",
	"not take the lock", "does not lock", "doesn't lock", "without locking", "without taking the lock", "already locked", "under lock", "under the lock",
	"needs to hold", "needs to be held", "has to hold", "expects lock", "expects the lock", "protected by the caller", "lock must", "lock should",
	"not safe for concurrent", "not thread-safe", "not thread safe", "not goroutine safe", "isn't thread safe",
}
