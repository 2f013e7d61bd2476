package polls

import (
	"go/token"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/loops"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// polling reports whether l does nothing but look at a variable, with or
// without a pause, until another goroutine changes it.
func (a *Analysis) polling(fn *ssa.Function, l *loops.Loop) (Wait, bool) {
	paused, idle := a.idle(l)
	if !idle || isLocker(fn) {
		return Wait{}, false
	}
	w := Wait{Kind: Busy, Fn: fn, Pos: l.Pos()}
	if paused {
		w.Kind = Poll
	}
	exits := l.Exits()
	subjects := make([]*subject, len(exits))
	for i, exit := range exits {
		subjects[i] = &subject{a: a, loop: l}
		subjects[i].look(exit.Cond, 0)
		if subjects[i].varies && w.Kind == Busy {
			return Wait{}, false // bounded, or computing something
		}
	}
	for i, exit := range exits {
		s := subjects[i]
		switch {
		case s.varies || s.timed || s.path == nil:
			continue
		}
		if set := a.setter(s.path, fn); set != nil {
			w.Subject, w.Setter, w.Name = s.path, set, s.path.String()
			w.Lockfree = s.paired && s.atomic
			if exit.Block() == l.Head {
				break // the condition of the loop; tests in its body come second, the last being what is waited for
			}
		}
	}
	return w, w.Subject != nil
}

// isLocker reports whether fn implements a lock, which may know why it spins.
func isLocker(fn *ssa.Function) bool {
	switch strings.ToLower(fn.Name()) {
	case "lock", "rlock", "unlock", "acquire", "lockslow":
		return true
	}
	return false
}

// idle reports whether a loop does no work of its own, and whether it pauses.
func (a *Analysis) idle(l *loops.Loop) (paused, ok bool) {
	for _, b := range l.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Store, *ssa.MapUpdate, *ssa.Send, *ssa.Go, *ssa.Defer, *ssa.Panic, *ssa.Select, *ssa.RunDefers, *ssa.Next:
				return false, false
			case *ssa.UnOp:
				if instr.Op == token.ARROW {
					if !a.isTimer(instr.X) {
						return false, false
					}
					paused = true
				}
			case *ssa.Call:
				switch a.callIn(instr, 0) {
				case pauses:
					paused = true
				case works:
					return false, false
				}
			}
		}
	}
	return paused, true
}

type conduct uint8

const (
	looks conduct = iota // changes nothing and returns at once
	pauses
	works
)

// maxGetter bounds the calls below a function that only looks.
const maxGetter = 2

// callIn says what a call in a waiting loop amounts to.
func (a *Analysis) callIn(call *ssa.Call, depth int) conduct {
	common := call.Common()
	if b, ok := common.Value.(*ssa.Builtin); ok {
		if b.Name() == "len" || b.Name() == "cap" {
			return looks
		}
		return works
	}
	if eff, ok := a.prog.Effect(common); ok {
		switch eff.Op {
		case api.Sleep:
			if eff.Ctx != api.None {
				return works
			}
			return pauses
		case api.Gosched, api.AtomicLoad, api.Lock, api.Unlock, api.Log, api.TimerChan:
			return looks
		}
		return works
	}
	fn := ssabuild.StaticCallee(common)
	if fn != nil && fn.Pkg() != nil && fn.Pkg().Path() == "time" {
		return looks
	}
	if body := a.prog.Body(common.StaticCallee()); body != nil && depth < maxGetter && a.onlyLooks(body, depth+1) {
		return looks
	}
	return works
}

// onlyLooks reports whether a function reads something, perhaps under a lock, and returns it.
func (a *Analysis) onlyLooks(fn *ssa.Function, depth int) bool {
	if len(fn.Blocks) > 6 || len(loops.Of(fn)) > 0 {
		return false
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Store:
				if _, local := instr.Addr.(*ssa.Alloc); !local {
					return false
				}
			case *ssa.MapUpdate, *ssa.Send, *ssa.Go, *ssa.Panic, *ssa.Select, *ssa.MakeClosure:
				return false
			case *ssa.UnOp:
				if instr.Op == token.ARROW {
					return false
				}
			case *ssa.Defer:
				if eff, ok := a.prog.Effect(instr.Common()); !ok || eff.Op != api.Unlock {
					return false
				}
			case *ssa.Call:
				if a.callIn(instr, depth) != looks {
					return false
				}
			}
		}
	}
	return true
}

