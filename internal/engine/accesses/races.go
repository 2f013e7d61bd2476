package accesses

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/model"
)

// A Family says which analyzer speaks about a race, so that one bug is reported once.
type Family uint8

// The families, in order of precedence.
const (
	Counter Family = iota // a lost update, or atomic and plain accesses mixed
	Capture               // a local variable, or a map or slice in one
	Field                 // a field or package variable
)

// A Race is the conflicts of one group, the most telling first.
type Race struct {
	Group     *Group
	Family    Family
	Conflicts []*Conflict
}

// maxPairs and maxConflicts bound the work on one group. Groups with more
// accesses are guarded in ways that pairs do not show.
const (
	maxPairs     = 300
	maxConflicts = 8
)

// Races lists the races of the package by direct evidence: conflicts in one
// activation. It is computed once.
func (a *Analysis) Races() []*Race {
	if a.racesDone {
		return a.races
	}
	a.racesDone = true
	for _, g := range a.groups {
		if r := a.race(g); r != nil {
			a.races = append(a.races, r)
		}
	}
	return a.races
}

func (a *Analysis) race(g *Group) *Race {
	writes, shared, atomic := false, false, false
	for _, x := range g.Accesses {
		atomic = atomic || x.Atomic
		writes = writes || x.Write()
		shared = shared || a.inGoroutine(x) || a.servedBy(x.Fn)
	}
	var conflicts []*Conflict
	if atomic && writes {
		for _, x := range g.Accesses {
			if !x.Atomic && len(conflicts) < maxConflicts {
				if c, ok := a.mixedConflict(x, g); ok {
					conflicts = append(conflicts, c)
				}
			}
		}
	}
	if (!writes || !shared) && len(conflicts) == 0 {
		return nil
	}
	pairs := 0
	for _, x := range ranked(g.Accesses) {
		if len(conflicts) >= maxConflicts {
			break
		}
		if !x.Write() {
			continue
		}
		var best *Conflict
		for _, y := range ranked(g.Accesses) {
			if pairs++; pairs > maxPairs {
				break
			}
			c, ok := a.Conflict(x, y)
			if ok && (best == nil || y.Write()) {
				best = c
			}
			if best != nil && best.X != best.Y {
				break
			}
		}
		if best != nil {
			conflicts = append(conflicts, a.anchored(a.oriented(best)))
		}
	}
	if len(conflicts) == 0 {
		return nil
	}
	return &Race{Group: g, Family: a.family(conflicts), Conflicts: conflicts}
}

// oriented puts first where the repair belongs: a test before what it tests, the
// side without a lock if the other has one, an update, otherwise the write that
// happens in a goroutine.
func (a *Analysis) oriented(c *Conflict) *Conflict {
	ofTest := a.prog.IsTestFunc(c.Y.Fn) && !a.prog.IsTestFunc(c.X.Fn)
	bare := c.XLocks > 0 && c.YLocks == 0 && (!IsCounter(c.X) || IsCounter(c.Y) || c.X.Update == model.CheckSet)
	inGoroutine := c.Meeting.A.Thread == nil && c.Meeting.B.Thread != nil && c.Y.Write() && (c.XLocks == 0 || c.YLocks > 0) &&
		(!IsCounter(c.X) || IsCounter(c.Y))
	// A variable that is written anew while a goroutine still reads it wants a copy
	// there.
	captured := c.Meeting.A.Thread == nil && c.Meeting.B.Thread != nil && !c.Y.Write() && c.X.Update == model.NoUpdate && isLocal(c.Path) &&
		c.Path.Root().Kind == access.Cell && c.XLocks == 0
	if !ofTest && !bare && !inGoroutine && !captured {
		return c
	}
	d := *c
	d.X, d.Y = c.Y, c.X
	d.XLocks, d.YLocks = c.YLocks, c.XLocks
	d.Meeting.A, d.Meeting.B = c.Meeting.B, c.Meeting.A
	return &d
}

// servedBy reports whether a handler leads to fn.
func (a *Analysis) servedBy(fn *ssa.Function) bool {
	for _, r := range a.reaches(fn) {
		if r.role == served {
			return true
		}
	}
	return false
}

// ranked puts updates first, then other writes, then reads.
func ranked(xs []*Access) []*Access {
	var out []*Access
	for rank := range 3 {
		for _, x := range xs {
			if rankOf(x) == rank {
				out = append(out, x)
			}
		}
	}
	return out
}

func rankOf(x *Access) int {
	switch {
	case IsCounter(x):
		return 0
	case x.Write():
		return 1
	}
	return 2
}

// IsCounter reports whether an access is an update whose loss is a wrong count or
// a second initialisation: of a basic type, or tested and then set.
func IsCounter(x *Access) bool {
	if x.Update == model.NoUpdate || x.Foreign != nil {
		return x.Update != model.NoUpdate
	}
	t := valueType(x)
	if t == nil || types.Identical(t, types.Universe.Lookup("error").Type()) {
		return false
	}
	if x.Update == model.CheckSet {
		return true
	}
	_, basic := t.Underlying().(*types.Basic)
	return basic
}

// valueType is the type of the value that an access writes, nil if it is not known.
func valueType(x *Access) types.Type {
	switch i := x.Instr.(type) {
	case *ssa.Store:
		return i.Val.Type()
	case *ssa.MapUpdate:
		return i.Value.Type()
	}
	return nil
}

func (a *Analysis) family(conflicts []*Conflict) Family {
	for _, c := range conflicts {
		if a.IsLoopVar(c.Path) {
			return Capture
		}
		if c.X.Atomic != c.Y.Atomic {
			return Counter
		}
		if IsCounter(c.X) && (c.XLocks == 0 || isLocal(c.Path)) {
			return Counter
		}
	}
	switch conflicts[0].Path.Root().Kind {
	case access.Cell, access.Value:
		if isLocal(conflicts[0].Path) {
			return Capture
		}
	}
	return Field
}

// isLocal reports whether a path is a local variable itself or an element in it, not a field of an object.
func isLocal(p *access.Path) bool {
	for q := p; q.Parent() != nil; q = q.Parent() {
		if !isElem(q) {
			return false
		}
	}
	return true
}

// IsLoopVar reports whether a path is a variable that a loop declares.
func (a *Analysis) IsLoopVar(p *access.Path) bool {
	al, ok := p.Root().Owner.(*ssa.Alloc)
	if !ok || p.Depth() > 0 {
		return false
	}
	if a.loopVars == nil {
		a.loopVars = make(map[token.Pos]bool)
		for _, f := range a.prog.Files {
			ast.Inspect(f, a.noteLoopVars)
		}
	}
	return a.loopVars[al.Pos()]
}

func (a *Analysis) noteLoopVars(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.RangeStmt:
		if n.Tok == token.DEFINE {
			for _, e := range []ast.Expr{n.Key, n.Value} {
				if e != nil {
					a.loopVars[e.Pos()] = true
				}
			}
		}
	case *ast.ForStmt:
		if init, ok := n.Init.(*ast.AssignStmt); ok && init.Tok == token.DEFINE {
			for _, e := range init.Lhs {
				a.loopVars[e.Pos()] = true
			}
		}
	}
	return true
}
