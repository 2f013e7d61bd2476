package accesses

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/model"
)

// Objects without a lock of their own, and methods that a manager alone calls, are
// kept apart by a lock of another object: the one that all callers hold.

// maxAbove bounds the calls between an access and the lock that keeps it apart.
const maxAbove = 3

// apartAbove reports whether all that lead to an access hold a lock, of whatever
// object, which is also held, there or above, at all writes.
func (a *Analysis) apartAbove(s *Site, writes []*Site) bool {
	return slices.ContainsFunc(a.heldAbove(s.Fn, 0), func(c access.Class) bool {
		return !slices.ContainsFunc(writes, func(w *Site) bool {
			return w != s && !w.mayHold(c) && !slices.Contains(a.heldAbove(w.Fn, 0), c)
		})
	})
}

// heldAbove are the classes of the locks held at all calls of fn in the package, there or
// further up. A goroutine has those of its starter that waits for it under them.
func (a *Analysis) heldAbove(fn *ssa.Function, depth int) []access.Class {
	if depth > maxAbove {
		return nil
	}
	if out, ok := a.above[fn]; ok && depth == 0 {
		return out
	}
	var out []access.Class
	first := true
	for _, e := range a.spawn.Entries(fn) {
		caller := e.Site.Parent()
		if a.prog.IsTestFunc(caller) {
			continue
		}
		held := a.classesAt(e)
		if e.Spawn == nil || len(held) > 0 {
			held = append(held, a.heldAbove(caller, depth+1)...)
		}
		if first {
			out, first = held, false
			continue
		}
		out = slices.DeleteFunc(out, func(c access.Class) bool { return !slices.Contains(held, c) })
	}
	if depth == 0 {
		a.above[fn] = out
	}
	return out
}

// classesAt are the classes of the locks held while what an entry starts runs.
func (a *Analysis) classesAt(e spawn.Entry) []access.Class {
	at := []ssa.Instruction{e.Site}
	if e.Spawn != nil {
		joins, always := a.spawn.JoinsOf(e.Spawn)
		if !always {
			return nil
		}
		for _, j := range joins {
			at = append(at, j.Wait)
		}
	}
	var out []access.Class
	for i, in := range at {
		held, _ := a.HeldAt(in)
		var classes []access.Class
		for _, op := range held {
			if c := op.Path.Class(); c != "" && (i == 0 || slices.Contains(out, c)) {
				classes = append(classes, c)
			}
		}
		out = classes
	}
	return out
}

// afterOwn reports whether all that call the access's function have waited before for goroutines
// by a wait group or group of the very object.
func (a *Analysis) afterOwn(s *Site, fps []*spawn.Footprint) bool {
	if s.Base == nil {
		return false
	}
	callers := 0
	for _, fp := range fps {
		if fp.Prev() == nil || fp.Prev().Prev() != nil || a.prog.IsTestFunc(fp.Fn) {
			continue
		}
		callers++
		object, place := a.spawn.Lift(fp, s.Base), fp.Place(s.Instr)
		if fp.Async || !slices.ContainsFunc(a.spawn.Joins(fp.Fn), func(j *spawn.Join) bool {
			return (j.Op == model.SignalDone || j.Op == model.SignalGroup) && j.Defer == nil && j.Path.Parent() == object && spawn.Dominates(j.Instr, place)
		}) {
			return false
		}
	}
	return callers > 0
}

// afterOwnSignal reports whether a read comes after a receive from a channel of the very object: who sends or closes it has prepared
// what is read.
func (a *Analysis) afterOwnSignal(s *Site) bool {
	if s.Write() || s.Base == nil {
		return false
	}
	return slices.ContainsFunc(a.spawn.Joins(s.Fn), func(j *spawn.Join) bool {
		first := j.Instr == s.Instr // of the case
		return j.Op == model.SignalSend && j.Defer == nil && j.Path.Parent() == s.Base && j.Path.Depth() > 0 && (first || spawn.Dominates(j.Instr, s.Instr))
	})
}
