package locks

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// lockPath is the location of the lock behind v.
func (r *run) lockPath(v ssa.Value) *access.Path {
	if v == nil {
		return r.a.prog.Paths.Unknown("")
	}
	return r.alias(r.a.prog.Path(v))
}

// alias replaces the L of a condition by the lock that the condition was made with.
func (r *run) alias(p *access.Path) *access.Path {
	if p.Selector() != "L" || p.Parent() == nil {
		return p
	}
	if q := r.a.condLock(p.Parent()); q != nil {
		return q
	}
	return p
}

// lock applies an unconditional acquisition.
func (r *run) lock(s *state, site ssa.Instruction, op model.LockOp) *state {
	chain := []model.Hop{r.hop(site)}
	t := model.Take{LockOp: op, Chain: chain, Before: s.released, Conds: r.entryConds(s)}
	r.consider(s, site, &t, nil, true)
	if !r.a.prog.UnpublishedAt(op.Path, site) {
		r.addTake(&t)
	}
	s = r.relocked(s, op.Path)
	return s.acquire(Held{LockOp: op, Site: site, Chain: chain})
}

// tryLock forks: held where the result is true. It never waits, so it is no edge
// of a lock order and cannot deadlock by itself.
func (r *run) tryLock(s *state, site ssa.CallInstruction, op model.LockOp) []*state {
	won := s.acquire(Held{LockOp: op, Site: site, Chain: []model.Hop{r.hop(site)}})
	call, ok := site.(*ssa.Call)
	if !ok {
		return []*state{s}
	}
	i, tracked := r.tracked(condKey{v: call})
	if j := s.find(op.Path); tracked && j >= 0 && op.Path.Exact() && !s.held[j].Once && (s.held[j].Mode == api.Write || op.Mode == api.Write) {
		return []*state{s.set(i, model.Val{Kind: model.False})} // this goroutine holds it
	}
	if !tracked {
		return []*state{won} // the result is ignored: the code behaves as if it always succeeded
	}
	return []*state{won.set(i, model.Val{Kind: model.True}), s.set(i, model.Val{Kind: model.False})}
}

// unlock applies a release. direct is false for the effect of a callee, whose
// paths may be imprecise: then nothing is claimed about double releases.
func (r *run) unlock(s *state, site ssa.Instruction, op model.LockOp, direct bool) *state {
	if i := s.find(op.Path); i >= 0 {
		if h := s.held[i]; direct && h.Mode != op.Mode && op.Path.Exact() && len(h.Chain) == 1 {
			r.event(Event{Kind: WrongMode, Site: site, Held: h, Op: op})
		}
		r.noteRelease(op.Path, site)
		s = s.remove(i)
		if direct && op.Path.Exact() {
			s = s.free(op.Path)
		}
		return s
	}
	if i := r.onlyCandidate(s, op.Path); i >= 0 {
		r.noteRelease(s.held[i].Path, site)
		return s.remove(i)
	}
	if !direct && len(r.released[op.Path]) > 0 {
		return s // a helper that releases what is still held: not, if it has done so before
	}
	if direct && slices.Contains(s.freed, op.Path) {
		r.event(Event{Kind: DoubleUnlock, Site: site, Op: op})
		return s
	}
	return s.giveUp(op)
}

// noteRelease remembers where a lock that is held is released.
func (r *run) noteRelease(p *access.Path, site ssa.Instruction) {
	if !slices.Contains(r.released[p], site) {
		r.released[p] = append(r.released[p], site)
	}
}

