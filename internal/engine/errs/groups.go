package errs

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// A Group is one error group or task group as the package's source names it.
type Group struct {
	Path   *access.Path
	New    *ssa.Call // the call that made it with a context, if that is how it was made
	Goes   []Member
	Waits  []ssa.CallInstruction
	Limits []ssa.CallInstruction
	Shared bool // it is passed on, returned or kept: others may use it too
}

// A Member is one call that starts a function in a group.
type Member struct {
	Site ssa.CallInstruction
	Func ssa.Value
	Try  bool
}

// findGroups collects the groups by the paths on which their methods are called.
func findGroups(a *Analysis) []*Group {
	byPath := make(map[*access.Path]*Group)
	var out []*Group
	get := func(p *access.Path) *Group {
		g := byPath[p]
		if g == nil {
			g = &Group{Path: p}
			byPath[p] = g
			out = append(out, g)
		}
		return g
	}
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				site, ok := instr.(ssa.CallInstruction)
				if !ok {
					continue
				}
				eff, ok := a.prog.GroupEffect(site.Common())
				if !ok {
					continue
				}
				if eff.Op == api.GroupNew {
					if call, ok := site.(*ssa.Call); ok {
						a.madeGroup(call, get)
					}
					continue
				}
				recv := ssabuild.Receiver(site.Common())
				if recv == nil || eff.Op == api.GroupRun || eff.Op == api.ParallelDo {
					continue
				}
				g := get(a.prog.GroupPath(recv))
				switch eff.Op {
				case api.GroupGo, api.GroupTry:
					g.Goes = append(g.Goes, Member{site, ssabuild.Arg(site.Common(), eff.Func), eff.Op == api.GroupTry})
				case api.GroupWait:
					g.Waits = append(g.Waits, site)
				case api.GroupLimit:
					g.Limits = append(g.Limits, site)
				}
			}
		}
	}
	for _, g := range out {
		g.Shared = a.shared(g)
	}
	return out
}

// madeGroup files a group under the path of the group result of its constructor.
func (a *Analysis) madeGroup(call *ssa.Call, get func(*access.Path) *Group) {
	if _, isTuple := call.Type().(*types.Tuple); !isTuple {
		get(a.prog.Path(call)).New = call
		return
	}
	for _, ref := range *call.Referrers() {
		if e, ok := ref.(*ssa.Extract); ok && e.Index == 0 {
			get(a.prog.Path(e)).New = call
		}
	}
}

// shared reports whether code that is not in sight may use a group: it is no
// local object of this function, or its address goes somewhere else than into a
// method call or a literal.
func (a *Analysis) shared(g *Group) bool {
	root := g.Path.Root()
	var v ssa.Value
	switch root.Kind {
	case access.Cell:
		v, _ = root.Owner.(ssa.Value)
	case access.Value:
		v, _ = root.Owner.(ssa.Value)
		if call, ok := v.(*ssa.Call); ok && g.New != call {
			return true // made by a function that may keep it
		}
	}
	if v == nil || g.Path.Depth() > 0 {
		return true
	}
	return a.leaks(v, make(map[ssa.Value]bool))
}

// leaks follows the uses of a group, or of a pointer to it.
func (a *Analysis) leaks(v ssa.Value, seen map[ssa.Value]bool) bool {
	if seen[v] {
		return false
	}
	seen[v] = true
	out := false
	a.EachUse(v, func(_ *ssa.Function, ref ssa.Instruction, addr ssa.Value) {
		switch ref := ref.(type) {
		case *ssa.MakeClosure, *ssa.DebugRef:
			if mk, ok := ref.(*ssa.MakeClosure); ok && mk.Fn.(*ssa.Function).Parent() == nil {
				out = true // a method value
			}
		case *ssa.UnOp, *ssa.FieldAddr, *ssa.Extract, *ssa.Phi:
			val := ref.(ssa.Value)
			if e, ok := ref.(*ssa.Extract); ok && e.Index > 0 {
				return
			}
			out = out || a.leaks(val, seen)
		case *ssa.Store:
			if ref.Val != addr {
				return // initialised
			}
			if al, ok := a.prog.Lexical(ref.Addr).(*ssa.Alloc); ok {
				out = out || a.leaks(al, seen)
				return
			}
			out = true
		case ssa.CallInstruction:
			if _, ok := a.prog.GroupEffect(ref.Common()); ok && ssabuild.Receiver(ref.Common()) == addr {
				return
			}
			out = true
		default:
			out = true
		}
	})
	return out
}

// failing lists the members whose functions can return an error that nobody has seen.
func (a *Analysis) failing(g *Group) []Member {
	var out []Member
	for _, m := range g.Goes {
		if a.funcFails(m.Func) {
			out = append(out, m)
		}
	}
	return out
}
