package polls

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/loops"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// sleepSync finds sleeps between the start of a goroutine and the use of what
// it computes, in a function that never waits for anything else.
func (a *Analysis) sleepSync(fn *ssa.Function, all []*loops.Loop) []Wait {
	var gos []*ssa.Go
	var sleeps []*ssa.Call
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Go:
				gos = append(gos, instr)
			case *ssa.Call:
				if eff, ok := a.prog.Effect(instr.Common()); ok {
					switch eff.Op {
					case api.Sleep:
						if loops.Innermost(all, b) == nil {
							sleeps = append(sleeps, instr)
						}
					case api.WgWait, api.GroupWait, api.CondWait, api.FutureAwait, api.EventWait, api.PoolClose, api.BarrierWait:
						return nil
					}
				}
			case *ssa.Select:
				return nil
			case *ssa.UnOp:
				if instr.Op == token.ARROW {
					return nil
				}
			}
		}
	}
	var out []Wait
	for _, s := range sleeps {
		for _, g := range gos {
			if !before(g, s) {
				continue
			}
			if name, set := a.readAfter(s, a.goroutineWrites(g)); set != nil {
				out = append(out, Wait{Kind: SleepSync, Fn: fn, Pos: s.Pos(), Instr: s, Name: name, Setter: set, Go: g})
				break
			}
		}
	}
	return out
}

// before reports whether a may run before b in one call of their function.
func before(a, b ssa.Instruction) bool {
	if a.Block() == b.Block() {
		for _, i := range a.Block().Instrs {
			if i == a {
				return true
			}
			if i == b {
				return false
			}
		}
	}
	seen := make(map[*ssa.BasicBlock]bool)
	stack := []*ssa.BasicBlock{a.Block()}
	for len(stack) > 0 {
		x := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, s := range x.Succs {
			if s == b.Block() {
				return true
			}
			if !seen[s] {
				seen[s] = true
				stack = append(stack, s)
			}
		}
	}
	return false
}

// goroutineWrites lists what a goroutine changes itself, in terms of the function that starts it.
func (a *Analysis) goroutineWrites(g *ssa.Go) []write {
	var out []write
	for _, t := range a.prog.Callees(g) {
		if t.Fn == nil {
			continue
		}
		for _, fn := range append([]*ssa.Function{t.Fn}, t.Fn.AnonFuncs...) {
			for _, b := range fn.Blocks {
				for _, instr := range b.Instrs {
					addr := a.written(instr)
					if addr == nil {
						continue
					}
					p := a.place(addr)
					if p.Root().Kind != access.Cell {
						p = a.prog.Translate(p, t, g.Parent())
					}
					if p.Root().Kind != access.Unknown {
						out = append(out, write{p, instr})
					}
				}
			}
		}
	}
	return out
}

// readAfter finds a read of something written, after the sleep.
func (a *Analysis) readAfter(s *ssa.Call, ws []write) (name string, setter ssa.Instruction) {
	fn := s.Parent()
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if instr == ssa.Instruction(s) || !before(s, instr) {
				continue
			}
			for _, v := range a.reads(instr) {
				p := a.place(v)
				for _, w := range ws {
					if w.path == p || w.path.HasPrefix(p) && p.Root().Kind != access.Param {
						return a.name(v, p), w.instr
					}
				}
			}
		}
	}
	return "", nil
}

// place is the location of v; a captured variable is a location of its own, even
// if it is set only once.
func (a *Analysis) place(v ssa.Value) *access.Path {
	if cell, ok := a.prog.Lexical(v).(*ssa.Alloc); ok {
		switch cell.Type().Underlying().(*types.Pointer).Elem().Underlying().(type) {
		case *types.Map, *types.Slice, *types.Pointer:
		default:
			return a.prog.CellPath(cell)
		}
	}
	return a.prog.Path(v)
}

// name is how the source calls v.
func (a *Analysis) name(v ssa.Value, p *access.Path) string {
	if u, ok := v.(*ssa.UnOp); ok {
		v = u.X
	}
	if cell, ok := a.prog.Lexical(v).(*ssa.Alloc); ok && cell.Comment != "" && !strings.Contains(cell.Comment, "lit") {
		return cell.Comment
	}
	return p.String()
}

// reads are the locations that an instruction looks at for their contents.
func (a *Analysis) reads(instr ssa.Instruction) []ssa.Value {
	switch instr := instr.(type) {
	case *ssa.UnOp:
		if instr.Op == token.MUL {
			return []ssa.Value{instr.X}
		}
	case *ssa.Lookup:
		return []ssa.Value{instr.X}
	case *ssa.Return:
		return instr.Results
	case *ssa.Call:
		if eff, ok := a.prog.Effect(instr.Common()); ok && eff.Op == api.AtomicLoad {
			return []ssa.Value{ssabuild.Receiver(instr.Common())}
		}
	}
	return nil
}
