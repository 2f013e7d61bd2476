package spawn

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// A Footprint says where, in an activation of Fn, the body of some function runs
// that Fn reaches by calls and spawns.
type Footprint struct {
	Fn     *ssa.Function
	At     ssa.Instruction // the call or spawn in Fn; for deferred calls, where they run; nil for Fn's own body
	Defer  *ssa.Defer      // the registration, if At is where deferred calls run
	Async  bool            // it runs at any time after At, until a join
	Spawn  *Spawn          // the spawn of this or a deeper level that made it asynchronous, as Fn sees it
	Thread *Spawn          // the innermost spawn: the goroutine that executes the body; nil for Fn's own

	signals []model.Signal // given after the body, in Fn's terms
	prev    *Footprint     // one level down, nil if that is the body itself
	target  ssabuild.Target
	weak    bool
	level   int
}

// maxFootprints bounds the ways up from one function. Functions with more are
// library helpers, about which "reached by a goroutine" says nothing.
const maxFootprints = 64

// maxLevels bounds the calls between a body and a function that leads to it.
const maxLevels = 6

// Footprints lists where fn's body runs, from fn itself upwards; the first is the body itself.
func (a *Analysis) Footprints(fn *ssa.Function) []*Footprint {
	if out, ok := a.lifted[fn]; ok {
		return out
	}
	out := a.climb(&Footprint{Fn: fn})
	a.lifted[fn] = out
	return out
}

// climb lists a footprint and what it looks like from above, nearest first.
func (a *Analysis) climb(from *Footprint) []*Footprint {
	type key struct {
		at     ssa.Instruction
		thread *Spawn
		async  bool
	}
	out := []*Footprint{from}
	seen := make(map[key]bool)
	for i := 0; i < len(out) && len(out) < maxFootprints; i++ {
		if out[i].level >= maxLevels {
			continue
		}
		for _, e := range a.Entries(out[i].Fn) {
			for _, up := range a.up(out[i], e) {
				k := key{up.At, up.Thread, up.Async}
				if !seen[k] {
					seen[k] = true
					out = append(out, up)
				}
			}
		}
	}
	return out
}

// up is a footprint seen from one of its function's callers or spawners.
func (a *Analysis) up(fp *Footprint, e Entry) []*Footprint {
	caller := e.Site.Parent()
	next := Footprint{Fn: caller, At: e.Site, prev: fp, target: e.Target, level: fp.level + 1, Thread: fp.Thread, weak: fp.weak || e.Target.Via != ssabuild.Static}
	switch {
	case fp.Async && a.outlives(fp) && !a.endsWithRun(fp, e):
		next.Async, next.Spawn = true, fp.Spawn
		if e.Spawn != nil {
			next.Spawn = e.Spawn
		}
		for _, g := range fp.signals {
			g.Path = a.signalPath(g.Path, fp.Fn, e)
			next.signals = append(next.signals, g)
		}
	case e.Spawn != nil:
		next.Async, next.Spawn = true, e.Spawn
		if next.Thread == nil {
			next.Thread = e.Spawn
		}
		next.signals = e.Spawn.Signals
	}
	d, deferred := e.Site.(*ssa.Defer)
	if !deferred || e.Spawn != nil {
		return []*Footprint{&next}
	}
	var out []*Footprint
	for _, at := range runDefers(caller) {
		if Between(d, at) {
			fp := next
			fp.At, fp.Defer = at, d
			out = append(out, &fp)
		}
	}
	return out
}

// signalPath is how a caller of fn names the location of a signal: through what it passed, or through what fn returns,
// as in done := start().
func (a *Analysis) signalPath(path *access.Path, fn *ssa.Function, e Entry) *access.Path {
	out := a.prog.Translate(path, e.Target, e.Site.Parent())
	call, ok := e.Site.(*ssa.Call)
	if !ok || e.Spawn != nil || out.Root().Kind != access.Unknown {
		return out
	}
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		for i, v := range ret.Results {
			if returned := a.prog.Path(v); path.HasPrefix(returned) && returned.Root().Kind != access.Unknown {
				if result := a.prog.ResultPath(call, i); result != nil {
					q, _ := a.prog.Paths.Rebase(path, returned, result)
					return q
				}
			}
		}
	}
	return out
}

