package engine

import (
	"fmt"
	"go/token"
	"go/types"
	"reflect"
	"runtime/debug"
	"sort"
	"strings"
	"time"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/ctrlflow"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/annotations"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/skeleton"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/engine/timeouts"
	"github.com/conclint/conclint/internal/model"
	"github.com/conclint/conclint/internal/report"
)

// Config is what changes the analysis. All of it travels as flags, since go vet
// caches results by flags and by nothing else that a tool could read.
type Config struct {
	Runtime string                 // import path of the runtime module, "" for conclint's own
	Extra   map[api.Key]api.Effect // further rows of the table
	Std     bool                   // analyse packages of the standard library too; their effects are in the table
	Stats   bool                   // report counters as diagnostics
	Why     string                 // "file.go:12": say why this place is silent
	Graph   bool                   // report the lock order and the goroutines, for pictures
}

// New returns an engine. Suites have one each; reporters of a suite require it.
// cfg may be filled in until the analyzer first runs.
func New(cfg *Config) *analysis.Analyzer {
	if cfg == nil {
		cfg = new(Config)
	}
	return &analysis.Analyzer{
		Name: "conclint",
		Doc: `conclint: summarise what functions do to locks, goroutines and channels

The engine behind conclint's analyzers. It reports nothing about the code
itself; malformed suppression comments and, on request, notes about the
analysis are its only diagnostics.`,
		URL:        report.PageOf("engine"),
		Requires:   []*analysis.Analyzer{ctrlflow.Analyzer},
		ResultType: reflect.TypeFor[*Info](),
		FactTypes:  []analysis.Fact{new(FuncSummary), new(LockEdges), new(FieldContract)},
		Run:        func(pass *analysis.Pass) (any, error) { return run(pass, cfg) },
	}
}

// Analyzer is the engine with default settings.
var Analyzer = New(nil)

func run(pass *analysis.Pass, cfg *Config) (*Info, error) {
	in := &Info{Pass: pass, pass: pass, began: time.Now(), stats: cfg.Stats, imported: make(map[*types.Func]*model.Summary)}
	report.CheckSuppressions(pass)
	table := api.New(cfg.Runtime, cfg.Extra)
	in.importEdges()
	if (cfg.Std || !api.IsStd(pass.Pkg.Path())) && relevant(pass, table) {
		in.guard("package", func() { in.analyse(table) })
	}
	in.exportEdges()
	in.notes(cfg)
	return in, nil
}

// analyse builds the package and runs the wings.
func (in *Info) analyse(table *api.Table) {
	pass := in.pass
	cfgs := pass.ResultOf[ctrlflow.Analyzer].(*ctrlflow.CFGs)
	prog := ssabuild.Build(pass.Fset, pass.Files, pass.Pkg, pass.TypesInfo, cfgs.NoReturn, table)
	in.Prog = prog
	in.Annotations = annotations.Read(pass.Fset, pass.Files, pass.Pkg, pass.TypesInfo)
	in.Annotations.Unify(prog)
	in.Locks = locks.Run(prog, in.Annotations, func(fn *types.Func) *model.Locks {
		if s := in.importSummary(fn); s != nil {
			return s.Locks
		}
		return nil
	})
	in.Spawn = spawn.Run(prog, in.Locks, func(fn *types.Func) *model.Spawns {
		if s := in.importSummary(fn); s != nil {
			return s.Spawns
		}
		return nil
	})
	in.Timeouts = timeouts.Run(prog, func(fn *types.Func) *model.Timeouts {
		if s := in.importSummary(fn); s != nil {
			return s.Timeouts
		}
		return nil
	})
	in.exportSummaries()
	in.exportContracts()
}

// guard turns a panic of the engine into a note: the package is then as if unknown.
func (in *Info) guard(what string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			in.Prog, in.Locks, in.Spawn, in.Timeouts, in.accesses = nil, nil, nil, nil, nil
			in.internalError(fmt.Sprintf("%s: %v at %s\n%s", what, r, panicPlace(), debug.Stack()))
		}
	}()
	f()
}

// exportSummaries attaches the facts that other packages can ask for: those of
// exported functions and methods.
func (in *Info) exportSummaries() {
	for _, fn := range in.Prog.Funcs {
		obj, ok := fn.Object().(*types.Func)
		if !ok || !obj.Exported() || obj.Pkg() != in.pass.Pkg || in.Prog.IsTestFunc(fn) {
			continue
		}
		s := &model.Summary{Locks: in.Locks.Summary(fn), Spawns: in.Spawn.Summary(fn), Timeouts: in.Timeouts.Summary(fn), Accesses: in.Accesses().Effects(fn)}
		if s.Neutral() {
			continue
		}
		in.pass.ExportObjectFact(obj, &FuncSummary{data: encodeSummary(s, fn)})
	}
}

