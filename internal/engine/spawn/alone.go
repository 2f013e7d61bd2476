package spawn

import (
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// A paramRun is a func parameter that runs when a function runs.
type paramRun struct {
	param *ssa.Parameter
	// alone says that all its calls are made under one lock that goroutines started by a function around share: they call it one
	// after the other, as helpers that walk a tree in parallel promise for their callback.
	alone bool
}

// excluded reports whether a call is made under an exclusive lock that belongs to a function around the calling one, or to the
// package, and is therefore the same in all goroutines that run the calling function.
func (a *Analysis) excluded(site ssa.CallInstruction) bool {
	fn := site.Parent()
	for _, op := range a.locks.HeldAt(site).Must {
		if op.Mode != api.Write || !op.Path.Exact() {
			continue
		}
		switch root := op.Path.Root(); root.Kind {
		case access.Global:
			return true
		case access.Param:
			if owner, ok := root.Owner.(*ssa.Function); ok && owner != fn && ssabuild.Encloses(owner, fn) {
				return true
			}
		default:
			if v, ok := root.Owner.(ssa.Value); ok && v.Parent() != nil && v.Parent() != fn && ssabuild.Encloses(v.Parent(), fn) {
				return true
			}
		}
	}
	return false
}