// endsWithRun reports whether the goroutine is a member of the group that a scope
// such as task.Run lends to the function: the scope waits for its members.
func (a *Analysis) endsWithRun(fp *Footprint, e Entry) bool {
	eff, ok := a.prog.Effect(e.Site.Common())
	if !ok || eff.Op != api.GroupRun || e.Spawn != nil {
		return false
	}
	return slices.ContainsFunc(fp.signals, func(g model.Signal) bool {
		return g.Op == model.SignalGroup && g.Path == a.prog.ParamPath(fp.Fn, 0)
	})
}

// outlives reports whether an asynchronous footprint may still run when its function returns.
func (a *Analysis) outlives(fp *Footprint) bool {
	if fp.Spawn.ends() {
		return false
	}
	var avoid []ssa.Instruction
	for _, j := range a.joins[fp.Fn] {
		if joinsAny(j, fp.signals) {
			avoid = append(avoid, j.Instr)
		}
	}
	avoid = append(avoid, a.settling(fp.Fn)...)
	return len(avoid) == 0 || ToReturn(fp.At, avoid...)
}

// A Meeting is how two instructions come to run in parallel.
type Meeting struct {
	In   *ssa.Function // the activation that leads to both
	A, B *Footprint    // of the first and the second instruction
	Same bool          // both run in one spawn, which starts several goroutines
}

// A Share says whether two footprints of one function touch one object, and which
// instruction of the function makes it anew each time; nil if none does.
type Share func(fx, fy *Footprint) (fresh ssa.Instruction, ok bool)

// Meet looks for an activation in which x and y may run in parallel, nearest
// first. share restricts it to activations in which both touch the same object;
// nil is no restriction.
func (a *Analysis) Meet(x, y ssa.Instruction, share Share) (Meeting, bool) {
	var out Meeting
	found := false
	a.Meetings(x, y, share, func(m Meeting) bool {
		out, found = m, true
		return false
	})
	return out, found
}

// Meetings calls yield for all activations of [Analysis.Meet], nearest first, until it returns false.
func (a *Analysis) Meetings(x, y ssa.Instruction, share Share, yield func(Meeting) bool) {
	a.MeetingsOf(x, a.Footprints(x.Parent()), y, a.Footprints(y.Parent()), share, yield)
}

// MeetingsOf is [Analysis.Meetings] for instructions whose footprints are given.
func (a *Analysis) MeetingsOf(x ssa.Instruction, fxs []*Footprint, y ssa.Instruction, fys []*Footprint, share Share, yield func(Meeting) bool) {
	byFn := make(map[*ssa.Function][]*Footprint)
	for _, fp := range fys {
		byFn[fp.Fn] = append(byFn[fp.Fn], fp)
	}
	for _, fx := range fxs {
		for _, fy := range byFn[fx.Fn] {
			if !fx.Async && !fy.Async {
				continue
			}
			var fresh ssa.Instruction
			if share != nil {
				var ok bool
				if fresh, ok = share(fx, fy); !ok {
					continue
				}
			}
			same, ok := a.overlap(fx, x, fy, y, fresh)
			ok = ok && !a.oneAtATime(fx, fy) && !a.rested(fx, fy, y) && !a.rested(fy, fx, x) && !a.idle(fx, x, fy, y) && !a.idle(fy, y, fx, x)
			ok = ok && !a.ordered(fx, x, fy, y) && a.feasibly(fx, x, fy, y, fresh) && !a.asksFor(fx, x, at(fy, y)) && !a.asksFor(fy, y, at(fx, x))
			if ok && !yield(Meeting{In: fx.Fn, A: fx, B: fy, Same: same}) {
				return
			}
		}
	}
}

// feasibly reports whether two footprints that overlap do so on ways that control can take.
func (a *Analysis) feasibly(fx *Footprint, x ssa.Instruction, fy *Footprint, y ssa.Instruction, fresh ssa.Instruction) bool {
	a.precise = true
	defer func() { a.precise = false }()
	_, ok := a.overlap(fx, x, fy, y, fresh)
	return ok
}

