package accesses

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
	"github.com/conclint/conclint/internal/pattern"
)

// callerLocks are the locks held where a function literal that runs within its
// creator's goroutine is called: at every such place, and at some.
func (a *Analysis) callerLocks(fn *ssa.Function) (must []model.LockOp, may []access.Class) {
	return a.locksAround(fn, 0)
}

// maxAround bounds the literals that call each other.
const maxAround = 4

func (a *Analysis) locksAround(fn *ssa.Function, depth int) (must []model.LockOp, may []access.Class) {
	if fn.Parent() == nil || depth > maxAround {
		return nil, nil
	}
	first := true
	for _, fp := range a.spawn.Footprints(fn) {
		if fp.Prev() == nil || fp.Prev().Prev() != nil {
			continue
		}
		if fp.Async {
			return nil, nil
		}
		set := a.locks.HeldAt(fp.At)
		for _, op := range set.May {
			may = append(may, op.Path.Class())
		}
		held, _ := a.HeldAt(fp.At)
		if fp.Fn != fn {
			above, aboveMay := a.locksAround(fp.Fn, depth+1)
			held = append(held[:len(held):len(held)], above...)
			may = append(may, aboveMay...)
		}
		if first {
			must, first = held, false
			continue
		}
		must = inBoth(must, held)
	}
	return must, may
}

func inBoth(xs, ys []model.LockOp) []model.LockOp {
	var out []model.LockOp
	for _, x := range xs {
		for _, y := range ys {
			if x.Path == y.Path {
				out = append(out, model.LockOp{Path: x.Path, Mode: min(x.Mode, y.Mode)})
			}
		}
	}
	return out
}

// explained matches comments that say why no lock is needed.
var explained = pattern.New(`(?i)\b(no|not|n't|without|never|don't|doesn't|needn't)\b.{0,40}(lock|mutex|synchroni|race|mu\b)|\bsafe\b.{0,60}(lock|mutex|synchroni|concurren|read|write|access)|(accessed|written|read|used|touched|set|modified) only|only (be )?(accessed|written|read|used|touched|set|modified)|single.?threaded|same goroutine|racy|benign|immutable|read.?only|one goroutine`)

// explainedDoc matches comments of functions that say the same of their whole body.
var explainedDoc = pattern.New(`(?i)\b(not|n't|no|without|never)\b.{0,30}\b(need|require|hold|obtain|acquire|tak)\w*.{0,30}\block|\block\w*.{0,20}\bnot (needed|required)|\bmust (not|only) be called\b.{0,10}\b(until|before|after|once)\b`)

// excusedByComment reports whether a comment above the access, or on the field's
// declaration, says why no lock is needed.
func (a *Analysis) excusedByComment(s *Site) bool {
	at := a.prog.Fset.Position(s.Pos)
	for _, f := range a.prog.Files {
		if f.FileStart > s.Pos || s.Pos > f.FileEnd {
			continue
		}
		for _, group := range f.Comments {
			end := a.prog.Fset.Position(group.End())
			start := a.prog.Fset.Position(group.Pos())
			if start.Line < at.Line && end.Line < at.Line && end.Line >= at.Line-3 && explained.MatchString(flat(group.Text())) {
				return true
			}
		}
	}
	return a.excusedFields()[s.fieldVar()]
}

func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// fieldVar is the field that an access selects, nil for others.
func (s *Site) fieldVar() *types.Var {
	switch x := s.selection().(type) {
	case *ssa.FieldAddr, *ssa.Field:
		return ssabuild.FieldOf(x)
	}
	return nil
}

// selection is what selects the variable that an access is about, or a part of it: a field, a package variable, nil for others.
func (s *Site) selection() ssa.Value {
	v := s.Addr
	for range 4 {
		switch x := v.(type) {
		case *ssa.FieldAddr, *ssa.Field, *ssa.Global:
			return x
		case *ssa.UnOp:
			v = x.X
		case *ssa.IndexAddr:
			v = x.X
		default:
			return nil
		}
	}
	return nil
}

// excusedFields are the fields of this package whose comments say that they need no lock.
func (a *Analysis) excusedFields() map[*types.Var]bool {
	if a.excused != nil {
		return a.excused
	}
	a.excused = make(map[*types.Var]bool)
	for _, f := range a.prog.Files {
		ast.Inspect(f, func(n ast.Node) bool {
			st, ok := n.(*ast.StructType)
			if !ok {
				return true
			}
			for _, field := range st.Fields.List {
				if explained.MatchString(flat(field.Doc.Text())) || explained.MatchString(flat(field.Comment.Text())) {
					for _, name := range field.Names {
						if v, ok := a.prog.Info.Defs[name].(*types.Var); ok {
							a.excused[v] = true
						}
					}
				}
			}
			return true
		})
	}
	return a.excused
}

