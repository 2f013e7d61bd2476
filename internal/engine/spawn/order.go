package spawn

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// A point is an instruction that orders goroutines other than by a join: what
// comes before a release is seen by whoever passes the acquire on the same location.
type point struct {
	instr   ssa.Instruction
	path    *access.Path
	release bool // send, close, store, Done, Set
	acquire bool // receive, load, Wait
	cas     bool // only one goroutine gets past it
	token   bool // send or receive: a channel can serve as a lock
}

// pointsOf lists the ordering points of one function.
func (a *Analysis) pointsOf(fn *ssa.Function) []point {
	if out, ok := a.points[fn]; ok {
		return out
	}
	a.points[fn] = nil
	var out []point
	for _, m := range a.marks[fn] {
		_, isSend := m.instr.(*ssa.Send)
		_, isSelect := m.instr.(*ssa.Select)
		if room, known := capacity(m.sig.Path); isSend && known && a.sendsUpTo(fn, m) > room {
			// It ends only after somebody has begun to receive.
			out = append(out, point{instr: m.instr, path: m.sig.Path, acquire: true})
		}
		out = append(out, point{instr: m.instr, path: m.sig.Path, release: true, token: (isSend || isSelect) && a.widthOne(m.sig.Path)})
	}
	for _, j := range a.joins[fn] {
		_, isRecv := j.Wait.(*ssa.UnOp)
		if _, known := capacity(j.Path); isRecv && known {
			out = append(out, point{instr: j.Instr, path: j.Path, release: true})
		}
		if j.Defer == nil {
			out = append(out, point{instr: j.Instr, path: j.Path, acquire: true, token: isRecv && a.widthOne(j.Path)})
		}
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if sel, ok := instr.(*ssa.Select); ok {
				out = append(out, a.selectPoints(sel)...)
			}
			if p, ok := a.flagPoint(instr); ok {
				out = append(out, p)
			}
			call, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			eff, ok := a.prog.Effect(call.Common())
			if !ok {
				continue
			}
			p := point{instr: instr}
			if eff.Op == api.TimerReset && ssabuild.Receiver(call.Common()) != nil {
				timer := a.prog.Path(ssabuild.Receiver(call.Common()))
				out = append(out, point{instr: instr, path: a.prog.Paths.Select(timer, "C", ""), release: true})
				continue
			}
			switch eff.Op {
			case api.AtomicLoad:
				p.acquire = true
			case api.AtomicStore:
				p.release = true
			case api.AtomicRMW:
				p.acquire, p.release = true, true
			case api.AtomicCAS:
				p.acquire, p.release, p.cas = true, true, true
			case api.OnceDo:
				p.acquire = true
			case api.SemAcquire, api.SemTry:
				p.acquire, p.token, p.cas = true, true, true
			case api.CondWait, api.QueueGet:
				p.acquire = true
			case api.SemRelease:
				p.release, p.token = true, true
			case api.CondSignal, api.CondBroadcast, api.QueuePut, api.QueueClose:
				p.release = true
			default:
				continue
			}
			if recv := ssabuild.Receiver(call.Common()); recv != nil {
				p.path = a.prog.Path(recv)
				if p.token && !a.widthOne(p.path) {
					continue
				}
				out = append(out, p)
			}
		}
	}
	a.points[fn] = out
	return out
}

// Ordered reports whether something other than a join or a lock orders x and y.
func (a *Analysis) Ordered(fx *Footprint, x ssa.Instruction, fy *Footprint, y ssa.Instruction) bool {
	return a.ordered(fx, x, fy, y)
}

// Joined reports whether x comes after a wait for goroutines in its own function
// or in one that called it. Stopping a timer, or awaiting one result, is no such wait.
func (a *Analysis) Joined(fp *Footprint, x ssa.Instruction) bool {
	for p := fp; p != nil; p = p.prev {
		for _, j := range a.joins[p.Fn] {
			if j.Op == model.SignalSend || j.Op == model.SignalClose || j.Op == model.SignalFuture {
				continue
			}
			if !p.Async && j.Defer == nil && Dominates(j.Instr, at(p, x)) {
				return true
			}
		}
	}
	return false
}

// selectPoints are those of a select among channels that this function or the ones
// around it made: whichever case is taken, somebody of their goroutines answered.
func (a *Analysis) selectPoints(sel *ssa.Select) []point {
	if !sel.Blocking || len(sel.States) < 2 {
		return nil
	}
	var out []point
	for _, st := range sel.States {
		path := a.prog.Path(st.Chan)
		if _, made := path.Root().Owner.(*ssa.MakeChan); !made || path.Depth() > 0 {
			return nil
		}
		out = append(out, point{instr: sel, path: path, acquire: true, release: true, token: a.widthOne(path)})
	}
	return out
}

