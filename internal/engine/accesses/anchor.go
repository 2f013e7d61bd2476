package accesses

import (
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// anchored moves the sides of a conflict from helpers that work on what they are
// given to the calls that give it to them: there the shared object has its name,
// and there the repair belongs.
func (a *Analysis) anchored(c *Conflict) *Conflict {
	d := *c
	d.X, d.Y = a.byCall(c.Meeting.A, c.X), a.byCall(c.Meeting.B, c.Y)
	return &d
}

// byCall is an access by a helper as an access by the call of the helper. Methods
// are no helpers of that kind: their receiver is what they are about.
func (a *Analysis) byCall(fp *spawn.Footprint, x *Access) *Access {
	if x.Foreign != nil || !a.givenTo(x.Fn, x.Path) {
		return x
	}
	var levels []*spawn.Footprint
	for p := fp; p != nil && p.Prev() != nil; p = p.Prev() {
		levels = append(levels, p)
	}
	path := x.Path
	for i := len(levels) - 1; i >= 0; i-- {
		p := levels[i]
		path = a.prog.Translate(path, p.Target(), p.Fn)
		if path.Root().Kind == access.Unknown {
			return x
		}
		if a.givenTo(p.Fn, path) {
			continue
		}
		y := *x
		y.Instr, y.Fn, y.Path, y.Pos, y.Addr = p.At, p.Fn, path, ssabuild.InstrPos(p.At), nil
		y.Foreign = &model.Hop{Func: ssabuild.FuncName(x.Fn), At: a.prog.Place(x.Pos), Pos: x.Pos}
		if !IsCounter(x) {
			y.Update = model.NoUpdate
		}
		if p.Defer != nil {
			y.Pos = ssabuild.InstrPos(p.Defer)
		}
		return &y
	}
	return x
}

// givenTo reports whether a path starts from a parameter, other than the
// receiver, of a declared function.
func (a *Analysis) givenTo(fn *ssa.Function, path *access.Path) bool {
	root := path.Root()
	return root.Kind == access.Param && root.Owner == any(fn) && fn.Parent() == nil && (fn.Signature.Recv() == nil || root.Index > 0)
}
