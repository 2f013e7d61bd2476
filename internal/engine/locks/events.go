package locks

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/annotations"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// EventKind says what was noticed.
type EventKind uint8

// What can be noticed while a function is followed.
const (
	Relock       EventKind = iota // a lock taken while the same instance is held
	WrongMode                     // a lock released in another mode than it was taken
	DoubleUnlock                  // a lock released again after this function released it
	DeferredLock                  // a deferred Lock of a lock that is held already
	Blocked                       // an operation that may wait, while a lock is held
	Leak                          // an exit that leaves a lock held
	Broken                        // an exit that does not leave a lock as an annotation says
)

// An Event is something noticed at an instruction. What it is worth is for the
// analyzers to judge.
type Event struct {
	Kind  EventKind
	Fn    *ssa.Function
	Site  ssa.Instruction
	Held  Held            // the lock held
	Op    model.LockOp    // the operation on it, for the kinds about one
	Take  *model.Take     // of Relock
	Block *model.Blocking // of Blocked
	Chain []model.Hop     // of Blocked: the calls from Site to the operation
	Leak  *LeakInfo       // of Leak
	Loop  bool            // of Relock: the same Lock in the next iteration, with no deferred release pending
	Back  bool            // of Relock: the instance is reached through a back reference

	Callback bool // of Blocked: a function that was handed in is called

	Contract token.Pos        // of the annotation that says that the lock is held (Relock) or how it is left (Broken)
	Promise  annotations.Kind // of Broken
}

// LeakInfo is the evidence around an exit that leaves a lock held.
type LeakInfo struct {
	Exit     ssa.Instruction
	Balanced bool            // other paths of the function release it
	Loop     bool            // an iteration ends there, not the function
	Panic    *PanicInfo      // a panic leaves there; nil for an ordinary exit
	Handed   ssa.Instruction // the go statement that handed the lock to the goroutine that ends, nil if the function took it
	Paired   bool            // others release locks of the class, and the exit is no failure: it may be meant
}

type eventKey struct {
	kind EventKind
	site ssa.Instruction
	held int
	take int
}

// event notes e once per site and lock.
func (r *run) event(e Event) {
	if r.a.quiet || r.a.excused(r.fn, e.Site) {
		return
	}
	e.Fn = r.fn
	k := eventKey{kind: e.Kind, site: e.Site, take: -1, held: -1}
	if e.Held.Path != nil {
		k.held = e.Held.Path.ID()
	}
	if e.Take != nil {
		k.take = e.Take.Path.ID()
	}
	if _, dup := r.events[k]; dup {
		return
	}
	r.events[k] = &e
	r.a.events = append(r.a.events, &e)
}

// consider compares a lock about to be taken with those held: the same instance
// is a relock, another one an edge of the lock order.
func (r *run) consider(s *state, site ssa.Instruction, t *model.Take, extra []model.LockOp, direct bool) {
	check := func(h Held) {
		if h.Mode == api.Token {
			return
		}
		for _, b := range t.Before {
			if b.Path == h.Path {
				return
			}
		}
		if access.Same(h.Path, t.Path) {
			if direct && h.Site == site && h.Mode == api.Read {
				return // a count of read locks, given back in another loop
			}
			if r.hooked[h.Path] {
				return
			}
			if h.Once == t.Once {
				r.event(Event{Kind: Relock, Site: site, Held: h, Op: t.LockOp, Take: t,
					Loop: direct && h.Site == site && !r.pendingRelease(s, h.Path)})
			}
			return
		}
		if !t.Weak && !direct && h.Once == t.Once && backReference(h.Path, t.Path) {
			r.event(Event{Kind: Relock, Site: site, Held: h, Op: t.LockOp, Take: t, Back: true})
			return
		}
		r.edge(s, site, h, t)
	}
	r.againstContract(s, site, t)
	for _, h := range s.held {
		check(h)
	}
	for _, op := range extra {
		check(Held{LockOp: op, Site: site, Chain: []model.Hop{r.hop(site)}})
	}
}

