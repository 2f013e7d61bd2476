package locks

import (
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// worksUnder notes, for those who ask for it, work of unknown length directly
// under a lock: input and output on files, and functions that users hand in. No
// summary speaks of it, as far down the calls it would be everywhere.
func (r *run) worksUnder(s *state, site ssa.CallInstruction, common *ssa.CallCommon) {
	if len(s.held) == 0 || r.a.quiet {
		return
	}
	b := &model.Blocking{Op: api.Block, Kind: api.FileIO}
	callback := false
	if fn := ssabuild.StaticCallee(common); fn != nil {
		if fn.Pkg() == nil || fn.Pkg().Path() != "os" || !fileWork[ssabuild.ObjName(fn)] {
			return
		}
		b.What = "os." + fn.Name()
		if recv := ssabuild.Receiver(common); fn.Signature().Recv() != nil && recv != nil {
			b.What = r.a.prog.Path(recv).String() + "." + fn.Name()
		}
	} else {
		if callback = r.handedIn(common); !callback {
			return
		}
		b.Kind = api.NotBlocking
		b.What = r.a.prog.Path(common.Value).String()
	}
	for _, h := range s.held {
		if h.Once || h.Mode == api.Token || r.a.prog.UnpublishedAt(h.Path, site) {
			continue
		}
		r.event(Event{Kind: Blocked, Site: site, Held: h, Block: b, Callback: callback})
	}
}

// fileWork are the functions of package os, as [ssabuild.ObjName] spells them,
// that may wait for a disk.
var fileWork = map[string]bool{
	"Open": true, "OpenFile": true, "Create": true, "ReadFile": true, "WriteFile": true, "ReadDir": true, "Rename": true, "Remove": true,
	"RemoveAll": true, "Mkdir": true, "MkdirAll": true, "Truncate": true,
	"(*File).Read": true, "(*File).ReadAt": true, "(*File).Write": true, "(*File).WriteAt": true, "(*File).WriteString": true, "(*File).Sync": true,
	"(*File).Truncate": true, "(*File).ReadFrom": true,
}

// handedIn reports whether a call is of a function that users of the package set:
// one kept in an exported field, or a parameter of an exported function. Those
// that the package itself passes are followed.
func (r *run) handedIn(common *ssa.CallCommon) bool {
	if common.IsInvoke() {
		return false
	}
	if i, ok := r.paramIndex(common.Value); ok {
		obj := r.fn.Object()
		return obj != nil && obj.Exported() && len(r.a.prog.FuncsOf(common.Value)) == 0 && i >= 0
	}
	u, ok := common.Value.(*ssa.UnOp)
	if !ok {
		return false
	}
	f := ssabuild.FieldOf(u.X)
	return f != nil && f.Exported() && f.Pkg() == r.a.prog.Types && r.a.prog.Path(u.X).Root().Kind != access.Unknown && len(r.a.prog.FuncsOf(common.Value)) == 0
}
