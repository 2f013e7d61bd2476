package locks

import (
	"go/types"
	"maps"
	"slices"
	"sort"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// maxOutcomes bounds the ways in which a function may leave the locks; a function
// with more is taken as neutral.
const maxOutcomes = 4

// group collects the exits that leave the locks alike.
type group struct {
	acquired []model.LockOp
	released []model.LockOp
	conds    []model.Cond
	jump     []model.Cond // see [run.jump]
	exits    []int
}

func (g *group) neutral() bool { return len(g.acquired) == 0 && len(g.released) == 0 }

// summarise turns the exits into outcomes. An outcome that changes locks is kept
// only if no exit is neutral, or if a condition separates it from each neutral
// one; otherwise it is this function's own fault, reported here, and callers
// treat the call as neutral. Without that rule wrong "held" effects pile up in callers.
func (r *run) summarise() {
	if r.over {
		return
	}
	for _, l := range r.loopEnds {
		if l.held.Mode == api.Token && !r.releasedInLoop(l) {
			continue
		}
		if len(r.released[l.held.Path]) > 0 && !r.keptBeyond(l.held.Path) { // others release it: not a loop that locks them all
			r.a.leaks = append(r.a.leaks, leak{run: r, exit: l.end, held: l.held, balanced: true, someNeutral: true, loop: true})
		}
	}
	groups := r.groups()
	var neutral []int
	for _, g := range groups {
		if g.neutral() {
			neutral = append(neutral, g.exits...)
		}
	}
	kept := 0
	for _, g := range groups {
		if g.neutral() {
			continue
		}
		separated := true
		for _, i := range neutral {
			if !separates(g.conds, r.exitConds(i)) {
				separated = false
			}
		}
		if separated && !(len(g.acquired) > 0 && r.returnsHandle()) {
			kept++
			r.sum.Outcomes = append(r.sum.Outcomes, model.Outcome{Acquired: g.acquired, Released: g.released, Conds: g.conds})
		}
		r.leaks(g, len(neutral) > 0, separated)
	}
	limit := maxOutcomes
	if ssabuild.IsRangeBody(r.fn) {
		limit *= 4 // one per return statement inside the loop
	}
	if kept == 0 || kept > limit {
		r.sum.Outcomes = r.onlyReturnsIf()
		return
	}
	for _, g := range groups {
		if g.neutral() {
			r.sum.Outcomes = append(r.sum.Outcomes, r.neutralOutcomes(g)...)
		}
	}
}

// neutralOutcomes are the ways to leave all locks alone. What is common to all of
// them may be nothing although each excludes the others, as in a literal that
// unlocks if two flags say so.
func (r *run) neutralOutcomes(g *group) []model.Outcome {
	if len(g.conds) > 0 || len(g.exits) > maxOutcomes {
		return []model.Outcome{{Conds: g.conds}}
	}
	out := make([]model.Outcome, 0, len(g.exits))
	for _, i := range g.exits {
		conds := r.exitConds(i)
		if len(conds) == 0 {
			return []model.Outcome{{}}
		}
		out = append(out, model.Outcome{Conds: conds})
	}
	return out
}

// releasedInLoop reports whether an iteration of the loop gives back what it took
// on some other way.
func (r *run) releasedInLoop(l loopEnd) bool {
	body := loopBody(l.head)
	return slices.ContainsFunc(r.released[l.held.Path], func(rel ssa.Instruction) bool { return body[rel.Block()] })
}

// returnsHandle reports whether the function returns an object that, by custom,
// stands for what was acquired: a transaction, a session, a locked entry. The
// lock then goes with the object, whose own methods release it, and nothing is
// said about the caller. A returned function is followed instead.
func (r *run) returnsHandle() bool {
	results := r.fn.Signature.Results()
	for i := range results.Len() {
		switch t := results.At(i).Type(); t.Underlying().(type) {
		case *types.Pointer, *types.Struct:
			return true
		case *types.Interface:
			if !isError(t) {
				return true
			}
		}
	}
	return false
}

// keptBeyond reports whether the owner of a lock is assigned to a variable that
// outlives the iteration: the lock is then carried out of it on purpose.
func (r *run) keptBeyond(lock *access.Path) bool {
	owner := lock.Parent()
	if owner == nil {
		return false
	}
	for _, b := range r.fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Phi:
				for _, e := range instr.Edges {
					if _, isConst := e.(*ssa.Const); !isConst && r.a.prog.Path(e) == owner {
						return true
					}
				}
			case *ssa.Store:
				if _, isVar := r.a.prog.Lexical(instr.Addr).(*ssa.Alloc); !isVar || !isLockable(instr.Val.Type()) {
					continue
				}
				if _, isParam := instr.Val.(*ssa.Parameter); isParam {
					continue // a captured parameter's own cell
				}
				if _, isConst := instr.Val.(*ssa.Const); !isConst && r.a.prog.Path(instr.Val) == owner {
					return true
				}
			}
		}
	}
	return false
}

// onlyReturnsIf is the outcome of a function that returns only under conditions
// on its arguments, such as require.NoError: otherwise it ends the goroutine.
func (r *run) onlyReturnsIf() []model.Outcome {
	var conds []model.Cond
	first := true
	for i := range r.exits {
		if _, isReturn := r.exits[i].instr.(*ssa.Return); !isReturn {
			continue
		}
		c := r.entryConds(r.exits[i].state)
		if first {
			conds, first = c, false
		} else {
			conds = commonConds(conds, c)
		}
	}
	if len(conds) == 0 {
		return nil
	}
	return []model.Outcome{{Conds: conds}}
}