// pendingRelease reports whether a deferred call will release the lock.
func (r *run) pendingRelease(s *state, path *access.Path) bool {
	for _, d := range s.defers {
		if eff, ok := r.a.prog.Effect(d.Common()); ok {
			if eff.Op == api.Unlock && r.lockPath(ssabuild.Receiver(d.Common())) == path {
				return true
			}
			continue
		}
		for _, t := range r.a.prog.Callees(d) {
			if sum := r.a.summaryOf(t); sum != nil {
				for i := range sum.Outcomes {
					for _, op := range sum.Outcomes[i].Released {
						if r.translate(op, t).Path == path {
							return true
						}
					}
				}
			}
		}
	}
	return false
}

// backReference reports whether taken is, most likely, the lock held: its path
// leaves the object that owns held and comes back to the type through a field of
// another type, as in s.mu and s.replicas[].store.mu. A field of the type itself
// (s.parent.mu, s.children[].mu) leads to another instance of a hierarchy.
func backReference(held, taken *access.Path) bool {
	if held.Class() != taken.Class() || held.Class() == "" || !held.Exact() {
		return false
	}
	owner, back := held.Parent(), taken.Parent()
	for owner != nil && back != nil && owner.Parent() != nil && back.Parent() != nil && owner.Selector() == back.Selector() && owner.Class() == back.Class() && ownsLock(owner) {
		owner, back = owner.Parent(), back.Parent()
	}
	if owner == nil || back == nil || back == owner || !back.HasPrefix(owner) {
		return false
	}
	return back.Class() != "" && back.Selector() != access.Elem && typeOf(back.Class()) != typeOf(held.Class())
}

// ownsLock reports whether a path is a part of the object itself, such as the
// anonymous struct in s.mu.Mutex, rather than a reference to another object.
func ownsLock(p *access.Path) bool {
	return p.Parent() != nil && p.Parent().Parent() == nil
}

// typeOf is the type part of a field's class.
func typeOf(c access.Class) string {
	s := string(c)
	slash := strings.LastIndexByte(s, '/') + 1
	parts := strings.SplitN(s[slash:], ".", 3)
	if len(parts) < 3 {
		return s
	}
	return s[:slash] + parts[0] + "." + parts[1]
}

// edge notes that t is taken while h is held.
func (r *run) edge(s *state, site ssa.Instruction, h Held, t *model.Take) {
	from, to := h.Path.Class(), t.Path.Class()
	if r.a.quiet || from == "" || to == "" || r.fresh(h.Path) || r.fresh(t.Path) || r.a.prog.UnpublishedAt(t.Path, site) {
		return
	}
	e := Edge{
		Edge: model.Edge{
			From: from, To: to, FromMode: h.Mode, ToMode: t.Mode,
			FromName: h.Path.String(), ToName: t.Path.String(),
			Func: ssabuild.FuncName(r.fn), Weak: t.Weak,
			Outer: h.Chain, Inner: t.Chain,
		},
		Fn: r.fn, Site: site, FromPath: h.Path, ToPath: t.Path,
	}
	r.visits += len(s.held) / freeHeld
	for _, g := range s.held {
		if slices.ContainsFunc(t.Before, func(op model.LockOp) bool { return op.Path == g.Path }) {
			continue // given up before
		}
		if g.Path != h.Path && g.Path.Class() != "" && g.Mode != api.Token {
			e.Gates = append(e.Gates, model.Gate{Class: g.Path.Class(), Mode: g.Mode})
		}
	}
	r.a.addEdge(e)
}

// mayWait notes an operation of this function that may wait.
func (r *run) mayWait(s *state, site ssa.Instruction, b *model.Blocking) {
	if b == nil {
		return
	}
	b.Conds = r.entryConds(s)
	b.Before = s.released
	b.Hop = r.hop(site)
	for _, h := range s.held {
		if h.Mode == api.Token || r.a.prog.UnpublishedAt(h.Path, site) {
			continue
		}
		if b.Op == api.CondWait && b.Path != nil && r.a.condLock(b.Path) == h.Path {
			continue // it waits without this lock
		}
		r.event(Event{Kind: Blocked, Site: site, Held: h, Block: b})
	}
	for _, old := range r.sum.Blocks {
		if old.Hop == b.Hop {
			return
		}
	}
	if len(r.sum.Blocks) < maxBlocking {
		r.sum.Blocks = append(r.sum.Blocks, *b)
	}
}