// importEdges merges the lock orders of the imported packages.
func (in *Info) importEdges() {
	type key struct {
		from, to         access.Class
		fromMode, toMode api.Mode
		fn               string
	}
	seen := make(map[key]int)
	imports := append([]*types.Package(nil), in.pass.Pkg.Imports()...)
	sort.Slice(imports, func(i, j int) bool { return imports[i].Path() < imports[j].Path() })
	for _, imp := range imports {
		var fact LockEdges
		if !in.pass.ImportPackageFact(imp, &fact) {
			continue
		}
		d := model.NewDecoder(fact.data, model.Scope{})
		edges := model.DecodeEdges(d)
		if err := d.Err(); err != nil {
			in.internalError(fmt.Sprintf("lock order of %s: %v", imp.Path(), err))
			continue
		}
		for _, e := range edges {
			k := key{e.From, e.To, e.FromMode, e.ToMode, e.Func}
			i, ok := seen[k]
			if !ok {
				i = len(in.ImportedEdges)
				seen[k] = i
				in.ImportedEdges = append(in.ImportedEdges, model.ImportedEdge{Edge: e})
			}
			in.ImportedEdges[i].Imports = append(in.ImportedEdges[i].Imports, imp.Path())
		}
	}
}

// maxEdges bounds the edges that a package passes on. One package of a large
// server saw 315; more come from programs whose every importer sees everything.
const maxEdges = 600

// exportEdges passes on the imported edges and this package's own, outside tests.
func (in *Info) exportEdges() {
	edges := make([]model.Edge, len(in.ImportedEdges))
	for i := range edges {
		edges[i] = in.ImportedEdges[i].Edge
	}
	if in.Locks != nil {
		for _, e := range in.Locks.Edges() {
			if !in.Prog.IsTestFunc(e.Fn) && !e.Same {
				edges = append(edges, e.Edge)
			}
		}
	}
	if len(edges) == 0 {
		return
	}
	sort.SliceStable(edges, func(i, j int) bool {
		a, b := &edges[i], &edges[j]
		if a.From != b.From {
			return a.From < b.From
		}
		if a.To != b.To {
			return a.To < b.To
		}
		return a.Func < b.Func
	})
	if len(edges) > maxEdges {
		edges = edges[:maxEdges]
	}
	e := model.NewEncoder(nil)
	model.EncodeEdges(e, edges)
	in.pass.ExportPackageFact(&LockEdges{data: e.Bytes()})
}

// notes reports what is to be known about the analysis itself.
func (in *Info) notes(cfg *Config) {
	pos := token.NoPos
	if len(in.pass.Files) > 0 {
		pos = in.pass.Files[0].Package
	}
	for _, p := range in.Annotations.Problems() {
		in.pass.Report(analysis.Diagnostic{Pos: p.Pos, Category: report.CodeAnnotation, Message: p.Text, URL: report.PageOf("engine") + "#annotation"})
	}
	if cfg.Why != "" {
		in.why(cfg.Why)
	}
	if cfg.Graph && in.Prog != nil {
		in.guard("graph", in.graph)
	}
	if !cfg.Stats || !pos.IsValid() {
		return
	}
	var explored skeleton.Analysis
	if in.Prog != nil {
		explored = *in.Interleavings()
	}
	for _, msg := range append(in.errors, explored.Failed...) {
		first, _, _ := strings.Cut(msg, "\n")
		in.pass.Report(analysis.Diagnostic{Pos: pos, Category: report.CodeInternalError, Message: first})
	}
	funcs, over := 0, 0
	if in.Prog != nil {
		funcs, over = len(in.Prog.Funcs), len(in.Locks.OverBudget())
		for _, fn := range in.Locks.OverBudget() {
			in.pass.Report(analysis.Diagnostic{Pos: fn.Pos(), Category: report.CodeBudget,
				Message: ssabuild.FuncName(fn) + " is too large to follow its locks: nothing is said about them"})
		}
	}
	for _, name := range explored.OverScopes {
		in.pass.Report(analysis.Diagnostic{Pos: pos, Category: report.CodeBudget,
			Message: name + " is too large to explore how its goroutines interleave: there may be more than what is said"})
	}
	in.pass.Report(analysis.Diagnostic{Pos: pos, Category: report.CodeStats, Message: report.StatsMessage([]report.Counter{
		{Name: "packages", Value: 1},
		{Name: "functions", Value: int64(funcs)},
		{Name: "internal-errors", Value: int64(len(in.errors) + len(explored.Failed))},
		{Name: "functions-over-budget", Value: int64(over)},
		{Name: "explorer-scopes", Value: int64(explored.Stats.Scopes)},
		{Name: "explorer-scopes-over-budget", Value: int64(explored.Stats.Over)},
		{Name: "explorer-scopes-cut", Value: int64(explored.Stats.Cut)},
		{Name: "explorer-scopes-coarse", Value: int64(explored.Stats.Coarse)},
		{Name: "explorer-scopes-published", Value: int64(explored.Stats.Early)},
		{Name: "explorer-scopes-sliced", Value: int64(explored.Stats.Narrow)},
		{Name: "explorer-steps", Value: int64(explored.Stats.Steps)},
		{Name: report.CounterSuiteTime, Value: time.Since(in.began).Microseconds()},
		{Name: report.CounterExplorerTime, Value: in.exploring.Microseconds()},
	})})
}
