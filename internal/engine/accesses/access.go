package accesses

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/annotations"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// An Access is one read or write of a location by one instruction.
type Access struct {
	Instr   ssa.Instruction
	Fn      *ssa.Function
	Path    *access.Path // the variable, field or element; of a content access, the map or slice
	Addr    ssa.Value    // the address or container that Path names
	Kind    model.AccessKind
	Content bool // of the contents of the map, slice or object at Path, not of Path itself
	Atomic  bool // through sync/atomic
	Update  model.UpdateKind
	From    *Access   // of an update: the read
	Index   ssa.Value // of an element access: the index
	Method  string    // of a content access by a method call: its name
	Pos     token.Pos
	Whole   bool           // of a field as part of its whole struct, which is copied or replaced
	Foreign *model.Hop     // of an access that a function of another package makes for the call Instr: where
	Held    []model.LockOp // of a foreign access: the locks that the function takes around it
	own     bool           // foreign only to the function: a helper of this package makes it
	away    []*spawn.Footprint
	order   int
}

// Write reports whether the access writes.
func (x *Access) Write() bool { return x.Kind == model.WriteAccess }

// An Analysis knows the accesses of one package. It is not safe for concurrent use.
type Analysis struct {
	prog  *ssabuild.Program
	locks *locks.Analysis
	spawn *spawn.Analysis

	imported func(*types.Func) *model.Accesses
	stated   *annotations.Index
	contract func(v *types.Var, owner types.Type) []annotations.Contract

	all    []*Access
	groups []*Group
	held   map[ssa.Instruction][]model.LockOp

	polls     map[*ssa.Function][]poll
	opaque    map[*ssa.Function][]ssa.CallInstruction // see opaqueLock
	reached   map[*ssa.Function][]reach
	above     map[*ssa.Function][]access.Class // see heldAbove
	races     []*Race
	racesDone bool
	loopVars  map[token.Pos]bool

	guards     []*Guard
	guardsDone bool
	excused    map[*types.Var]bool

	effects          map[*ssa.Function][]model.Effect
	updated, written map[access.Class]bool
	filled           map[access.Class]bool // elements of arrays, by declarations
	handed           map[*access.Path]bool // see handedAway
	changes          map[access.Class]bool // see mutable
	lent             map[access.Class]access.Class
}

// A Group is all accesses of what may be one location: a variable, or one field
// of all objects of a type.
type Group struct {
	Key      Key
	Accesses []*Access // in source order of functions
}

// A Key identifies a group: a class if the location has one, otherwise its path.
type Key struct {
	Class   access.Class
	Path    *access.Path
	Content bool
}

// New collects the accesses of a package. Cost is one pass over the instructions;
// conflicts are computed when asked for. imported gives the effects of functions of
// other packages, nil for those without; it must root their paths by
// [ssabuild.Program.ForeignParam]. stated are the annotations of the package,
// contract gives the contracts of fields and variables, those of other packages too.
func New(prog *ssabuild.Program, lk *locks.Analysis, sp *spawn.Analysis, stated *annotations.Index, contract func(v *types.Var, owner types.Type) []annotations.Contract, imported func(*types.Func) *model.Accesses) *Analysis {
	a := &Analysis{prog: prog, locks: lk, spawn: sp, stated: stated, contract: contract, imported: imported, held: make(map[ssa.Instruction][]model.LockOp), filled: make(map[access.Class]bool), reached: make(map[*ssa.Function][]reach), above: make(map[*ssa.Function][]access.Class)}
	for _, fn := range prog.Funcs {
		a.collect(fn)
	}
	a.addCopies()
	a.ownHelpers()
	a.group()
	return a
}

func keyOf(x *Access) Key {
	k := Key{Content: x.Content}
	root := x.Path.Root()
	if c := x.Path.Class(); c != "" && root.Kind != access.Global && !isElem(x.Path) {
		k.Class = c
	} else {
		k.Path = x.Path
	}
	return k
}

func isElem(p *access.Path) bool { return len(p.Selector()) > 0 && p.Selector()[0] == '[' }

func (a *Analysis) group() {
	byKey := make(map[Key]*Group)
	for _, x := range a.all {
		k := keyOf(x)
		g := byKey[k]
		if g == nil {
			g = &Group{Key: k}
			byKey[k] = g
			a.groups = append(a.groups, g)
		}
		g.Accesses = append(g.Accesses, x)
	}
}

// Groups lists the groups in order of their first access.
func (a *Analysis) Groups() []*Group { return a.groups }

// All lists all accesses, by function in source order.
func (a *Analysis) All() []*Access { return a.all }

// Shared reports whether some goroutine that this package starts executes fn.
func (a *Analysis) Shared(fn *ssa.Function) bool { return a.spawn.Spawned(fn) }