// overlap decides by control flow whether the two footprints may overlap.
func (a *Analysis) overlap(fx *Footprint, x ssa.Instruction, fy *Footprint, y ssa.Instruction, fresh ssa.Instruction) (same, ok bool) {
	switch {
	case fx.Async && fy.Async:
		if fx.Spawn.Kind == model.SpawnSubtest || fy.Spawn.Kind == model.SpawnSubtest {
			return a.subtests(fx, x, fy, y, fresh)
		}
		if fx.At == fy.At {
			if fx.Spawn == fy.Spawn && fx.Spawn.Many && !a.perElement(fx, fresh) {
				return true, true
			}
			if fx.Spawn.ends() || runsOnce(fx.At) {
				return false, false
			}
			if a.repeated(fx) {
				return true, true
			}
			ok := a.reaches(fx, x, fx.At, nil, fresh) || a.reaches(fy, y, fx.At, nil, fresh)
			return true, ok
		}
		return false, a.reaches(fx, x, fy.At, nil, fresh) || a.reaches(fy, y, fx.At, nil, fresh)
	case fx.Async:
		return false, !preparesStart(fx, fy, y) && a.reaches(fx, x, at(fy, y), fy.Defer, fresh)
	default:
		return false, !preparesStart(fy, fx, x) && a.reaches(fy, y, at(fx, x), fx.Defer, fresh)
	}
}

// preparesStart reports whether an instruction runs in the function that starts a goroutine, before it does so. With the
// goroutine of that call it cannot meet. It could with that of an earlier call, but a start function is called again when
// what it started has been stopped, and the flag that says so is in the object.
func preparesStart(goroutine, prepares *Footprint, in ssa.Instruction) bool {
	site := goroutine.Spawn.Site
	for p := prepares; p != nil; p = p.prev {
		if place := at(p, in); p != prepares && p.Fn == site.Parent() && place.Parent() == p.Fn {
			return Between(place, site) && !Between(site, place)
		}
	}
	return false
}

// perElement reports whether each goroutine of a spawn has its own object: the
// object is made inside the goroutine's function.
func (a *Analysis) perElement(fp *Footprint, fresh ssa.Instruction) bool {
	if fresh == nil {
		return false
	}
	for _, t := range fp.Spawn.Targets {
		if t.Fn != nil && ssabuild.Encloses(t.Fn, fresh.Parent()) {
			return true
		}
	}
	return false
}

func at(fp *Footprint, x ssa.Instruction) ssa.Instruction {
	if fp.At == nil {
		return x
	}
	return fp.At
}

// subtests: parallel subtests wait until the function that started them has
// returned; from then on they run in parallel with each other.
func (a *Analysis) subtests(fx *Footprint, x ssa.Instruction, fy *Footprint, y ssa.Instruction, fresh ssa.Instruction) (same, ok bool) {
	if fx.Spawn.Kind != fy.Spawn.Kind || !a.afterParallel(fx, x) || !a.afterParallel(fy, y) {
		return false, false
	}
	var avoid []ssa.Instruction
	if fresh != nil {
		avoid = append(avoid, fresh)
	}
	if fx.At == fy.At {
		return true, Between(fx.At, fx.At, avoid...)
	}
	return false, Between(fx.At, fy.At, avoid...) || Between(fy.At, fx.At, avoid...)
}

// afterParallel reports whether the body runs after its subtest called t.Parallel.
func (a *Analysis) afterParallel(fp *Footprint, x ssa.Instruction) bool {
	top := a.atTop(fp, x)
	call := parallelCall(a.prog, top.Parent())
	return call == nil || Dominates(call, top)
}

// atTop is where x's body runs in the function that the outermost spawn started.
func (a *Analysis) atTop(fp *Footprint, x ssa.Instruction) ssa.Instruction {
	for p := fp; p != nil; p = p.prev {
		if p.prev == nil {
			return at(p, x)
		}
		if p.Spawn != nil && p.prev.Fn == targetOf(p) {
			return at(p.prev, x)
		}
	}
	return x
}

func targetOf(fp *Footprint) *ssa.Function { return fp.target.Fn }

