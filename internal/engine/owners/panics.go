package owners

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// A Bare goroutine has no recover although a sibling of it has one: one started
// by the same function, or by another method of the same type.
type Bare struct {
	Spawn   *spawn.Spawn
	Sibling *spawn.Spawn
	Calls   string     // the foreign code that may panic
	Shield  *ssa.Defer // what the sibling defers to recover; nil if the helper that starts it does
}

// Bares lists the goroutines that run foreign code without recover beside protected siblings.
func (a *Analysis) Bares() []Bare {
	type scope struct {
		fn  *ssa.Function
		typ access.Class
	}
	scopesOf := func(s *spawn.Spawn) []scope {
		outer := ssabuild.Outermost(s.Fn)
		out := []scope{{fn: outer}}
		if recv := outer.Signature.Recv(); recv != nil {
			if n := access.NamedOf(recv.Type()); n != nil {
				out = append(out, scope{typ: access.TypeClass(n)})
			}
		}
		return out
	}
	shields := make(map[scope]*spawn.Spawn)
	var all []*spawn.Spawn
	for _, s := range a.spawns.Spawns() {
		if s.Kind != model.SpawnGo && s.Kind != model.SpawnWg && s.Kind != model.SpawnGroup || a.prog.IsTestFunc(s.Fn) {
			continue
		}
		if a.protected(s) {
			for _, sc := range scopesOf(s) {
				if shields[sc] == nil {
					shields[sc] = s
				}
			}
			continue
		}
		all = append(all, s)
	}
	var out []Bare
	for _, s := range all {
		if len(s.Via) > 1 || a.errs.Excused(s.Site.Pos()) {
			continue // what the helper does about panics is its own affair
		}
		if eff, ok := a.prog.GroupEffect(s.Site.Common()); ok && eff.Task {
			continue // the runtime carries panics to the join
		}
		calls := a.foreign(s)
		if calls == "" {
			continue
		}
		for _, sc := range scopesOf(s) {
			if sib := shields[sc]; sib != nil {
				out = append(out, Bare{Spawn: s, Sibling: sib, Calls: calls, Shield: a.shieldOf(sib)})
				break
			}
		}
	}
	return out
}

// protected reports whether a goroutine, or the helper that starts it, defers a recover.
func (a *Analysis) protected(s *spawn.Spawn) bool {
	for _, t := range s.Targets {
		if t.Fn != nil && spawn.Recovery(a.prog, t.Fn) != nil {
			return true
		}
	}
	if len(s.Via) > 1 {
		for _, t := range a.prog.Callees(s.Site) {
			if t.Fn == nil {
				continue
			}
			for _, lit := range t.Fn.AnonFuncs {
				if spawn.Recovery(a.prog, lit) != nil {
					return true
				}
			}
		}
	}
	return false
}

func (a *Analysis) shieldOf(s *spawn.Spawn) *ssa.Defer {
	for _, t := range s.Targets {
		if t.Fn != nil {
			if d := spawn.Recovery(a.prog, t.Fn); d != nil {
				return d
			}
		}
	}
	return nil
}

// foreign is a function value or interface method of somebody else's that the
// goroutine calls, "" if there is none.
func (a *Analysis) foreign(s *spawn.Spawn) string {
	for _, t := range s.Targets {
		if t.Fn == nil {
			continue
		}
		for _, b := range t.Fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(*ssa.Call)
				if !ok {
					continue
				}
				common := call.Common()
				if _, known := a.prog.Effect(common); known || len(a.prog.Callees(call)) > 0 {
					continue
				}
				if common.IsInvoke() {
					n, ok := types.Unalias(common.Value.Type()).(*types.Named)
					if ok && n.Obj().Pkg() == a.prog.Types {
						return a.errs.Name(a.prog.Path(common.Value)) + "." + common.Method.Name()
					}
					continue
				}
				switch common.Value.(type) {
				case *ssa.Parameter, *ssa.UnOp, *ssa.FreeVar:
					return a.errs.Name(a.prog.Path(common.Value))
				}
			}
		}
	}
	return ""
}
