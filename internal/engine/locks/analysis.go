package locks

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/annotations"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// An Analysis is the result of the wing for one package.
type Analysis struct {
	prog       *ssabuild.Program
	stated     *annotations.Index
	imported   func(*types.Func) *model.Locks
	runs       map[*ssa.Function]*run
	sums       map[*ssa.Function]*model.Locks
	foreign    map[*types.Func]*model.Locks
	assigned   map[*ssa.Function]map[*ssa.Alloc]bool
	conds      map[access.Class][]string // selectors, from a condition's owner, of the lock it was made with
	condVals   map[*access.Path]*access.Path
	events     []*Event
	edges      []Edge
	edgeAt     map[edgeKey]int
	leaks      []leak
	sigs       *signals               // see [Analysis.Partners]
	caps       map[access.Class]int64 // see [Analysis.capacities]
	owners     map[access.Class]bool  // see [Analysis.owning]
	slots      map[any]slot           // channels that serve as locks, see slotKey
	containers map[string]int         // see [Analysis.containersOf]
	faulty     map[*ssa.Function]bool // see [Analysis.Faulty]
	heldIn     map[*ssa.BasicBlock][]Lockset
	entry      map[*ssa.Function]Entry
	values     map[*ssa.Function]bool // declared functions used as values

	quiet      bool // replaying: what is noticed has been noted before
	overBudget []*ssa.Function
}

// Run analyses all functions of a package. imported gives the summaries of
// functions of other packages, nil for neutral ones; it must root their paths by
// [ssabuild.Program.ForeignParam]. stated are the contracts of the package, nil for none.
func Run(prog *ssabuild.Program, stated *annotations.Index, imported func(*types.Func) *model.Locks) *Analysis {
	a := &Analysis{
		prog: prog, stated: stated, imported: imported,
		runs:     make(map[*ssa.Function]*run),
		sums:     make(map[*ssa.Function]*model.Locks),
		foreign:  make(map[*types.Func]*model.Locks),
		assigned: make(map[*ssa.Function]map[*ssa.Alloc]bool),
		edgeAt:   make(map[edgeKey]int),
		heldIn:   make(map[*ssa.BasicBlock][]Lockset),
	}
	prog.SetGetter(a.getter)
	prog.SetFresh(a.Fresh)
	prog.SetFieldInit(a.fieldInit)
	a.indexConds()
	a.indexSlots()
	for _, comp := range prog.Order() {
		rounds := 1
		if len(comp) > 1 || selfRecursive(prog, comp[0]) {
			rounds = 2 // the second sees the first's summaries for calls within the component
		}
		for i := range rounds {
			for _, fn := range comp {
				a.analyse(fn, i == rounds-1)
			}
		}
	}
	return a
}

func selfRecursive(prog *ssabuild.Program, fn *ssa.Function) bool {
	for _, site := range prog.Callers(fn) {
		if site.Parent() == fn {
			return true
		}
	}
	return false
}

// analyse computes the summary of fn. Events and leaks of all rounds but the
// last are dropped: they rest on unfinished summaries.
func (a *Analysis) analyse(fn *ssa.Function, final bool) {
	events, leaks := len(a.events), len(a.leaks)
	r := a.newRun(fn)
	if len(r.contracts) > 0 || a.involved(fn) {
		r.solve()
		r.summarise()
		r.honour()
		a.runs[fn] = r
	} else {
		r.scan()
	}
	r.returns()
	if !final {
		a.events, a.leaks = a.events[:events], a.leaks[:leaks]
	}
	if r.sum.Neutral() {
		delete(a.sums, fn)
		return
	}
	a.sums[fn] = &r.sum
}

// involved reports whether fn does anything to locks, itself or through callees.
// Most functions do not, and need no fixpoint.
func (a *Analysis) involved(fn *ssa.Function) bool {
	if a.mayNotReturn(fn) {
		return true
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			site, ok := instr.(ssa.CallInstruction)
			if !ok {
				if a.hasSlotOps(instr) {
					return true
				}
				continue
			}
			if eff, ok := a.prog.Effect(site.Common()); ok {
				switch eff.Op {
				case api.Lock, api.Unlock, api.OnceDo, api.SemAcquire, api.SemTry, api.SemRelease:
					return true
				}
				if eff.Use == api.CallsNow && a.anyInvolved(a.prog.FuncsOf(ssabuild.Arg(site.Common(), eff.Func))) {
					return true
				}
				continue
			}
			if a.anyInvolved(a.prog.Callees(site)) {
				return true
			}
			for _, arg := range site.Common().Args {
				if _, isFunc := arg.Type().Underlying().(*types.Signature); isFunc && a.anyInvolved(a.prog.FuncsOf(arg)) {
					return true
				}
			}
		}
	}
	return false
}