// onlyCandidate is the one held lock that op may be under another name: of the
// same class, one of the two not rooted in something nameable.
func (r *run) onlyCandidate(s *state, p *access.Path) int {
	found := -1
	for i, h := range s.held {
		if h.Path.Class() != p.Class() || p.Class() == "" {
			continue
		}
		if nameable(h.Path) && nameable(p) {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = i
	}
	return found
}

// nameable reports whether two different such paths are most likely different objects.
func nameable(p *access.Path) bool {
	switch p.Root().Kind {
	case access.Param, access.Global:
		return p.Exact()
	}
	return false
}

// once runs a function under a sync.Once, which behaves like a lock that is
// taken for good: entering it from inside its own function never returns.
func (r *run) once(s *state, site ssa.CallInstruction, common *ssa.CallCommon, eff api.Effect) []*state {
	op := model.LockOp{Path: r.lockPath(ssabuild.Receiver(common)), Mode: api.Write}
	t := model.Take{LockOp: op, Chain: []model.Hop{r.hop(site)}, Before: s.released, Conds: r.entryConds(s), Once: true}
	r.consider(s, site, &t, nil, true)
	r.addTake(&t)
	in := s.acquire(Held{LockOp: op, Site: site, Chain: t.Chain, Once: true})
	var out []*state
	for _, u := range r.firstRun(in, site, ssabuild.Arg(common, eff.Func)) {
		if i := u.find(op.Path); i >= 0 && u.held[i].Once {
			u = u.remove(i)
		}
		out = append(out, u)
	}
	return r.mergeAll(out)
}

// firstRun runs a function that a sync.Once runs. What it releases is released after the call, whether by this run of it or
// by an earlier one; see [run.unlock].
func (r *run) firstRun(s *state, site ssa.CallInstruction, fn ssa.Value) []*state {
	targets := r.a.prog.FuncsOf(fn)
	if len(targets) == 1 {
		if sum := r.a.summaryOf(targets[0]); sum != nil && len(sum.Outcomes) > 0 && releasesOnly(sum.Outcomes) {
			return r.mergeAll(r.outcomes(s, site, targets[0], sum.Outcomes, false))
		}
	}
	return r.callback(s, site, fn, nil, nil)
}

func releasesOnly(outs []model.Outcome) bool {
	return !slices.ContainsFunc(outs, func(o model.Outcome) bool { return len(o.Released) == 0 || len(o.Acquired) > 0 })
}

// wrappedOnce is the function behind a value that sync.OnceFunc made, nil for other values.
func (r *run) wrappedOnce(v ssa.Value) ssa.Value {
	if load, ok := v.(*ssa.UnOp); ok {
		v = r.a.prog.Lexical(load.X)
	}
	if free, ok := v.(*ssa.FreeVar); ok {
		v = r.a.prog.Lexical(free)
	}
	if cell, ok := v.(*ssa.Alloc); ok {
		v = r.a.prog.SingleStore(cell)
	}
	call, ok := v.(*ssa.Call)
	if !ok {
		return nil
	}
	if eff, ok := r.a.prog.Effect(call.Common()); !ok || eff.Op != api.OnceWrap {
		return nil
	} else {
		return ssabuild.Arg(call.Common(), eff.Func)
	}
}

// deferredLock notices `defer mu.Lock()` where Unlock was meant: the lock is held already.
func (r *run) deferredLock(s *state, d *ssa.Defer) {
	eff, ok := r.a.prog.Effect(d.Common())
	if !ok || eff.Op != api.Lock || eff.Try {
		return
	}
	path, mode := lockView(r.lockPath(ssabuild.Receiver(d.Common())), eff.Mode)
	if i := s.find(path); i >= 0 && path.Exact() {
		r.event(Event{Kind: DeferredLock, Site: d, Held: s.held[i], Op: model.LockOp{Path: path, Mode: mode}})
	}
}

// take considers a lock that a callee takes.
func (r *run) take(s *state, site ssa.CallInstruction, t ssabuild.Target, ct *model.Take, extra []model.LockOp, hop model.Hop, weak bool) {
	conds, feasible := r.callerConds(s, t, ct.Conds)
	if !feasible {
		return
	}
	nt := model.Take{LockOp: r.translate(ct.LockOp, t), Weak: ct.Weak || weak, Once: ct.Once}
	if r.fresh(nt.Path) {
		return
	}
	for _, b := range ct.Before {
		nt.Before = append(nt.Before, r.translate(b, t))
	}
	nt.Before = appendOps(nt.Before, s.released)
	nt.Conds = mergeConds(conds, r.entryConds(s))
	if len(ct.Chain) >= maxChain {
		return
	}
	nt.Chain = append([]model.Hop{hop}, ct.Chain...)
	r.consider(s, site, &nt, extra, false)
	// What this function took itself is nothing that its callers give up.
	above := nt
	above.Before = slices.DeleteFunc(slices.Clone(nt.Before), func(op model.LockOp) bool { return s.find(op.Path) >= 0 })
	r.addTake(&above)
}

// Limits of the takes of a summary. Longer chains and lists say little and made
// summaries grow without bound along recursion.
const (
	maxTakes = 48
	maxChain = 9
)

// A takeKey tells apart the circumstances of taking a lock. They must not be
// merged: a lock taken only if a parameter is true, and elsewhere taken only
// after it was given up, is never taken from a caller that holds it.
type takeKey struct {
	path int
	mode api.Mode
	once bool
	when string
}

// maxVariants bounds the circumstances kept per lock; beyond, the last two are merged.
const maxVariants = 4

// addTake adds a take to the summary; of takes in the same circumstances the
// one with the shortest chain is kept.
func (r *run) addTake(t *model.Take) {
	if r.fresh(t.Path) {
		return
	}
	k := takeKey{t.Path.ID(), t.Mode, t.Once, circumstances(t)}
	if i, ok := r.takeAt[k]; ok {
		old := &r.sum.Takes[i]
		old.Weak = old.Weak && t.Weak
		if len(t.Chain) < len(old.Chain) {
			old.Chain = t.Chain
		}
		return
	}
	variants, last := 0, -1
	for i := range r.sum.Takes {
		if old := &r.sum.Takes[i]; old.Path == t.Path && old.Mode == t.Mode && old.Once == t.Once {
			variants++
			last = i
		}
	}
	if variants >= maxVariants {
		old := &r.sum.Takes[last]
		old.Conds = commonConds(old.Conds, t.Conds)
		old.Before = commonOps(old.Before, t.Before)
		old.Weak = old.Weak && t.Weak
		return
	}
	if len(r.sum.Takes) >= maxTakes {
		return
	}
	r.takeAt[k] = len(r.sum.Takes)
	r.sum.Takes = append(r.sum.Takes, *t)
}

// circumstances is a canonical text of what restricts a take.
func circumstances(t *model.Take) string {
	parts := make([]string, 0, len(t.Conds)+len(t.Before))
	for _, c := range t.Conds {
		id := -1
		if c.Path != nil {
			id = c.Path.ID()
		}
		parts = append(parts, fmt.Sprintf("c%d.%d.%d.%d.%d", c.When, c.Index, id, c.Val.Kind, c.Val.N))
	}
	for _, b := range t.Before {
		parts = append(parts, fmt.Sprintf("b%d", b.Path.ID()))
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// fresh reports whether the lock belongs to an object made in this function that
// nobody else can know yet.
func (r *run) fresh(p *access.Path) bool { return r.a.prog.Unpublished(p, r.fn) }

// entryConds are the facts about the function's own parameters, under which what
// happens now happens at all.
func (r *run) entryConds(s *state) []model.Cond {
	var out []model.Cond
	for _, f := range s.facts {
		k := r.subject(f.key)
		if k.path != nil || k.v == nil {
			continue
		}
		if i, ok := r.paramOf(k.v); ok {
			out = mergeConds(out, []model.Cond{{Index: i, Val: f.val}})
			continue
		}
		if a, ok := k.v.(*ssa.Alloc); ok && k.idx < 0 && a.Parent() != r.fn && !r.a.captured(r.fn)[a] {
			out = append(out, model.Cond{Path: r.a.prog.CellPath(a), Val: f.val})
		}
	}
	return out
}

// paramOf tells which parameter of the function v is, directly or as the
// variable that a captured parameter lives in.
func (r *run) paramOf(v ssa.Value) (int, bool) {
	if a, ok := v.(*ssa.Alloc); ok && a.Parent() == r.fn {
		if val := r.a.prog.SingleStore(a); val != nil {
			v = val
		}
	}
	prm, ok := v.(*ssa.Parameter)
	if !ok || prm.Parent() != r.fn {
		return 0, false
	}
	return slices.Index(r.fn.Params, prm), true
}

// callerConds instantiates entry conditions at a call: those that hold vanish,
// those about a parameter of this function stay, others are forgotten.
func (r *run) callerConds(s *state, t ssabuild.Target, conds []model.Cond) (out []model.Cond, feasible bool) {
	for _, c := range conds {
		if c.Path != nil && !c.Result {
			kept, possible := r.capturedCond(s, t, c)
			if !possible {
				return nil, false
			}
			out = append(out, kept...)
			continue
		}
		if c.Result || c.Index >= len(t.Args) || t.Args[c.Index] == nil {
			continue
		}
		arg := t.Args[c.Index]
		known := r.eval(s, arg)
		if known.Contradicts(c.Val) {
			return nil, false
		}
		if known.Kind != model.NoVal {
			continue
		}
		if u, ok := arg.(*ssa.UnOp); ok {
			if a, ok := r.a.prog.Lexical(u.X).(*ssa.Alloc); ok {
				arg = a
			}
		}
		if i, ok := r.paramOf(arg); ok {
			c.Index = i
			out = append(out, c)
		}
	}
	return out, true
}

// capturedCond instantiates a condition on a captured variable.
func (r *run) capturedCond(s *state, t ssabuild.Target, c model.Cond) (kept []model.Cond, possible bool) {
	k := r.pathKey(r.a.prog.Translate(c.Path, t, r.fn))
	if i, ok := r.tracked(k); ok {
		switch known := s.get(i); {
		case known.Contradicts(c.Val):
			return nil, false
		case known.Kind != model.NoVal:
			return nil, true
		}
	}
	a, ok := k.v.(*ssa.Alloc)
	if !ok {
		return nil, true
	}
	if i, ok := r.paramOf(a); ok {
		if known := r.eval(s, r.fn.Params[i]); known.Contradicts(c.Val) {
			return nil, false
		}
		return []model.Cond{{Index: i, Val: c.Val}}, true
	}
	if a.Parent() != r.fn && ssabuild.Encloses(a.Parent(), r.fn) {
		return []model.Cond{{Path: r.a.prog.CellPath(a), Val: c.Val}}, true
	}
	return nil, true
}

func mergeConds(a, b []model.Cond) []model.Cond {
	for _, c := range b {
		if !slices.Contains(a, c) {
			a = append(a, c)
		}
	}
	return a
}

func commonConds(a, b []model.Cond) []model.Cond {
	var out []model.Cond
	for _, c := range a {
		if slices.Contains(b, c) {
			out = append(out, c)
		}
	}
	return out
}

func appendOps(a, b []model.LockOp) []model.LockOp {
	for _, op := range b {
		if len(a) >= maxParamCalls {
			break
		}
		if !slices.Contains(a, op) {
			a = append(a, op)
		}
	}
	return a
}

func commonOps(a, b []model.LockOp) []model.LockOp {
	var out []model.LockOp
	for _, op := range a {
		if slices.Contains(b, op) {
			out = append(out, op)
		}
	}
	return out
}
