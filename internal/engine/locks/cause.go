package locks

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// A Cause is what several blocked events may have in common: locks of one class, under which one function waits at one place,
// however many ways lead there; or under which one field says how long to sleep, however often that is written.
type Cause struct {
	lock  access.Class
	place string
	field *types.Var
}

// Cause is the cause that a blocked event may share; ok is false if it has one of its own.
func (e *Event) Cause() (c Cause, ok bool) {
	c.lock = e.Held.Path.Class()
	if c.lock == "" || e.Callback {
		return c, false
	}
	if len(e.Chain) > 0 {
		c.place = e.Block.Hop.At
		return c, c.place != ""
	}
	call, ok := e.Site.(ssa.CallInstruction)
	if !ok || e.Block.Op != api.Sleep {
		return c, false
	}
	for _, arg := range call.Common().Args {
		if load, ok := arg.(*ssa.UnOp); ok && load.Op == token.MUL && c.field == nil {
			c.field = ssabuild.FieldOf(load.X)
		}
	}
	return c, c.field != nil
}