// mayNotReturn recognises small helpers that end the goroutine or the process
// depending on an argument.
func (a *Analysis) mayNotReturn(fn *ssa.Function) bool {
	if len(fn.Blocks) < 2 || len(fn.Blocks) > 12 || len(fn.Params) == 0 {
		return false
	}
	returns, ends := false, false
	for _, b := range fn.Blocks {
		if len(b.Instrs) == 0 {
			continue
		}
		switch b.Instrs[len(b.Instrs)-1].(type) {
		case *ssa.Return:
			returns = true
		case *ssa.Panic:
			ends = true
		}
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok {
				if eff, ok := a.prog.Effect(call.Common()); ok && (eff.Op == api.Exit || eff.Op == api.Goexit) {
					ends = true
				}
			}
		}
	}
	return returns && ends
}

func (a *Analysis) anyInvolved(ts []ssabuild.Target) bool {
	for _, t := range ts {
		if sum := a.summaryOf(t); sum != nil && (len(sum.Outcomes) > 0 || len(sum.Takes) > 0 || len(sum.Calls) > 0) {
			return true
		}
	}
	return false
}

// scan collects the effects that need no state from a function without locks.
func (r *run) scan() {
	s := &state{}
	for _, b := range r.fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Call:
				if eff, ok := r.a.prog.Effect(instr.Common()); ok {
					r.known(s, instr, instr.Common(), eff)
				} else if len(r.a.prog.Callees(instr)) == 0 {
					r.unknown(s, instr, instr.Common())
				}
			case *ssa.Send, *ssa.Select, *ssa.UnOp:
				r.channelOp(s, instr)
			}
		}
	}
}

// summaryOf is the summary of a target, nil if it is neutral or unknown.
func (a *Analysis) summaryOf(t ssabuild.Target) *model.Locks {
	if t.Fn != nil {
		return a.sums[t.Fn]
	}
	if t.Obj == nil {
		return nil
	}
	if sum, ok := a.foreign[t.Obj]; ok {
		return sum
	}
	sum := a.imported(t.Obj)
	if sum == nil {
		sum = a.primitive(t.Obj)
	}
	a.foreign[t.Obj] = sum
	return sum
}

// primitive is the summary of a lock's own method, for where it is passed on as a value, as in once.Do(mu.Unlock);
// nil for other functions.
func (a *Analysis) primitive(fn *types.Func) *model.Locks {
	eff, ok := a.prog.API.Lookup(fn)
	if !ok || eff.Try || eff.Op != api.Lock && eff.Op != api.Unlock {
		return nil
	}
	path, mode := lockView(a.prog.ForeignParam(fn, 0), eff.Mode)
	ops := []model.LockOp{{Path: path, Mode: mode}}
	if eff.Op == api.Unlock {
		return &model.Locks{Outcomes: []model.Outcome{{Released: ops}}}
	}
	return &model.Locks{Takes: []model.Take{{LockOp: ops[0]}}, Outcomes: []model.Outcome{{Acquired: ops}}}
}

// Summary is what fn does to locks, nil if nothing.
func (a *Analysis) Summary(fn *ssa.Function) *model.Locks { return a.sums[fn] }

// SummaryOf is the summary of a call target, in this package or another; nil if neutral.
func (a *Analysis) SummaryOf(t ssabuild.Target) *model.Locks { return a.summaryOf(t) }

// OverBudget returns the functions whose analysis was cut short, callees first. Nothing is claimed about their locks.
func (a *Analysis) OverBudget() []*ssa.Function { return a.overBudget }

// Events lists what was noticed, in the order of analysis.
func (a *Analysis) Events() []*Event { return a.events }