// isTimer reports whether a channel is that of a timer or ticker.
func (a *Analysis) isTimer(ch ssa.Value) bool {
	switch ch := ch.(type) {
	case *ssa.Call:
		eff, ok := a.prog.Effect(ch.Common())
		return ok && eff.Op == api.TimerChan
	case *ssa.UnOp:
		if fa, ok := ch.X.(*ssa.FieldAddr); ok {
			f := ssabuild.FieldOf(fa)
			return f != nil && f.Pkg() != nil && f.Pkg().Path() == "time" && f.Name() == "C"
		}
	}
	return false
}

// A subject is what a condition depends on.
type subject struct {
	a      *Analysis
	loop   *loops.Loop
	path   *access.Path
	varies bool // it depends on what the loop itself computes
	timed  bool // it depends on the time
	paired bool // it compares two values that are no constants
	atomic bool // it reads with sync/atomic
}

func (s *subject) look(v ssa.Value, depth int) {
	if depth > 12 {
		s.varies = true
		return
	}
	switch v := v.(type) {
	case *ssa.BinOp:
		s.look(v.X, depth+1)
		s.look(v.Y, depth+1)
		if _, ok := v.Y.(*ssa.Const); !ok {
			if _, ok := v.X.(*ssa.Const); !ok {
				s.paired = true
			}
		}
	case *ssa.UnOp:
		switch v.Op {
		case token.MUL:
			s.load(v.X, v)
		case token.ARROW:
			s.timed = true
		default:
			s.look(v.X, depth+1)
		}
	case *ssa.Field:
		s.look(v.X, depth+1)
	case *ssa.Convert:
		s.look(v.X, depth+1)
	case *ssa.ChangeType:
		s.look(v.X, depth+1)
	case *ssa.Extract:
		s.look(v.Tuple, depth+1)
	case *ssa.Phi:
		if s.loop.Has(v.Block()) {
			s.phi(v, depth)
		}
	case *ssa.Lookup:
		s.varies = s.varies || !s.loop.Invariant(v.Index)
		s.look(v.X, depth+1)
	case *ssa.Call:
		s.call(v, depth)
	}
}

// phi looks at a merge inside the loop: of && and ||, which is no variation, or of a counter, which is.
func (s *subject) phi(v *ssa.Phi, depth int) {
	if v.Block() == s.loop.Head {
		s.varies = true
		return
	}
	for _, e := range v.Edges {
		s.look(e, depth+1)
	}
}

func (s *subject) load(addr ssa.Value, whole ssa.Value) {
	if !s.loop.Has(whole.(ssa.Instruction).Block()) {
		return // read before the loop: a constant to it
	}
	if !s.loop.Invariant(addr) {
		s.varies = true
		return
	}
	s.found(addr)
}

func (s *subject) found(addr ssa.Value) {
	p := s.a.prog.Path(addr)
	if s.path == nil && p.Exact() {
		s.path = p
	}
}

func (s *subject) call(v *ssa.Call, depth int) {
	common := v.Common()
	if !s.loop.Has(v.Block()) {
		return
	}
	if b, ok := common.Value.(*ssa.Builtin); ok && len(common.Args) > 0 {
		_ = b
		s.look(common.Args[0], depth+1)
		return
	}
	if eff, ok := s.a.prog.Effect(common); ok && eff.Op == api.AtomicLoad {
		s.atomic = true
		if recv := ssabuild.Receiver(common); s.loop.Invariant(recv) {
			s.found(recv)
		} else {
			s.varies = true
		}
		return
	}
	if fn := ssabuild.StaticCallee(common); fn != nil && fn.Pkg() != nil && fn.Pkg().Path() == "time" {
		s.timed = true
		return
	}
	s.getter(v)
}

// getter looks through a function that only reads: what its result depends on, in terms of the caller.
func (s *subject) getter(v *ssa.Call) {
	for _, arg := range v.Common().Args {
		if !s.loop.Invariant(arg) {
			s.varies = true
			return
		}
	}
	for _, t := range s.a.prog.Callees(v) {
		if t.Fn == nil || t.Via != ssabuild.Static {
			continue
		}
		for _, b := range t.Fn.Blocks {
			for _, instr := range b.Instrs {
				var addr ssa.Value
				switch instr := instr.(type) {
				case *ssa.UnOp:
					if _, isField := instr.X.(*ssa.FieldAddr); isField && instr.Op == token.MUL {
						addr = instr.X
					}
				case *ssa.Call:
					if eff, ok := s.a.prog.Effect(instr.Common()); ok && eff.Op == api.AtomicLoad {
						addr = ssabuild.Receiver(instr.Common())
					}
				}
				if addr == nil || s.path != nil {
					continue
				}
				if p := s.a.prog.Translate(s.a.prog.Path(addr), t, v.Parent()); p.Exact() {
					s.path = p
				}
			}
		}
	}
}
