package accesses

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine/spawn"
)

// Of several goroutines with a number each, what is done only by number zero is done by one.
//
//	for i := range n {
//		go func(id int) {
//			if id == 0 { report = true }
//		}(i)
//	}

// oneOfThem reports whether both accesses of a meeting of goroutines from one place are made only by the one with a certain number,
// or one is made in a goroutine whose number another has.
func (a *Analysis) oneOfThem(m spawn.Meeting, x, y *Access) bool {
	xs, ys := a.numbersAt(x.Instr, 0), a.numbersAt(y.Instr, 0)
	taken := func(n numbered) bool { return n.taken }
	if m.A.Thread != nil && slices.ContainsFunc(xs, taken) || m.B.Thread != nil && slices.ContainsFunc(ys, taken) {
		return true
	}
	same := m.Same || m.A.Thread != nil && m.A.Thread == m.B.Thread
	return same && slices.ContainsFunc(xs, func(n numbered) bool { return slices.Contains(ys, n) })
}

// A numbered is the outcome of a test of a parameter against a constant.
type numbered struct {
	param  *ssa.Parameter
	number int64
	taken  bool // a call within the starter's goroutine passes the number as a constant: those that vary leave it out
}

// numbersAt are the tests of integer parameters, of the function and those around it, that an instruction comes after.
func (a *Analysis) numbersAt(instr ssa.Instruction, depth int) []numbered {
	if depth > maxAround {
		return nil
	}
	var out []numbered
	b := instr.Block()
	for d := b.Idom(); d != nil; d = d.Idom() {
		br, ok := d.Instrs[len(d.Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		a.eachEqual(br.Cond, func(n numbered, op token.Token) {
			i := 0
			if op == token.NEQ {
				i = 1
			}
			if s := d.Succs[i]; len(s.Preds) == 1 && s.Dominates(b) {
				out = append(out, n)
			}
		})
	}
	if fn := instr.Parent(); fn.Parent() != nil {
		for _, e := range a.spawn.Entries(fn) {
			if e.Spawn == nil && e.Site.Parent() == fn.Parent() {
				out = append(out, a.numbersAt(e.Site, depth+1)...)
			}
		}
	}
	return out
}

// eachEqual calls yield for the comparison of a parameter with a number that a condition is.
func (a *Analysis) eachEqual(cond ssa.Value, yield func(numbered, token.Token)) {
	cmp, ok := cond.(*ssa.BinOp)
	if !ok || cmp.Op != token.EQL && cmp.Op != token.NEQ {
		return
	}
	k, ok := cmp.Y.(*ssa.Const)
	if !ok || k.Value == nil {
		return
	}
	t, ok := k.Type().Underlying().(*types.Basic)
	if !ok || t.Info()&types.IsInteger == 0 {
		return
	}
	if p := a.parameter(cmp.X); p != nil {
		if differs, taken := a.differs(p, k); differs {
			yield(numbered{p, k.Int64(), taken}, cmp.Op)
		}
	}
}

// parameter is the parameter that a value is, also where a literal shares it; nil for other values.
func (a *Analysis) parameter(v ssa.Value) *ssa.Parameter {
	p, _ := a.prog.Origin(v).(*ssa.Parameter)
	return p
}

// differs reports whether a parameter is the number in one goroutine at most: it varies, or is that number at one call which runs
// once, and whether there is such a call.
func (a *Analysis) differs(p *ssa.Parameter, number *ssa.Const) (differs, taken bool) {
	fn := p.Parent()
	i := slices.Index(fn.Params, p)
	calls := 0
	for _, e := range a.spawn.Entries(fn) {
		if i >= len(e.Target.Args) || e.Target.Args[i] == nil {
			return false, false
		}
		k, constant := e.Target.Args[i].(*ssa.Const)
		if !constant || k.Value == nil || k.Int64() != number.Int64() {
			continue
		}
		calls++
		taken = e.Spawn == nil
		if e.Spawn != nil && (e.Spawn.InLoop || e.Spawn.Many) || a.Shared(e.Site.Parent()) {
			return false, false
		}
	}
	return calls < 2, taken
}
