package errs

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// Kind says how an error is lost.
type Kind uint8

// The ways of losing an error.
const (
	Started     Kind = iota // go f(): the result goes nowhere
	Sole                    // the goroutine is one call, and that call's error is not looked at
	Unread                  // assigned to a captured variable that nobody reads afterwards
	WaitDropped             // the result of a group's Wait, or of a function that waits, is not looked at
	Callback                // Wait's error is returned from a callback to a function whose own error is not looked at
	NoWait                  // a group whose Wait nobody calls
	NoWaitPath              // a return between a group's Go and its Wait
	Undrained               // sent on a channel that nobody receives from
	FewSlots                // sent on a channel with fewer slots and receives than senders
	Raced                   // select prefers neither the error nor the signal that all is done
	OuterCtx                // a group's function uses the context around the group, not the group's
	Dropped                 // a future that nobody keeps
	Blank                   // assigned to the blank identifier in a goroutine
	Forgotten               // compared with nil, and the goroutine leaves
)

// A Loss is one error that is lost.
type Loss struct {
	Kind     Kind
	Fn       *ssa.Function   // the function of Instr
	Instr    ssa.Instruction // the call, store, send or select where it is lost
	Pos, End token.Pos       // what to mark
	Name     string          // the callee, variable, channel or group
	Other    string          // a second name: the group's context, the function that is called for nothing
	At       token.Pos       // the second place: the join, the start, the return
	Join     string          // the wait that cannot tell, as written: "wg.Wait"
	Count    int             // slots of a channel
	Size     string          // what the number of senders follows
	Spawn    *spawn.Spawn    // the goroutine, if one is at hand
}

// An Analysis answers questions about errors of one package. It is computed on demand.
type Analysis struct {
	prog   *ssabuild.Program
	spawns *spawn.Analysis
	echoes func(*types.Func) bool
	syntax *syntax
	fates  map[*ssa.Function]Fate
	starts map[*ssa.Function]*spawn.Spawn // by the function that runs in the goroutine
	groups []*Group
	losses []*Loss
}

// Run finds the lost errors of a package. Its cost is a few passes over the
// functions that start goroutines. echoes reports whether a function of another
// package fails only when its context has ended.
func Run(prog *ssabuild.Program, spawns *spawn.Analysis, echoes func(*types.Func) bool) *Analysis {
	a := &Analysis{
		prog: prog, spawns: spawns, echoes: echoes,
		syntax: newSyntax(prog),
		fates:  make(map[*ssa.Function]Fate),
		starts: make(map[*ssa.Function]*spawn.Spawn),
	}
	for _, s := range spawns.Spawns() {
		for _, t := range s.Targets {
			if t.Fn != nil && a.starts[t.Fn] == nil {
				a.starts[t.Fn] = s
			}
		}
	}
	a.groups = findGroups(a)
	a.started()
	a.variables()
	a.waits()
	a.channels()
	slices.SortStableFunc(a.losses, func(x, y *Loss) int { return cmp.Or(cmp.Compare(x.Pos, y.Pos), cmp.Compare(x.Kind, y.Kind)) })
	return a
}

// Losses lists the lost errors in source order.
func (a *Analysis) Losses() []*Loss { return a.losses }

// Groups lists the error groups and task groups of the package.
func (a *Analysis) Groups() []*Group { return a.groups }

func (a *Analysis) lose(l Loss) {
	if !l.Pos.IsValid() {
		l.Pos = ssabuild.InstrPos(l.Instr)
	}
	l.Fn = l.Instr.Parent()
	a.losses = append(a.losses, &l)
}

// Name is a location as the source spells it. What a call or make returned has no
// name of its own; it has that of the variable it is assigned to.
func (a *Analysis) Name(p *access.Path) string {
	root := p.RootPath()
	v, ok := root.Root().Owner.(ssa.Value)
	if kind := root.Root().Kind; kind != access.Value && kind != access.Cell || !ok {
		return p.String()
	}
	name := ""
	switch v := v.(type) {
	case *ssa.Alloc:
		if root.String() == "?" {
			name = a.syntax.nameOf(v.Pos(), 0)
		}
	case *ssa.MakeChan, *ssa.MakeSlice, *ssa.MakeMap:
		name = a.syntax.nameOf(v.Pos(), 0)
	case *ssa.Call:
		name = a.syntax.nameOf(v.Pos(), max(root.Root().Index-1, 0))
		if c := a.syntax.calls[v.Pos()]; c != nil && name == "" {
			name = types.ExprString(c.Fun) + "(…)"
		}
	}
	if name == "" {
		return p.String()
	}
	for _, sel := range p.Selectors() {
		name += "." + sel
	}
	return strings.ReplaceAll(name, ".[", "[")
}

// Call is the call expression of a call, go or defer; nil for synthetic ones.
func (a *Analysis) Call(site ssa.CallInstruction) *ast.CallExpr {
	return a.syntax.calls[site.Common().Pos()]
}

// CallAt is the call expression with its opening parenthesis at pos, where SSA
// form has calls and conversions; nil if there is none.
func (a *Analysis) CallAt(pos token.Pos) *ast.CallExpr { return a.syntax.calls[pos] }

// Fun is the callee of a call as it is written; nil for synthetic calls.
func (a *Analysis) Fun(site ssa.CallInstruction) ast.Expr {
	if c := a.Call(site); c != nil {
		return c.Fun
	}
	return nil
}

// Excused reports whether a comment at the line, or right above it, says that an
// error or an end does not matter.
func (a *Analysis) Excused(pos token.Pos) bool { return a.syntax.excused(pos) }
