package heldwait

import (
	"fmt"
	"go/token"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/skeleton"
	"github.com/conclint/conclint/internal/explore"
	"github.com/conclint/conclint/internal/report"
)

// explored reports the cycles of locks and other waits that exploring the
// interleavings found, except those at places that have a report already.
func explored(in *engine.Info, known map[token.Pos]bool) []report.Diagnostic {
	var out []report.Diagnostic
	for _, f := range in.Interleavings().Of(skeleton.HeldWait) {
		wait, locker := sides(f)
		if wait == nil || locker == nil || f.Assumed() || passes(wait, known) {
			continue
		}
		pos := engine.PlaceOf(wait)
		known[pos] = true
		d := report.Diagnostic{
			Code: "heldwait/deadlock", Pos: pos, Witness: in.Witness(f),
			Message: fmt.Sprintf("%s %s while it holds a lock, and %s %s at %s, so neither can go on",
				in.Started(wait, f), in.What(wait), in.Started(locker, f), in.What(locker), in.Prog.Place(engine.PlaceOf(locker))),
		}
		d.Related = append(d.Related, analysis.RelatedInformation{Pos: engine.PlaceOf(locker), Message: "waits for the lock here"})
		out = append(out, d)
	}
	return out
}

// sides are the goroutine that waits while it holds a lock and the first that
// waits for a lock.
func sides(f *skeleton.Finding) (wait, locker *explore.Blocked) {
	for i := range f.Blocked {
		b := &f.Blocked[i]
		switch b.Instr.Op {
		case explore.OpLock, explore.OpOnceBegin:
			if locker == nil {
				locker = b
			}
		default:
			if wait == nil && b.HoldsLock {
				wait = b
			}
		}
	}
	return wait, locker
}

// passes reports whether one of the calls that led to the wait is known.
func passes(b *explore.Blocked, known map[token.Pos]bool) bool {
	for _, fr := range b.Frames {
		if known[token.Pos(fr.Pos)] {
			return true
		}
	}
	return false
}