// reaches reports whether control can go from an asynchronous footprint's start
// to an instruction of the same function, without passing a join that covers x.
// deferred is the registration if the instruction is where deferred calls run.
func (a *Analysis) reaches(fp *Footprint, x, to ssa.Instruction, deferred *ssa.Defer, fresh ssa.Instruction) bool {
	if fp.Spawn.ends() || fp.Spawn.Kind == model.SpawnSubtest {
		return false
	}
	var avoid []ssa.Instruction
	if fresh != nil {
		avoid = append(avoid, fresh)
	}
	signals := a.covering(fp, x)
	for _, j := range a.joins[fp.Fn] {
		if !joinsAny(j, signals) {
			continue
		}
		if j.Instr == to {
			// Both run among the deferred calls: the later registered runs first.
			if deferred != nil && j.Defer != nil && Dominates(deferred, j.Defer) {
				return false
			}
			if deferred == nil {
				return false // the wait is over when the instruction runs
			}
			continue
		}
		avoid = append(avoid, j.Instr)
	}
	if a.precise {
		return FeasiblyBetween(fp.At, to, avoid...)
	}
	return Between(fp.At, to, avoid...)
}

// covering are the signals of a footprint that are given only after x has run.
func (a *Analysis) covering(fp *Footprint, x ssa.Instruction) []model.Signal {
	// Find the level at which the body became asynchronous: signals are given there.
	p := fp
	for p.prev != nil && p.prev.Async {
		p = p.prev
	}
	if p.prev == nil {
		return fp.signals
	}
	in, reg := at(p.prev, x), p.prev.Defer
	var out []model.Signal
	for i, g := range fp.signals {
		local := g
		if i < len(p.signals) {
			local = p.signals[i]
		}
		if !a.given(p, local, in, reg) {
			out = append(out, g)
		}
	}
	return out
}

// given reports whether a signal may have been given before instruction in of the
// goroutine's function runs.
func (a *Analysis) given(p *Footprint, g model.Signal, in ssa.Instruction, reg *ssa.Defer) bool {
	for _, m := range a.marks[in.Parent()] {
		if m.sig.Op != g.Op || a.prog.Translate(m.sig.Path, p.target, p.Fn) != g.Path {
			continue
		}
		d, deferred := m.instr.(*ssa.Defer)
		switch {
		case !deferred:
			if Between(m.instr, in) {
				return true
			}
		case reg != nil && Dominates(reg, d):
			return true // registered before it, so run after it
		}
	}
	return false
}

// Parallel reports whether x and y may run in parallel in some activation of a
// function of this package that leads to both.
func (a *Analysis) Parallel(x, y ssa.Instruction) bool {
	_, ok := a.Meet(x, y, nil)
	return ok
}

// SelfParallel reports whether fn's body may run in several goroutines at once.
func (a *Analysis) SelfParallel(fn *ssa.Function) bool {
	if len(fn.Blocks) == 0 {
		return false
	}
	first := fn.Blocks[0].Instrs[0]
	return a.Parallel(first, first)
}

// Lift renames a path of the footprint's body into the terms of its function;
// the result is rooted in Unknown if it has no name there.
func (a *Analysis) Lift(fp *Footprint, path *access.Path) *access.Path {
	if fp.prev == nil {
		return path
	}
	return a.prog.Translate(a.Lift(fp.prev, path), fp.target, fp.Fn)
}

// Prev is the footprint one level down, nil for the body itself.
func (fp *Footprint) Prev() *Footprint { return fp.prev }

// Target is how the function one level down is entered.
func (fp *Footprint) Target() ssabuild.Target { return fp.target }

// Place is where x, an instruction of the body, runs as fp's function sees it.
func (fp *Footprint) Place(x ssa.Instruction) ssa.Instruction { return at(fp, x) }

// Weak reports whether the way to the body goes through an interface or a func field.
func (fp *Footprint) Weak() bool { return fp.weak }

// Outlives reports whether the body may still run when the footprint's function has returned.
func (a *Analysis) Outlives(fp *Footprint) bool { return fp.Async && a.outlives(fp) }

// Chain lists the calls from the footprint's function down to the body, outermost first.
func (a *Analysis) Chain(fp *Footprint) []model.Hop {
	var out []model.Hop
	for p := fp; p != nil && p.At != nil; p = p.prev {
		out = append(out, a.hop(p.At))
	}
	return out
}
