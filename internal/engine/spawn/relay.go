package spawn

import (
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// A goroutine that waits for others and then says so relays their end: whoever
// receives from done has waited for the group after
//
//	go func() { wg.Wait(); close(done) }()
//
// which is how a wait gets a timeout.

// relayJoins adds to the waits of fn, for signals of goroutines that it starts,
// those that the goroutines have made before.
func (a *Analysis) relayJoins(fn *ssa.Function) {
	if len(a.joins[fn]) == 0 {
		return
	}
	for _, s := range a.byFn[fn] {
		if len(s.Targets) != 1 || s.Targets[0].Fn == nil || s.InLoop {
			continue
		}
		t := s.Targets[0]
		for _, m := range a.marks[t.Fn] {
			for _, k := range a.joins[t.Fn] {
				_, deferred := m.instr.(*ssa.Defer)
				if k.Defer == nil && (deferred && a.always(k) || !deferred && Dominates(k.Instr, m.instr)) {
					a.relay(fn, t, m.sig, k)
				}
			}
		}
	}
}

// always reports whether every way to a return passes a wait.
func (a *Analysis) always(j *Join) bool { return !StartToReturn(j.Instr.Parent(), j.Instr) }

// relay adds the wait k of a goroutine to each wait of fn for the goroutine's signal.
func (a *Analysis) relay(fn *ssa.Function, t ssabuild.Target, sig model.Signal, k *Join) {
	given, awaited := a.prog.Translate(sig.Path, t, fn), a.prog.Translate(k.Path, t, fn)
	if given.Root().Kind == access.Unknown || awaited.Root().Kind == access.Unknown || given == awaited {
		return
	}
	for _, j := range a.joins[fn] {
		if j.Path == given && sig.Op.AnsweredBy(j.Op) {
			a.joins[fn] = append(a.joins[fn], &Join{Instr: j.Instr, Defer: j.Defer, Op: k.Op, Path: awaited, Wait: j.Wait})
		}
	}
}
