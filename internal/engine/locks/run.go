package locks

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// Limits of one function. They are counts of steps, never times, so that the
// same input gives the same result on any machine.
const (
	maxStates = 12    // per block; more means that the function correlates too much to follow
	maxVisits = 6000  // block visits with one state each
	maxBlocks = 20000 // larger functions are generated code; they are skipped with a note
	freeHeld  = 32    // locks held at a time for which an acquisition or a deferred call costs no visits of its own
)

// run analyses one function.
type run struct {
	a       *Analysis
	fn      *ssa.Function
	keys    map[condKey]int
	keyList []condKey
	blocks  []blockStates // by block index
	rpo     []int         // position of each block in reverse post-order
	visits  int
	flags   int             // see [run.capturedFlag]
	asked   map[condKey]int // how often a dynamic type is asked for
	over    bool            // a budget was hit: no claim about unreleased locks

	exits    []exit
	exitAt   map[exitKey]int
	released map[*access.Path][]ssa.Instruction // where locks are released while held: other paths are judged by it
	hooked   map[*access.Path]bool              // locks that a function kept by somebody else releases
	sum      model.Locks
	loopEnds []loopEnd
	takeAt   map[takeKey]int
	events   map[eventKey]*Event

	contracts []Contract // what annotations say of this function's locks
	held      []Contract // of these, the locks that it is called with and returns with
}

// blockStates are the states at the entry of a block, in order of arrival.
type blockStates struct {
	order []string
	by    map[string]*state
	dirty []string
}

// A loopEnd is the end of an iteration that leaves a lock of its own object held.
type loopEnd struct {
	held Held
	end  ssa.Instruction
	head *ssa.BasicBlock
}

// An exit is a state in which control leaves the function.
type exit struct {
	instr ssa.Instruction // *ssa.Return or *ssa.Panic
	state *state
	vals  []model.Val // of the results
}

type exitKey struct {
	instr ssa.Instruction
	key   string
}

func (a *Analysis) newRun(fn *ssa.Function) *run {
	r := &run{
		a: a, fn: fn,
		keys:     make(map[condKey]int),
		blocks:   make([]blockStates, len(fn.Blocks)),
		exitAt:   make(map[exitKey]int),
		released: make(map[*access.Path][]ssa.Instruction),
		takeAt:   make(map[takeKey]int),
		events:   make(map[eventKey]*Event),
	}
	r.contracts = a.Contracts(fn)
	r.held = a.holdsByContract(fn)
	return r
}

// reversePostOrder numbers the blocks so that a block comes after its
// predecessors, back edges apart.
func reversePostOrder(fn *ssa.Function) []int {
	pos := make([]int, len(fn.Blocks))
	seen := make([]bool, len(fn.Blocks))
	next := len(fn.Blocks)
	type frame struct {
		b *ssa.BasicBlock
		i int
	}
	visit := func(root *ssa.BasicBlock) {
		if root == nil || seen[root.Index] {
			return
		}
		seen[root.Index] = true
		stack := []frame{{root, 0}}
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			if f.i < len(f.b.Succs) {
				s := f.b.Succs[f.i]
				f.i++
				if !seen[s.Index] {
					seen[s.Index] = true
					stack = append(stack, frame{s, 0})
				}
				continue
			}
			next--
			pos[f.b.Index] = next
			stack = stack[:len(stack)-1]
		}
	}
	visit(fn.Blocks[0])
	visit(fn.Recover)
	return pos
}

// solve computes the states at all block entries.
func (r *run) solve() {
	if len(r.fn.Blocks) > maxBlocks {
		r.giveUp()
		return
	}
	r.collectConds()
	r.rpo = reversePostOrder(r.fn)
	r.arrive(r.fn.Blocks[0], &state{})
	for {
		b := r.next()
		if b == nil {
			return
		}
		bs := &r.blocks[b.Index]
		key := bs.dirty[0]
		bs.dirty = bs.dirty[1:]
		if r.visits++; r.visits > maxVisits {
			r.giveUp()
			return
		}
		r.process(b, bs.by[key])
	}
}

func (r *run) giveUp() {
	r.over = true
	if !slices.Contains(r.a.overBudget, r.fn) { // recursive functions are solved more than once
		r.a.overBudget = append(r.a.overBudget, r.fn)
	}
}

