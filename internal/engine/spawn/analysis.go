package spawn

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// An Analysis knows the goroutines of one package. It is not safe for concurrent use.
type Analysis struct {
	prog     *ssabuild.Program
	locks    *locks.Analysis
	imported func(*types.Func) *model.Spawns

	sums    map[*ssa.Function]*model.Spawns
	foreign map[*types.Func]*model.Spawns
	calls   map[*ssa.Function][]paramRun // func parameters, of enclosing functions too, that run when it runs
	spawns  []*Spawn
	bySite  map[ssa.CallInstruction][]*Spawn
	byFn    map[*ssa.Function][]*Spawn
	joins   map[*ssa.Function][]*Join
	marks   map[*ssa.Function][]mark // signals given in a function, itself or by calls

	entries map[*ssa.Function][]Entry // built when first asked for
	lifted  map[*ssa.Function][]*Footprint
	outside map[*ssa.Function]bool
	spawned map[*ssa.Function]bool
	points  map[*ssa.Function][]point
	precise bool                                // see [Analysis.feasibly]
	claimed map[*ssa.Function][]ssa.Instruction // see claimsIn
	settled map[*ssa.Function][]ssa.Instruction // see settling
	bubbles bool                                // the package has tests in bubbles
}

// A Spawn is one place that starts code in another goroutine.
type Spawn struct {
	Site    ssa.CallInstruction // the go statement, or the call that starts it
	Fn      *ssa.Function       // the function of Site
	Kind    model.SpawnKind
	Targets []ssabuild.Target // what runs; none if unknown
	Func    ssa.Value         // the func argument; nil for go statements of named functions
	InLoop  bool              // Site may be executed more than once in one activation of Fn
	Many    bool              // several goroutines run Targets at once, whether or not InLoop
	Nested  bool              // the goroutine's end does not say that Targets have ended: a helper of unknown form
	Joined  bool              // the call returns after the goroutine has ended (task.Map, helpers that wait)
	Waited  bool              // the helper that starts it waits for it, but may give up
	Shields bool              // the helper that starts it recovers from its panics
	Signals []model.Signal    // what the goroutine does at its end or on the way, in Fn's terms
	Group   *access.Path      // the group, wait group or pool that it belongs to, nil for none
	Via     []model.Hop       // for helpers: from the helper to the go statement
	index   int
}

// ends reports whether the goroutine has ended when the call that starts it returns. Helpers that may give up count: whoever goes
// on after such a helper has, as a rule, been told that it did not.
func (s *Spawn) ends() bool { return s.Joined || s.Waited }

// A Join is a place where a function waits for signals on a path.
type Join struct {
	// Instr is executed only after the wait has ended. For a case of a select it is
	// the first instruction of the case.
	Instr ssa.Instruction
	Defer *ssa.Defer // set when the wait is a deferred call; Instr is then the RunDefers
	Op    model.SignalOp
	Path  *access.Path
	Wait  ssa.Instruction // the wait itself
}

// Run finds the spawns, signals and joins of a package and summarises its
// functions. imported gives the summaries of functions of other packages, nil for
// neutral ones; it must root their paths by [ssabuild.Program.ForeignParam].
//
// Cost is one pass over the instructions, in the order of the call graph; all
// questions about parallelism are answered lazily.
func Run(prog *ssabuild.Program, lk *locks.Analysis, imported func(*types.Func) *model.Spawns) *Analysis {
	a := &Analysis{
		prog: prog, locks: lk, imported: imported,
		sums:    make(map[*ssa.Function]*model.Spawns),
		foreign: make(map[*types.Func]*model.Spawns),
		calls:   make(map[*ssa.Function][]paramRun),
		bySite:  make(map[ssa.CallInstruction][]*Spawn),
		byFn:    make(map[*ssa.Function][]*Spawn),
		joins:   make(map[*ssa.Function][]*Join),
		marks:   make(map[*ssa.Function][]mark),
		lifted:  make(map[*ssa.Function][]*Footprint),
		points:  make(map[*ssa.Function][]point),
		claimed: make(map[*ssa.Function][]ssa.Instruction),
	}
	for _, comp := range prog.Order() {
		for _, fn := range comp {
			a.summarise(fn)
		}
	}
	return a
}

// Spawns lists all places that start goroutines, by function in source order.
func (a *Analysis) Spawns() []*Spawn {
	var out []*Spawn
	for _, fn := range a.prog.Funcs {
		out = append(out, a.byFn[fn]...)
	}
	return out
}

// SpawnsIn lists the spawns of one function, without those of its literals.
func (a *Analysis) SpawnsIn(fn *ssa.Function) []*Spawn { return a.byFn[fn] }

// SpawnsAt lists what a go statement or call starts; usually none or one.
func (a *Analysis) SpawnsAt(site ssa.CallInstruction) []*Spawn { return a.bySite[site] }

// Joins lists the waits of one function, itself or by calls of functions that wait.
func (a *Analysis) Joins(fn *ssa.Function) []*Join { return a.joins[fn] }

// Summary is what fn does to goroutines, nil if nothing.
func (a *Analysis) Summary(fn *ssa.Function) *model.Spawns { return a.sums[fn] }

// SummaryOf is the summary of a call target, in this package or another; nil if neutral.
func (a *Analysis) SummaryOf(t ssabuild.Target) *model.Spawns {
	if t.Fn != nil {
		return a.sums[t.Fn]
	}
	if t.Obj == nil {
		return nil
	}
	if s, ok := a.foreign[t.Obj]; ok {
		return s
	}
	s := a.imported(t.Obj)
	a.foreign[t.Obj] = s
	return s
}

// JoinsOf lists the joins in s.Fn that wait for s, and whether every path from
// the spawn to a return of s.Fn passes one of them.
func (a *Analysis) JoinsOf(s *Spawn) (joins []*Join, always bool) {
	if s.Joined {
		return nil, true
	}
	var avoid []ssa.Instruction
	for _, j := range a.joins[s.Fn] {
		if joinsAny(j, s.Signals) {
			joins = append(joins, j)
			avoid = append(avoid, j.Instr)
		}
	}
	return joins, len(joins) > 0 && !feasiblyToReturn(s.Site, avoid...)
}

func joinsAny(j *Join, signals []model.Signal) bool {
	for i := range signals {
		g := &signals[i]
		if g.Op.AnsweredBy(j.Op) && g.Path == j.Path && g.Path.Root().Kind != access.Unknown {
			return true
		}
	}
	return false
}
