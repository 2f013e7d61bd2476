package ssabuild

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
)

// GroupEffect is what a call does to a group of goroutines: what the table says,
// or, for types of the program that wrap an error group, what the method of the
// same name does there. A type counts as a group if it has the methods
// Go(func…) and Wait() error; SetLimit and TryGo are optional.
func (p *Program) GroupEffect(common *ssa.CallCommon) (api.Effect, bool) {
	fn := StaticCallee(common)
	if fn == nil {
		return api.Effect{}, false
	}
	if e, ok := p.API.Lookup(fn); ok {
		switch e.Op {
		case api.GroupNew, api.GroupGo, api.GroupTry, api.GroupWait, api.GroupLimit, api.GroupRun, api.ParallelDo:
			return e, true
		}
		return api.Effect{}, false
	}
	recv := fn.Signature().Recv()
	if recv == nil {
		return api.Effect{}, false
	}
	e := api.Effect{Func: api.None, Arg: api.None, Ctx: api.None}
	switch fn.Name() {
	case "Go":
		e.Op, e.Func, e.Use = api.GroupGo, 0, api.Keeps
	case "TryGo":
		e.Op, e.Func, e.Use = api.GroupTry, 0, api.Keeps
	case "Wait":
		e.Op = api.GroupWait
	case "SetLimit":
		e.Op, e.Arg = api.GroupLimit, 0
	default:
		return api.Effect{}, false
	}
	return e, isGroup(recv.Type())
}

// isGroup reports whether a type has the methods of an error group.
func isGroup(t types.Type) bool {
	if types.IsInterface(t) {
		return false
	}
	if _, ok := t.Underlying().(*types.Pointer); !ok {
		t = types.NewPointer(t)
	}
	set := types.NewMethodSet(t)
	start, wait := set.Lookup(nil, "Go"), set.Lookup(nil, "Wait")
	if start == nil || wait == nil {
		return false
	}
	ws := wait.Type().(*types.Signature)
	if ws.Params().Len() != 0 || ws.Results().Len() != 1 || !isError(ws.Results().At(0).Type()) {
		return false
	}
	gs := start.Type().(*types.Signature)
	if gs.Params().Len() == 0 {
		return false
	}
	f, ok := gs.Params().At(0).Type().Underlying().(*types.Signature)
	return ok && f.Results().Len() == 1 && isError(f.Results().At(0).Type())
}

// GroupPath is the location of the group that a call of a group's method works
// on; methods promoted from an embedded group work on the group around it.
func (p *Program) GroupPath(v ssa.Value) *access.Path {
	if v == nil {
		return nil
	}
	// The embedded group is selected before the promoted method is called.
	for range 4 {
		var x ssa.Value
		switch w := v.(type) {
		case *ssa.UnOp:
			if fa, ok := w.X.(*ssa.FieldAddr); ok {
				x = fa
			}
		case *ssa.FieldAddr:
			if f := FieldOf(w); f != nil && f.Embedded() && isGroup(f.Type()) {
				v = w.X
				continue
			}
		}
		if x == nil {
			break
		}
		if f := FieldOf(x); f == nil || !f.Embedded() || !isGroup(f.Type()) {
			break
		}
		v = x
	}
	return p.Path(v)
}