// capacity is the room of a channel that is made in sight, with a constant size.
func capacity(path *access.Path) (room int64, known bool) {
	mk, ok := path.Root().Owner.(*ssa.MakeChan)
	if !ok || path.Depth() > 0 {
		return 0, false
	}
	k, ok := mk.Size.(*ssa.Const)
	if !ok || k.Value == nil {
		return 0, false
	}
	return k.Int64(), true
}

// sendsUpTo counts the sends of fn on the mark's channel that certainly come
// before it, and itself.
func (a *Analysis) sendsUpTo(fn *ssa.Function, m mark) int64 {
	n := int64(1)
	for _, o := range a.marks[fn] {
		if o.sig.Op == m.sig.Op && o.sig.Path == m.sig.Path && Dominates(o.instr, m.instr) {
			n++
		}
	}
	return n
}

// flagPoint is the point that a boolean flag under a lock makes: what comes before
// it is set is seen by those who have tested it.
func (a *Analysis) flagPoint(instr ssa.Instruction) (point, bool) {
	switch instr := instr.(type) {
	case *ssa.Store:
		k, ok := instr.Val.(*ssa.Const)
		if !ok || k.Value == nil || k.Value.Kind() != constant.Bool || len(a.locks.HeldAt(instr).Must) == 0 {
			return point{}, false
		}
		p := point{instr: instr, path: a.flagPath(instr.Addr), release: true}
		if constant.BoolVal(k.Value) && a.claims(instr, p.path) {
			p.acquire, p.cas = true, true
		}
		return p, true
	case *ssa.UnOp:
		b, ok := instr.Type().Underlying().(*types.Basic)
		if instr.Op != token.MUL || !ok || b.Kind() != types.Bool || len(a.locks.HeldAt(instr).Must) == 0 {
			return point{}, false
		}
		for _, ref := range *instr.Referrers() {
			if _, ok := ref.(*ssa.If); ok {
				return point{instr: instr, path: a.flagPath(instr.X), acquire: true}, true
			}
		}
	}
	return point{}, false
}

// claims reports whether a flag is set under a lock by whoever has found it unset
// under the same lock: then only one activation gets past.
func (a *Analysis) claims(set *ssa.Store, path *access.Path) bool {
	if path.Depth() == 0 && path.Root().Kind != access.Global && path.Root().Kind != access.Cell {
		return false
	}
	for _, b := range set.Parent().Blocks {
		for _, instr := range b.Instrs {
			load, ok := instr.(*ssa.UnOp)
			if !ok || load.Op != token.MUL || !Dominates(load, set) || a.flagPath(load.X) != path {
				continue
			}
			for _, op := range a.locks.HeldAt(load).Must {
				if slices.Contains(a.locks.HeldAt(set).Must, op) {
					return true
				}
			}
		}
	}
	return false
}

func (a *Analysis) flagPath(addr ssa.Value) *access.Path {
	if al, ok := a.prog.Lexical(addr).(*ssa.Alloc); ok {
		return a.prog.CellPath(al)
	}
	return a.prog.Path(addr)
}

// ordered reports whether a channel, event, Once, semaphore or atomic orders x
// and y one way or the other, or keeps them apart. It errs on the side of order:
// which of several sends a receive answers is not followed.
func (a *Analysis) ordered(fx *Footprint, x ssa.Instruction, fy *Footprint, y ssa.Instruction) bool {
	px, py := a.around(fx, x), a.around(fy, y)
	py.before = passedSince(py.before, fx, at(fy, y))
	px.before = passedSince(px.before, fy, at(fx, x))
	if x != y && (publishes(px, py) || publishes(py, px) || a.answered(fx, x, py) || a.answered(fy, y, px)) {
		return true
	}
	for _, c := range px.before {
		for _, d := range py.before {
			if !sameLocation(c.path, d.path) {
				continue
			}
			if c.cas && d.cas {
				return true
			}
			if c.token && d.token && c.release && d.release && px.takes(c.path) && py.takes(d.path) {
				return true // a buffered channel used as a lock
			}
		}
		if x == y && c.acquire && px.gives(c.path) && !c.once {
			return true // a token received before and given back after
		}
	}
	return px.once != nil && px.once == py.once || startsOnce(px, py) || startsOnce(py, px)
}

// startsOnce reports whether the goroutine was started by the function of a sync.Once, where from runs, but not after
// the start: that function runs once, so no second run of it meets the goroutine of the first.
func startsOnce(goroutine, from *surroundings) bool {
	if goroutine.startOnce == nil || from.once == nil || !sameLocation(goroutine.startOnce, from.once) {
		return false
	}
	return goroutine.startAt.Parent() != from.onceAt.Parent() || !Between(goroutine.startAt, from.onceAt)
}

// passedSince drops the points that were passed before a goroutine was started:
// they say nothing of what it does. from is the goroutine's footprint, to an
// instruction of the same function.
func passedSince(points []beforePoint, from *Footprint, to ssa.Instruction) []beforePoint {
	if !from.Async || from.At == nil || from.At.Parent() != to.Parent() {
		return points
	}
	var out []beforePoint
	for _, q := range points {
		if q.instr.Parent() == to.Parent() && q.instr != to && !q.token && !q.cas && Between(from.At, to, q.instr) {
			continue
		}
		out = append(out, q)
	}
	return out
}

