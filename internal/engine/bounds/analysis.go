package bounds

import (
	"cmp"
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/errs"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// Kind says what is wrong with a width.
type Kind uint8

// The ways in which a width is wrong.
const (
	PerElement  Kind = iota // one goroutine per element of data
	PerMessage              // one goroutine per message of a stream
	Configured              // one goroutine per element of configuration or structure
	FollowsSize             // the limit is the number of elements
	ZeroLimit               // a group that may run nothing
	BadOption               // a limit that panics
	NoUnits                 // a semaphore without units
	TooMany                 // more units are asked for than there are
	NoTokens                // a channel used as semaphore without slots
)

// A Fanout is one finding about a width.
type Fanout struct {
	Kind     Kind
	Instr    ssa.Instruction
	Pos, End token.Pos
	Unit     string    // "element", "message", "row", …
	Source   string    // what is iterated over or received from, as the source spells it
	Group    string    // the group without limit, "" if none
	Task     bool      // of the conclint runtime
	Helper   string    // the function that contains the go statement
	At       token.Pos // the second place
	Place    string    // the second place when it is in another package
	Count    int64     // units asked for, or the limit
	Have     int64     // units there are
	Loop     *Loop
	Spawn    *spawn.Spawn
	Unbound  *errs.Group // the group without limit, nil if none
}

// An Analysis knows the widths of the fan-outs of one package.
type Analysis struct {
	prog   *ssabuild.Program
	spawns *spawn.Analysis
	errs   *errs.Analysis
	loops  map[*ssa.Function][]*Loop
	sizes  map[ssa.Value]Size
	groups map[*access.Path]*errs.Group
	grown  map[string]*fieldUse
	out    []*Fanout
}

// Run finds fan-outs without limit and limits without sense. Test code is left out.
func Run(prog *ssabuild.Program, spawns *spawn.Analysis, e *errs.Analysis) *Analysis {
	a := &Analysis{
		prog: prog, spawns: spawns, errs: e,
		loops:  make(map[*ssa.Function][]*Loop),
		sizes:  make(map[ssa.Value]Size),
		groups: make(map[*access.Path]*errs.Group),
	}
	for _, g := range e.Groups() {
		a.groups[g.Path] = g
	}
	for _, s := range spawns.Spawns() {
		if !a.prog.IsTestFunc(s.Fn) {
			a.fanout(s)
		}
	}
	a.senseless()
	slices.SortStableFunc(a.out, func(x, y *Fanout) int { return cmp.Or(cmp.Compare(x.Pos, y.Pos), cmp.Compare(x.Kind, y.Kind)) })
	return a
}

// Fanouts lists what is wrong, in source order.
func (a *Analysis) Fanouts() []*Fanout { return a.out }

func (a *Analysis) add(f Fanout) {
	if !f.Pos.IsValid() {
		f.Pos = ssabuild.InstrPos(f.Instr)
	}
	a.out = append(a.out, &f)
}

// fanout judges one place that starts goroutines.
func (a *Analysis) fanout(s *spawn.Spawn) {
	switch s.Kind {
	case model.SpawnGo, model.SpawnWg, model.SpawnGroup:
	default:
		return
	}
	if s.Joined || a.alreadyInHelper(s) {
		return
	}
	group, limited := a.groupOf(s)
	if limited {
		return
	}
	for _, l := range a.loopsAround(s.Site.Block()) {
		f, ok := a.judge(s, l)
		if !ok {
			continue
		}
		if a.limitedIn(l, s) || a.onlyOnce(l, s) || a.serves(s) || a.tokenInside(s) {
			return
		}
		if f.Kind == PerElement && a.tearsDown(s) {
			f.Kind = Configured
		}
		f.Spawn, f.Instr, f.Loop, f.Unbound = s, s.Site, l, group
		a.name(&f, s, group)
		a.add(f)
		return
	}
}

// judge says how many times a loop may run. ok is false if it is bounded or unknown.
func (a *Analysis) judge(s *spawn.Spawn, l *Loop) (Fanout, bool) {
	switch l.Kind {
	case OverData, Counted:
		size := a.sizeOf(l.Over, 0)
		switch size {
		case Data:
			return Fanout{Kind: PerElement, Unit: "element", Source: a.errs.Name(a.prog.Path(l.Over))}, true
		case Structure:
			return Fanout{Kind: Configured, Unit: "element", Source: a.errs.Name(a.prog.Path(l.Over))}, true
		}
	case OverStream, Other:
		if m := a.message(s, l); m != nil {
			return Fanout{Kind: PerMessage, Unit: m.unit, Source: m.source}, true
		}
	}
	return Fanout{}, false
}

// alreadyInHelper: a helper whose func argument runs in a goroutine that the
// helper starts in a loop of its own is judged there.
func (a *Analysis) alreadyInHelper(s *spawn.Spawn) bool { return s.Many && len(s.Via) > 0 }

// name fills in what messages say about the goroutine.
func (a *Analysis) name(f *Fanout, s *spawn.Spawn, g *errs.Group) {
	if g != nil {
		f.Group = a.errs.Name(g.Path)
	}
	if eff, ok := a.prog.GroupEffect(s.Site.Common()); ok {
		f.Task = eff.Task
	}
	if _, isGroup := a.prog.GroupEffect(s.Site.Common()); !isGroup && len(s.Via) > 1 {
		last := s.Via[len(s.Via)-1]
		f.Helper, f.At, f.Place = s.Via[len(s.Via)-1].Func, last.Pos, last.At
	}
	if g, ok := s.Site.(*ssa.Go); ok {
		f.Pos, f.End = g.Pos(), g.Pos()+2 // the keyword
		return
	}
	if fun := a.errs.Fun(s.Site); fun != nil {
		f.Pos, f.End = fun.Pos(), fun.End()
	}
}
