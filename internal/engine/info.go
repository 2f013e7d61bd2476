package engine

import (
	"go/types"
	"sync"
	"time"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine/accesses"
	"github.com/conclint/conclint/internal/engine/annotations"
	"github.com/conclint/conclint/internal/engine/bounds"
	"github.com/conclint/conclint/internal/engine/copies"
	"github.com/conclint/conclint/internal/engine/errs"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/owners"
	"github.com/conclint/conclint/internal/engine/registry"
	"github.com/conclint/conclint/internal/engine/skeleton"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/engine/timeouts"
	"github.com/conclint/conclint/internal/model"
)

// An Info is what the engine knows of one package. Reporters use it only inside
// the function they give to [Reporter], which serialises them: its indexes grow
// while they are asked.
type Info struct {
	// Prog is the package in SSA form; nil if the gate found that nothing in the
	// package can matter. Then every other answer is empty.
	Prog *ssabuild.Program
	// Locks holds locksets, lock summaries and the lock order.
	Locks *locks.Analysis
	// Spawn knows the goroutines: spawns, joins, and what may run in parallel.
	Spawn *spawn.Analysis
	// Timeouts knows the waits on the outside and what bounds them.
	Timeouts *timeouts.Analysis
	// Annotations are the locking contracts that the package states in comments.
	Annotations *annotations.Index
	// Pass is the engine's pass: syntax, types, file set.
	Pass *analysis.Pass
	// ImportedEdges are the lock-order edges of all imported packages.
	ImportedEdges []model.ImportedEdge

	accesses   *accesses.Analysis
	explored   *skeleton.Analysis // see [Info.Interleavings]
	began      time.Time
	exploring  time.Duration // of explored
	operations *Operations

	mu       sync.Mutex
	stats    bool // counters and internal errors are asked for
	pass     *analysis.Pass
	imported map[*types.Func]*model.Summary
	errors   []string
	errs     *errs.Analysis   // see [Info.Errs]
	bounds   *bounds.Analysis // see [Info.Bounds]
	owners   *owners.Analysis // see [Info.Owners]
}

// Relevant reports whether there is anything to ask.
func (in *Info) Relevant() bool { return in.Prog != nil }

// Errs is the life of the package's errors in its goroutines, computed when it is
// first asked for: dependencies never pay for it.
func (in *Info) Errs() *errs.Analysis {
	if in.errs == nil {
		in.errs = errs.Run(in.Prog, in.Spawn, in.Timeouts.Echoes)
	}
	return in.errs
}

// Accesses knows the reads and writes of shared memory and which of them race. For
// dependencies no more than what summaries need is computed.
func (in *Info) Accesses() *accesses.Analysis {
	if in.accesses == nil {
		in.accesses = accesses.New(in.Prog, in.Locks, in.Spawn, in.Annotations, in.contracts, func(fn *types.Func) *model.Accesses {
			if s := in.importSummary(fn); s != nil {
				return s.Accesses
			}
			return nil
		})
	}
	return in.accesses
}

// Bounds is how wide the package's fan-outs may become, computed when it is first asked for.
func (in *Info) Bounds() *bounds.Analysis {
	if in.bounds == nil {
		in.bounds = bounds.Run(in.Prog, in.Spawn, in.Errs())
	}
	return in.bounds
}

// Owners tells which goroutines nobody waits for although somebody should, computed when it is first asked for.
func (in *Info) Owners() *owners.Analysis {
	if in.owners == nil {
		in.owners = owners.Run(in.Prog, in.Spawn, in.Errs())
	}
	return in.owners
}

// Copies lists the sends on copies of channels that may have been closed since.
func (in *Info) Copies() []copies.Send { return copies.Run(in.Prog, in.Locks, in.Spawn) }

// Registry lists the closes of channels of a map that may have been closed with all others.
func (in *Info) Registry() []registry.Double { return registry.Run(in.Prog, in.Locks) }

// internalError notes that something could not be analysed. The notes leave the
// process as diagnostics of the engine.
func (in *Info) internalError(msg string) { in.errors = append(in.errors, msg) }