// setBeforeStart reports whether the access runs in a goroutine that is started
// after all writes, which its starter makes.
func (a *Analysis) setBeforeStart(s *Site, writes []*Site) bool {
	if s.Write() || len(writes) == 0 {
		return false
	}
	for _, fp := range a.spawn.Footprints(s.Fn) {
		if fp.Thread == nil {
			if a.spawn.Outside(fp.Fn) {
				return false
			}
			continue
		}
		site := fp.Thread.Site
		for _, w := range writes {
			if w.Fn != site.Parent() || spawn.Between(site, w.Instr) {
				return false
			}
		}
	}
	return true
}

// setOnce reports whether the access reads what its function has tested under the guard before, if all writes only set
// it, under the guard, where it was unset: whoever gets past the test finds it set for good.
func (a *Analysis) setOnce(g *Guard, s *Site, writes []*Site) bool {
	if s.Write() || s.Content || len(writes) == 0 {
		return false
	}
	for _, w := range writes {
		if _, ok := w.holds(g.Lock); !ok || w.Update != model.CheckSet {
			return false
		}
	}
	return slices.ContainsFunc(g.Sites, func(t *Site) bool {
		_, ok := t.holds(g.Lock)
		return ok && !t.Write() && (t.Path == s.Path && spawn.Dominates(t.Instr, s.Instr) || a.calledBefore(t, s))
	})
}

// calledBefore reports whether the function of s has called, before, that of t, which tests the variable of the same object.
func (a *Analysis) calledBefore(t, s *Site) bool {
	return slices.ContainsFunc(a.spawn.Entries(t.Fn), func(e spawn.Entry) bool {
		return e.Spawn == nil && e.Site.Parent() == s.Fn && spawn.Dominates(e.Site, s.Instr) && a.prog.Translate(t.Path, e.Target, s.Fn) == s.Path
	})
}

// usesBase reports whether a spawn's function gets or captures the object, or one
// that contains it. Another object that is only reached through that one may have
// been shared for long.
func (a *Analysis) usesBase(sp *spawn.Spawn, base *access.Path) bool {
	for _, t := range sp.Targets {
		for i := range t.Args {
			if t.Args[i] == nil {
				continue
			}
			typ := t.Args[i].Type()
			if i == 0 && t.Obj != nil && t.Obj.Signature().Recv() != nil {
				typ = t.Obj.Signature().Recv().Type() // perhaps that of an embedded part
			}
			if partOf(base, a.prog.ArgPath(t, i), typ) {
				return true
			}
		}
		if t.Fn != nil {
			if mk := a.prog.Maker(t.Fn); mk != nil {
				for _, b := range mk.Bindings {
					if partOf(base, a.prog.Path(b), b.Type()) {
						return true
					}
				}
			}
		}
	}
	return false
}

// partOf reports whether base is the object at a path, of the given type, or a part of it.
func partOf(base, whole *access.Path, t types.Type) bool {
	if whole == nil || !base.HasPrefix(whole) {
		return false
	}
	return contains(t, base.Selectors()[len(whole.Selectors()):])
}

// takenOut reports whether a container was loaded from a field or variable that
// has been given another value since: the old contents belong to whoever took them.
func (a *Analysis) takenOut(instr ssa.Instruction, container ssa.Value) bool {
	load := a.sourceLoad(container)
	if load == nil {
		return false
	}
	path := a.prog.Path(load.X)
	for _, b := range load.Parent().Blocks {
		for _, in := range b.Instrs {
			st, ok := in.(*ssa.Store)
			if !ok || st.Val == ssa.Value(load) || a.prog.Path(st.Addr) != path || !spawn.Dominates(load, st) {
				continue
			}
			if instr.Parent() != load.Parent() || spawn.Dominates(st, instr) {
				return true
			}
		}
	}
	return false
}

// sourceLoad is the load of a field or global that a container value comes from,
// through a local variable that is assigned once.
func (a *Analysis) sourceLoad(v ssa.Value) *ssa.UnOp {
	for range 8 {
		if next, ok := v.(*ssa.Extract); ok { // the element of a range
			if n, ok := next.Tuple.(*ssa.Next); ok {
				if r, ok := n.Iter.(*ssa.Range); ok {
					v = r.X
					continue
				}
			}
			return nil
		}
		load, ok := v.(*ssa.UnOp)
		if !ok || load.Op != token.MUL {
			return nil
		}
		if elem, ok := load.X.(*ssa.IndexAddr); ok {
			v = elem.X
			continue
		}
		al, isCell := a.prog.Lexical(load.X).(*ssa.Alloc)
		if !isCell {
			return load
		}
		if v = a.prog.SingleStore(al); v == nil {
			return nil
		}
	}
	return nil
}

// forTests reports whether a function exists for tests only, by its name.
func forTests(fn *ssa.Function) bool {
	return ssabuild.LooksLike(fn, "fortest", "testing", "testonly")
}