// getter resolves the result of a call to the location it is.
func (a *Analysis) getter(call *ssa.Call, result int) *access.Path {
	if eff, ok := a.prog.Effect(call.Common()); ok {
		switch eff.Op {
		case api.LockView:
			p := a.prog.Path(ssabuild.Receiver(call.Common()))
			return a.prog.Paths.Select(p, readView, p.Class())
		}
		return nil
	}
	targets := a.prog.Callees(call)
	if len(targets) != 1 || targets[0].Via != ssabuild.Static {
		return nil
	}
	sum := a.summaryOf(targets[0])
	if sum == nil || result >= len(sum.Returns) || sum.Returns[result] == nil {
		return nil
	}
	p := a.prog.Translate(sum.Returns[result], targets[0], call.Parent())
	if p.Root().Kind == access.Unknown {
		return nil
	}
	return p
}

// fieldInit resolves a field of an object that a constructor made.
func (a *Analysis) fieldInit(call *ssa.Call, result int, field string) *access.Path {
	targets := a.prog.Callees(call)
	if len(targets) != 1 || targets[0].Via != ssabuild.Static {
		return nil
	}
	sum := a.summaryOf(targets[0])
	if sum == nil {
		return nil
	}
	for _, in := range sum.Inits {
		if in.Result == result && in.Field == field && in.Path != nil {
			if p := a.prog.Translate(in.Path, targets[0], call.Parent()); p.Root().Kind != access.Unknown {
				return p
			}
		}
	}
	return nil
}

// Fresh reports whether result i of a call is a newly made object.
func (a *Analysis) Fresh(call *ssa.Call, result int) bool {
	for _, t := range a.prog.Callees(call) {
		sum := a.summaryOf(t)
		if sum == nil || result >= len(sum.Fresh) || !sum.Fresh[result] {
			return false
		}
		return true
	}
	return false
}

// captured is the set of enclosing functions' variables that a literal assigns,
// through literals of its own too.
func (a *Analysis) captured(fn *ssa.Function) map[*ssa.Alloc]bool {
	if set, ok := a.assigned[fn]; ok {
		return set
	}
	set := make(map[*ssa.Alloc]bool)
	a.assigned[fn] = set
	var visit func(f *ssa.Function)
	visit = func(f *ssa.Function) {
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				if st, ok := instr.(*ssa.Store); ok {
					if al, ok := a.prog.Lexical(st.Addr).(*ssa.Alloc); ok && !ssabuild.Encloses(fn, al.Parent()) {
						set[al] = true
					}
				}
			}
		}
		for _, anon := range f.AnonFuncs {
			visit(anon)
		}
	}
	visit(fn)
	return set
}

// indexConds remembers with which lock each sync.Cond was made: by the class of
// the field that holds it, or by the variable.
func (a *Analysis) indexConds() {
	a.conds = make(map[access.Class][]string)
	a.condVals = make(map[*access.Path]*access.Path)
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(*ssa.Call)
				if !ok {
					continue
				}
				eff, ok := a.prog.Effect(call.Common())
				if !ok || eff.Op != api.CondNew {
					continue
				}
				a.noteCond(call, call.Common().Args[0])
			}
		}
	}
}

func (a *Analysis) noteCond(call *ssa.Call, locker ssa.Value) {
	lock := a.prog.Path(locker)
	a.condVals[a.prog.Path(call)] = lock
	for _, ref := range *call.Referrers() {
		st, ok := ref.(*ssa.Store)
		if !ok || st.Val != ssa.Value(call) {
			continue
		}
		field, ok := st.Addr.(*ssa.FieldAddr)
		if !ok {
			continue
		}
		cond := a.prog.Path(field)
		owner := a.prog.Path(field.X)
		if lock.HasPrefix(owner) && cond.Class() != "" {
			a.conds[cond.Class()] = lock.Selectors()[owner.Depth():]
		}
	}
}

// condLock is the lock of the condition at path cond, nil if unknown.
func (a *Analysis) condLock(cond *access.Path) *access.Path {
	if p, ok := a.condVals[cond]; ok {
		return p
	}
	sels, ok := a.conds[cond.Class()]
	if !ok || cond.Parent() == nil || cond.Class() == "" {
		return nil
	}
	p := cond.Parent()
	for _, sel := range sels {
		p = a.prog.Paths.Select(p, sel, "")
	}
	return p
}

// CondLock is the lock of the condition variable at path, nil if unknown.
func (a *Analysis) CondLock(cond *access.Path) *access.Path { return a.condLock(cond) }