// surroundings are the ordering points before and after an instruction, in its
// own function and in those that called it, up to the start of its goroutine.
type surroundings struct {
	before []beforePoint
	after  []point
	once   *access.Path    // it runs inside the function of this sync.Once
	onceAt ssa.Instruction // where in that function

	startOnce *access.Path    // its goroutine is started inside the function of this sync.Once
	startAt   ssa.Instruction // where in that function
}

type beforePoint struct {
	point
	once bool
}

func (s *surroundings) gives(p *access.Path) bool {
	return slices.ContainsFunc(s.after, func(q point) bool { return q.release && sameLocation(q.path, p) })
}

func (s *surroundings) takes(p *access.Path) bool {
	return slices.ContainsFunc(s.after, func(q point) bool { return q.acquire && q.token && sameLocation(q.path, p) })
}

func publishes(from, to *surroundings) bool {
	for _, c := range to.before {
		if c.acquire && (from.gives(c.path) || from.once != nil && sameLocation(from.once, c.path)) {
			return true
		}
	}
	return false
}

func (a *Analysis) around(fp *Footprint, x ssa.Instruction) *surroundings {
	s := new(surroundings)
	// Levels from the footprint's function down to the body; those above the
	// goroutine's start are another goroutine's.
	for p := fp; p != nil; p = p.prev {
		if p.Async && p.prev != nil {
			if once := a.onceAt(p); once != nil {
				s.startOnce, s.startAt = once, at(p.prev, x)
			}
			continue
		}
		in := at(p, x)
		for _, q := range a.pointsOf(p.Fn) {
			if q.acquire && a.passed(q, in) || q.release && q.token && Dominates(q.instr, in) {
				s.before = append(s.before, beforePoint{point: q})
			}
			d, deferred := q.instr.(*ssa.Defer)
			if deferred && p.Defer != nil && Dominates(p.Defer, d) {
				continue // registered before it, so run after it
			}
			if deferred || Between(in, q.instr) && !Between(q.instr, in) {
				s.after = append(s.after, q)
			} else if q.token || q.cas {
				if Between(in, q.instr) {
					s.after = append(s.after, point{instr: q.instr, path: q.path, acquire: q.acquire, token: q.token})
				}
			}
		}
		if once := a.onceAt(p); once != nil && p.prev != nil {
			s.once, s.onceAt = once, at(p.prev, x)
		}
	}
	return s
}

// onceAt is the sync.Once by which the footprint's function calls the one below, nil if it does otherwise.
func (a *Analysis) onceAt(p *Footprint) *access.Path {
	call, ok := p.At.(ssa.CallInstruction)
	if !ok {
		return nil
	}
	if eff, ok := a.prog.Effect(call.Common()); !ok || eff.Op != api.OnceDo {
		return nil
	}
	return a.prog.Path(ssabuild.Receiver(call.Common()))
}

// sameLocation compares locations of different functions: the same path, or the
// same field of a named type.
func sameLocation(p, q *access.Path) bool {
	if p == nil || q == nil {
		return false
	}
	if p == q {
		return p.Root().Kind != access.Unknown || p.Class() != ""
	}
	return p.Class() != "" && p.Class() == q.Class() && p.Selector() != access.Elem
}

// widthOne reports whether a channel or semaphore may serve as a lock: its size,
// where it can be seen, is one.
func (a *Analysis) widthOne(path *access.Path) bool {
	root := path.Root()
	if root.Kind != access.Value || path.Depth() > 0 {
		return true
	}
	switch v := root.Owner.(type) {
	case *ssa.MakeChan:
		return isOne(v.Size)
	case *ssa.Call:
		if eff, ok := a.prog.Effect(v.Common()); ok && eff.Op == api.SemNew {
			return isOne(ssabuild.Arg(v.Common(), eff.Arg))
		}
	}
	return true
}

func isOne(v ssa.Value) bool {
	k, ok := v.(*ssa.Const)
	return ok && k.Value != nil && k.Int64() == 1
}

// passed reports whether every way to an instruction passes an acquire of the point's location.
func (a *Analysis) passed(q point, in ssa.Instruction) bool {
	if Dominates(q.instr, in) {
		return true
	}
	if _, isSelect := q.instr.(*ssa.Select); q.instr == in && !isSelect {
		if _, isCall := q.instr.(ssa.CallInstruction); !isCall {
			return true // the first instruction of a select's case
		}
	}
	var same []ssa.Instruction
	for _, r := range a.pointsOf(q.instr.Parent()) {
		if r.acquire && r.path == q.path {
			same = append(same, r.instr)
		}
	}
	return len(same) > 1 && in.Parent() == q.instr.Parent() && !FromStart(in, same...)
}