// jump are the conditions by which the body of a range-over-func loop tells the
// enclosing function where to go on: exits that differ in them stay apart.
func (r *run) jump(i int) []model.Cond {
	if !ssabuild.IsRangeBody(r.fn) {
		return nil
	}
	return slices.DeleteFunc(r.exitConds(i), func(c model.Cond) bool { return c.Path == nil || c.When != model.OnExit })
}

// groups sorts the exits by what they leave, in order of their first exit.
func (r *run) groups() []*group {
	var out []*group
	for i := range r.exits {
		e := &r.exits[i]
		if _, isReturn := e.instr.(*ssa.Return); !isReturn {
			continue
		}
		var acquired []model.LockOp
		for _, h := range e.state.held {
			if !h.Once && !r.fresh(h.Path) {
				acquired = append(acquired, h.LockOp)
			}
		}
		released := slices.Clone(e.state.released)
		sortOps(acquired)
		sortOps(released)
		var g *group
		for _, h := range out {
			if slices.Equal(h.acquired, acquired) && slices.Equal(h.released, released) && slices.Equal(h.jump, r.jump(i)) {
				g = h
			}
		}
		if g == nil {
			g = &group{acquired: acquired, released: released, conds: r.exitConds(i), jump: r.jump(i)}
			out = append(out, g)
		} else {
			g.conds = commonConds(g.conds, r.exitConds(i))
		}
		g.exits = append(g.exits, i)
	}
	return out
}

func sortOps(ops []model.LockOp) {
	sort.Slice(ops, func(i, j int) bool {
		if ops[i].Path != ops[j].Path {
			return ops[i].Path.ID() < ops[j].Path.ID()
		}
		return ops[i].Mode < ops[j].Mode
	})
}

// exitConds is all that the caller can see of an exit.
func (r *run) exitConds(i int) []model.Cond {
	e := &r.exits[i]
	var out []model.Cond
	for j, v := range e.vals {
		if v.Kind != model.NoVal {
			out = append(out, model.Cond{When: model.OnExit, Result: true, Index: j, Val: v})
		}
	}
	out = append(out, r.entryConds(e.state)...)
	for _, f := range e.state.facts {
		if a, ok := r.subject(f.key).v.(*ssa.Alloc); ok && r.subject(f.key).idx < 0 && a.Parent() != r.fn {
			c := model.Cond{When: model.OnExit, Path: r.a.prog.CellPath(a), Val: f.val}
			if !r.a.captured(r.fn)[a] {
				c.When = model.OnEntry // not assigned here: it had the value on entry already
			}
			out = append(out, c)
		}
	}
	return out
}

// separates reports whether some condition of one side contradicts the other.
func separates(a, b []model.Cond) bool {
	for _, c := range a {
		for _, d := range b {
			if c.When == d.When && c.Result == d.Result && c.Index == d.Index && c.Path == d.Path && c.Val.Contradicts(d.Val) {
				return true
			}
		}
	}
	return false
}

// leaks notes the exits of a group that leave locks held. Whether they are
// faults depends on the rest of the package, see [Analysis.Leaks].
func (r *run) leaks(g *group, someNeutral, separated bool) {
	for _, op := range g.acquired {
		for _, i := range g.exits {
			e := &r.exits[i]
			j := e.state.find(op.Path)
			if j < 0 {
				continue
			}
			r.a.leaks = append(r.a.leaks, leak{
				run: r, exit: e.instr, held: e.state.held[j],
				balanced: len(r.released[op.Path]) > 0, someNeutral: someNeutral, separated: separated,
				conds: r.exitConds(i),
			})
		}
	}
}

// returns finds getters and constructors: the locations that results are, and
// results that are new objects.
func (r *run) returns() {
	sig := r.fn.Signature.Results()
	n := sig.Len()
	if n == 0 {
		return
	}
	returns := make([]*access.Path, n)
	fresh := make([]bool, n)
	for i := range n {
		if !isLockable(sig.At(i).Type()) {
			continue
		}
		var path *access.Path
		consistent, allFresh, seen := true, true, false
		for _, b := range r.fn.Blocks {
			ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
			if !ok || i >= len(ret.Results) {
				continue
			}
			v := ret.Results[i]
			if c, isConst := v.(*ssa.Const); isConst && c.IsNil() {
				continue
			}
			q := r.a.prog.Path(v)
			if seen && q != path {
				consistent = false
			}
			path, seen = q, true
			allFresh = allFresh && r.a.prog.UnpublishedObject(q, r.fn) && q.Depth() == 0
		}
		if !seen {
			continue
		}
		if consistent && (path.Root().Kind == access.Param && rootedIn(path, r.fn) || path.Root().Kind == access.Global) && path.Exact() {
			returns[i] = path
		}
		fresh[i] = allFresh
		if a, ok := path.Root().Owner.(*ssa.Alloc); allFresh && consistent && ok {
			r.inits(i, a)
		}
	}
	if slices.ContainsFunc(returns, func(p *access.Path) bool { return p != nil }) {
		r.sum.Returns = returns
	}
	if slices.Contains(fresh, true) {
		r.sum.Fresh = fresh
	}
}

// inits records what the fields of a new object in a result were set to.
func (r *run) inits(result int, a *ssa.Alloc) {
	fields := r.a.prog.FieldInits(a)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if p := fields[name]; p.Root().Kind == access.Global || rootedIn(p, r.fn) {
			r.sum.Inits = append(r.sum.Inits, model.Init{Result: result, Field: name, Path: p})
		}
	}
}

// rootedIn reports whether a parameter path belongs to fn.
func rootedIn(p *access.Path, fn *ssa.Function) bool {
	owner, ok := p.Root().Owner.(*ssa.Function)
	return ok && owner == fn
}