// maxBlocking bounds the blocking operations of a summary; more of them say no more.
const maxBlocking = 6

// mayWaitBelow notes that a callee may wait while a lock is held here.
func (r *run) mayWaitBelow(s *state, site ssa.CallInstruction, t ssabuild.Target, b *model.Blocking) {
	if len(s.held) == 0 {
		return
	}
	if _, feasible := r.callerConds(s, t, b.Conds); !feasible {
		return
	}
	nb := *b
	if nb.Path != nil {
		nb.Path = r.a.prog.Translate(nb.Path, t, r.fn)
	}
	for _, h := range s.held {
		if h.Mode == api.Token || r.a.prog.UnpublishedAt(h.Path, site) || slices.ContainsFunc(b.Before, func(op model.LockOp) bool { return r.translate(op, t).Path == h.Path }) {
			continue
		}
		if b.Op == api.CondWait && nb.Path != nil && r.a.condLock(nb.Path) == h.Path {
			continue
		}
		r.event(Event{Kind: Blocked, Site: site, Held: h, Block: &nb, Chain: []model.Hop{r.hop(site), b.Hop}})
	}
}

// channelOp notes sends, receives and selects that may wait.
func (r *run) channelOp(s *state, instr ssa.Instruction) {
	b := new(model.Blocking)
	switch instr := instr.(type) {
	case *ssa.Send:
		if !r.slotWaits(instr.Chan, true) {
			return
		}
		b.Path = r.a.prog.Path(instr.Chan)
		if r.a.prog.UnpublishedAt(b.Path, instr) && r.a.ChanCapacity(b.Path) > 0 {
			return // a new channel with room
		}
		b.What = "send on " + b.Path.String()
	case *ssa.UnOp:
		if instr.Op != token.ARROW {
			return
		}
		if !r.slotWaits(instr.X, false) {
			return
		}
		b.Path = r.a.prog.Path(instr.X)
		b.What = "receive from " + b.Path.String()
	case *ssa.Select:
		if !instr.Blocking || r.timed(instr) {
			return
		}
		b.What = "select"
		if len(instr.States) == 1 {
			b.Path = r.a.prog.Path(instr.States[0].Chan)
		}
	}
	r.mayWait(s, instr, b)
}

// timed reports whether a select gives up after a time.
func (r *run) timed(sel *ssa.Select) bool {
	for _, st := range sel.States {
		if call, ok := st.Chan.(*ssa.Call); ok {
			if eff, ok := r.a.prog.Effect(call.Common()); ok && eff.Op == api.TimerChan {
				return true
			}
		}
	}
	return false
}

// blockingCall describes a known function that may wait.
func (r *run) blockingCall(common *ssa.CallCommon, eff api.Effect) *model.Blocking {
	b := &model.Blocking{Op: eff.Op, Kind: eff.Blocking, Bound: eff.Bound}
	fn := ssabuild.StaticCallee(common)
	if fn == nil {
		return nil
	}
	recv := ssabuild.Receiver(common)
	switch {
	case fn.Signature().Recv() != nil && recv != nil:
		b.Path = r.a.prog.Path(recv)
		b.What = b.Path.String() + "." + fn.Name()
	default:
		b.What = fn.Pkg().Name() + "." + fn.Name()
	}
	return b
}

// hop is the step of the witness at an instruction of this function.
func (r *run) hop(instr ssa.Instruction) model.Hop {
	pos := ssabuild.InstrPos(instr)
	return model.Hop{Func: ssabuild.FuncName(r.fn), At: r.a.prog.Place(pos), Pos: pos}
}

// chainOf is the way from this call to the acquisition of a lock that the callee leaves held.
func (r *run) chainOf(site ssa.CallInstruction, t ssabuild.Target, op model.LockOp) []model.Hop {
	chain := []model.Hop{r.hop(site)}
	if sum := r.a.summaryOf(t); sum != nil {
		for i := range sum.Takes {
			if sum.Takes[i].Path == op.Path {
				return append(chain, sum.Takes[i].Chain...)
			}
		}
	}
	return chain
}

// isLockable reports whether values of the type can be held as a result worth following.
func isLockable(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Interface, *types.Map, *types.Slice, *types.Chan, *types.Signature:
		return true
	}
	return false
}
