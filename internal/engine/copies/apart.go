package copies

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// apart reports whether something keeps a send and a close from happening at once:
// the close waits for all who may send, or one goroutine does both.
func (a *analysis) apart(send ssa.Instruction, cl *Close) bool {
	if ssabuild.Outermost(send.Parent()) == ssabuild.Outermost(cl.Instr.Parent()) {
		return !a.spawns.Parallel(send, cl.Instr)
	}
	awaited := a.awaited(cl)
	for _, fp := range a.roots(send.Parent()) {
		if !a.announces(fp, awaited) && !a.together(fp, cl) {
			return false
		}
	}
	return true
}

// roots lists the footprints of fn in functions that code may call which is not seen.
func (a *analysis) roots(fn *ssa.Function) []*spawn.Footprint {
	return slices.DeleteFunc(slices.Clone(a.spawns.Footprints(fn)), func(fp *spawn.Footprint) bool {
		return !a.spawns.Outside(fp.Fn) && len(a.spawns.Entries(fp.Fn)) > 0
	})
}

// awaited lists what has been waited for when the channel is closed.
func (a *analysis) awaited(cl *Close) []access.Class {
	var out []access.Class
	for _, j := range a.spawns.Joins(cl.Instr.Parent()) {
		if c := j.Path.Class(); c != "" && spawn.Dominates(j.Instr, cl.Instr) {
			out = append(out, c)
		}
	}
	return out
}

// announces reports whether the goroutine of a footprint, or a function on the way
// down, tells when it is done to somebody who waits for it.
func (a *analysis) announces(fp *spawn.Footprint, awaited []access.Class) bool {
	if fp.Thread != nil && tells(fp.Thread.Signals, awaited) {
		return true
	}
	for ; fp != nil; fp = fp.Prev() {
		if sum := a.spawns.Summary(fp.Fn); sum != nil && tells(sum.Signals, awaited) {
			return true
		}
	}
	return false
}

func tells(signals []model.Signal, awaited []access.Class) bool {
	return slices.ContainsFunc(signals, func(s model.Signal) bool { return slices.Contains(awaited, s.Path.Class()) })
}

// together reports whether the goroutine of a footprint is the only one that closes.
func (a *analysis) together(fp *spawn.Footprint, cl *Close) bool {
	if fp.Thread == nil || fp.Thread.Many || fp.Thread.InLoop {
		return false
	}
	return !slices.ContainsFunc(a.roots(cl.Instr.Parent()), func(c *spawn.Footprint) bool { return c.Thread != fp.Thread })
}