// next is the block with work that comes first in reverse post-order.
func (r *run) next() *ssa.BasicBlock {
	best := -1
	for i := range r.blocks {
		if len(r.blocks[i].dirty) > 0 && (best < 0 || r.rpo[i] < r.rpo[best]) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	return r.fn.Blocks[best]
}

// arrive adds a state to a block's entry.
func (r *run) arrive(b *ssa.BasicBlock, s *state) {
	bs := &r.blocks[b.Index]
	key := s.key()
	if old, ok := bs.by[key]; ok {
		merged, changed := old.merge(s)
		if !changed {
			return
		}
		bs.by[key] = merged
	} else {
		if len(bs.order) >= maxStates {
			r.over = true
			return
		}
		if bs.by == nil {
			bs.by = make(map[string]*state)
		}
		bs.by[key] = s
		bs.order = append(bs.order, key)
	}
	if !slices.Contains(bs.dirty, key) {
		bs.dirty = append(bs.dirty, key)
	}
}

// process carries one state through block b and into its successors.
func (r *run) process(b *ssa.BasicBlock, in *state) {
	cur := []*state{in}
	for _, instr := range b.Instrs {
		cur = r.step(cur, instr)
		if len(cur) == 0 {
			return // the instruction does not return in any state
		}
	}
	last := b.Instrs[len(b.Instrs)-1]
	for i, succ := range b.Succs {
		pred := ssabuild.PredIndex(b, i)
		for _, s := range cur {
			if cond, ok := last.(*ssa.If); ok {
				var feasible bool
				if s, feasible = r.branch(s, cond.Cond, i == 0); !feasible {
					continue
				}
			}
			r.arrive(succ, r.enter(s, succ, pred))
		}
	}
}

// step applies one instruction to all states and merges those that became alike.
func (r *run) step(cur []*state, instr ssa.Instruction) []*state {
	if !r.matters(instr) {
		return cur
	}
	var out []*state
	for _, s := range cur {
		if v, ok := instr.(ssa.Value); ok {
			s = r.stale(r.redefine(s, v), v)
		}
		out = append(out, r.transfer(s, instr)...)
	}
	if len(out) <= 1 {
		return out
	}
	return r.mergeAll(out)
}

func (r *run) mergeAll(states []*state) []*state {
	at := make(map[string]int, len(states))
	out := states[:0:0]
	for _, s := range states {
		k := s.key()
		if i, ok := at[k]; ok {
			out[i], _ = out[i].merge(s)
			continue
		}
		if len(out) >= maxStates {
			r.over = true
			continue
		}
		at[k] = len(out)
		out = append(out, s)
	}
	return out
}

// matters tells instructions that can change a state from the many that cannot.
func (r *run) matters(instr ssa.Instruction) bool {
	switch instr := instr.(type) {
	case *ssa.Phi:
		return false // applied on the edge, see enter
	case *ssa.Call, *ssa.Go, *ssa.Defer, *ssa.RunDefers, *ssa.Store, *ssa.Return, *ssa.Panic, *ssa.Send, *ssa.Select, *ssa.Alloc, *ssa.Next:
		return true
	case *ssa.UnOp:
		return true // loads and receives are tested and re-executed
	case ssa.Value:
		_, tracked := r.keys[condKey{v: instr}]
		return tracked
	}
	return false
}

// transfer applies one instruction to one state.
func (r *run) transfer(s *state, instr ssa.Instruction) []*state {
	switch instr := instr.(type) {
	case *ssa.Call:
		return r.call(s, instr, instr.Common())
	case *ssa.Go:
		return []*state{r.spawn(s, instr)}
	case *ssa.Defer:
		return []*state{r.deferred(s, instr)}
	case *ssa.RunDefers:
		return r.runDefers(s)
	case *ssa.Alloc:
		return []*state{r.zeroed(s, instr)}
	case *ssa.Store:
		return []*state{r.stored(s, instr)}
	case *ssa.Send:
		r.channelOp(s, instr)
		return []*state{r.exchange(s, instr, instr.Chan, true)}
	case *ssa.Select:
		r.channelOp(s, instr)
		return r.choose(s, instr)
	case *ssa.UnOp:
		r.channelOp(s, instr)
		if instr.Op == token.ARROW {
			return []*state{r.exchange(s, instr, instr.X, false)}
		}
	case *ssa.Return:
		r.leave(s, instr)
	case *ssa.Panic:
		r.exit(s, instr, nil)
	}
	return []*state{s}
}

// deferred pushes a deferred call once; a defer in a loop runs many times, but
// its effect on locks is judged once.
func (r *run) deferred(s *state, d *ssa.Defer) *state {
	r.deferredLock(s, d)
	if slices.Contains(s.defers, d) {
		return s
	}
	c := s.clone()
	c.defers = append(slices.Clone(s.defers), d)
	return c
}

// runDefers applies the pending deferred calls, last first.
func (r *run) runDefers(s *state) []*state {
	cur := []*state{s}
	for i := len(s.defers) - 1; i >= 0; i-- {
		d := s.defers[i]
		var next []*state
		for _, t := range cur {
			r.visits += len(t.held) / freeHeld // a state costs what it holds, and each deferred call makes a new one
			t = t.clone()
			t.defers = s.defers[:i]
			next = append(next, r.call(t, d, d.Common())...)
		}
		cur = r.mergeAll(next)
	}
	return cur
}

// contextError reports whether v is the error of a context.
func (r *run) contextError(v ssa.Value) bool {
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	eff, ok := r.a.prog.Effect(call.Common())
	return ok && eff.Op == api.CtxErr
}

// leave ends the function. The defers of a range-over-func body belong to the
// enclosing function; taking them as run at the end of the body keeps the locks
// balanced, at the price of not seeing them held for the rest of the loop.
func (r *run) leave(s *state, ret *ssa.Return) {
	if ssabuild.IsRangeBody(r.fn) && len(s.defers) > 0 {
		for _, t := range r.runDefers(s) {
			t = t.clone()
			t.defers = nil
			r.exit(t, ret, ret.Results)
		}
		return
	}
	r.exit(s, ret, ret.Results)
}

// exit records a state in which the function ends.
func (r *run) exit(s *state, instr ssa.Instruction, results []ssa.Value) {
	vals := make([]model.Val, len(results))
	for i, v := range results {
		vals[i] = r.eval(s, v)
		if vals[i].Kind == model.NoVal && r.contextError(v) {
			vals[i].Kind = model.NonNil // nobody returns it but to say that the context has ended
		}
	}
	k := exitKey{instr, s.key()}
	if i, ok := r.exitAt[k]; ok {
		e := &r.exits[i]
		e.state, _ = e.state.merge(s)
		for j := range e.vals {
			if e.vals[j] != vals[j] {
				e.vals[j] = model.Val{}
			}
		}
		return
	}
	r.exitAt[k] = len(r.exits)
	r.exits = append(r.exits, exit{instr, s, vals})
}
