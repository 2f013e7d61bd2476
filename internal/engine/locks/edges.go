package locks

import (
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/model"
)

// An Edge is an edge of the lock order with its evidence in this package.
type Edge struct {
	model.Edge
	Fn       *ssa.Function
	Site     ssa.Instruction // where To is taken, or the call that leads there
	FromPath *access.Path
	ToPath   *access.Path
}

type edgeKey struct {
	from, to         access.Class
	fromMode, toMode api.Mode
	fn               *ssa.Function
}

// addEdge keeps one piece of evidence per function, class pair and modes: the
// least gated, then the one with the shortest way.
func (a *Analysis) addEdge(e Edge) {
	e.Same = e.From == e.To
	k := edgeKey{e.From, e.To, e.FromMode, e.ToMode, e.Fn}
	i, ok := a.edgeAt[k]
	if !ok {
		a.edgeAt[k] = len(a.edges)
		a.edges = append(a.edges, e)
		return
	}
	old := &a.edges[i]
	better := len(e.Gates) < len(old.Gates) ||
		len(e.Gates) == len(old.Gates) && (old.Weak && !e.Weak || old.Weak == e.Weak && len(e.Inner)+len(e.Outer) < len(old.Inner)+len(old.Outer))
	if better {
		*old = e
	}
}

// Edges lists the lock-order edges seen in this package, in order of discovery.
func (a *Analysis) Edges() []Edge { return a.edges }
