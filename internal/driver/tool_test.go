package driver

import (
	"flag"
	"fmt"
	"go/ast"
	"go/types"
	"os"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/ctrlflow"

	"github.com/conclint/conclint/internal/driver/script"
	"github.com/conclint/conclint/internal/report"
)

// The test binary doubles as a linter of its own, whose findings are plain:
// a call of BUG is relock/lock, of HAZARD heldwait/deadlock, of STRICT
// lockorder/long, of AGAIN relock/once; the fix calls BUGok and so on, but for
// AGAIN, where it calls BUG. RUNTIME, relock/upgrade, has a second fix, that
// imports the runtime module. And a call of what calls BUG, in this package or another,
// is relock/call, which takes facts to know.
const asTool = "CONCLINT_DRIVER_TEST_TOOL"

func TestMain(m *testing.M) {
	if os.Getenv(asTool) == "" {
		os.Exit(m.Run())
	}
	// The flags of the testing package are none of the tool's.
	flag.CommandLine = flag.NewFlagSet(os.Args[0], flag.ExitOnError)
	os.Exit(plainTool().Main(os.Args[1:]))
}

func plainScripts(t *testing.T, glob string) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	script.RunAll(t, script.Tool{Path: self, Env: []string{asTool + "=1"}}, glob)
}

func TestScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("runs go vet many times")
	}
	plainScripts(t, "testdata/script/*.txtar")
}

// callsBug is the fact that a function calls BUG.
type callsBug struct{ Place string }

func (*callsBug) AFact()           {}
func (f *callsBug) String() string { return "calls BUG at " + f.Place }

// runLog names a file to which every run of an analyzer on a package adds a line.
const runLog = "CONCLINT_DRIVER_TEST_LOG"

func logRun(pass *analysis.Pass) {
	name := os.Getenv(runLog)
	if name == "" {
		return
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	fmt.Fprintf(f, "%s %s\n", pass.Analyzer.Name, pass.Pkg.Path())
}

func plainTool() *Tool {
	var opts report.Options
	engine := &analysis.Analyzer{
		Name: "engine", Doc: "engine: finds facts", URL: report.PageOf("engine"), FactTypes: []analysis.Fact{(*callsBug)(nil)},
		Requires: []*analysis.Analyzer{ctrlflow.Analyzer},
	}
	engine.Flags.String("nonce", "", "has no effect but a new cache key")
	engine.Run = func(pass *analysis.Pass) (any, error) {
		logRun(pass)
		for _, f := range pass.Files {
			for _, d := range f.Decls {
				if d, ok := d.(*ast.FuncDecl); ok {
					exportBug(pass, d)
				}
			}
		}
		if opts.Debug {
			pass.Report(analysis.Diagnostic{Pos: pass.Files[0].Package, Category: report.CodeStats,
				Message: report.StatsMessage([]report.Counter{{Name: "files", Value: int64(len(pass.Files))}})})
		}
		report.CheckSuppressions(pass)
		return nil, nil
	}
	reporter := func(name string, codes map[string]string) *analysis.Analyzer {
		return &analysis.Analyzer{
			Name: name, Doc: name + ": reports plain calls\n\nMore about " + name + ".", URL: report.PageOf(name), Requires: []*analysis.Analyzer{engine},
			Run: func(pass *analysis.Pass) (any, error) {
				logRun(pass)
				r := report.NewReporter(pass, opts)
				for _, f := range pass.Files {
					reportCalls(pass, r, f, codes)
				}
				r.Flush()
				return nil, nil
			},
		}
	}
	return &Tool{
		Engine: engine,
		Reporters: []*analysis.Analyzer{
			reporter("relock", map[string]string{"BUG": "relock/lock", "AGAIN": "relock/once", "RUNTIME": "relock/upgrade", "": "relock/call"}),
			reporter("heldwait", map[string]string{"HAZARD": "heldwait/deadlock"}),
			reporter("lockorder", map[string]string{"STRICT": "lockorder/long"}),
		},
		RegisterFlags: func(fs *flag.FlagSet) {
			fs.BoolVar(&opts.Strict, flagStrict, false, "emit the strict tier")
			fs.BoolVar(&opts.All, flagAll, false, "emit everything")
			fs.BoolVar(&opts.Debug, flagStats, false, "emit counters")
		},
	}
}

func exportBug(pass *analysis.Pass, d *ast.FuncDecl) {
	ast.Inspect(d, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && calleeName(call) == "BUG" {
			if obj, ok := pass.TypesInfo.Defs[d.Name].(*types.Func); ok {
				pass.ExportObjectFact(obj, &callsBug{report.Place(pass.Fset, call.Pos())})
			}
		}
		return true
	})
}

func reportCalls(pass *analysis.Pass, r *report.Reporter, f *ast.File, codes map[string]string) {
	var fn string
	ast.Inspect(f, func(n ast.Node) bool {
		if d, ok := n.(*ast.FuncDecl); ok {
			fn = d.Name.Name
		}
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		name := calleeName(call)
		d := report.Diagnostic{Pos: call.Pos(), End: call.End()}
		if code := codes[name]; code != "" && name != "" {
			d.Code, d.Message = code, name+" is called here and at "+report.Place(pass.Fset, f.Package)
			d.Witness = []report.Step{
				{Goroutine: "G1", Func: fn, Pos: call.Pos(), Text: "calls " + name},
				{Goroutine: "G2", Func: "elsewhere", At: "far.go:7", Text: "calls " + name + " too"},
			}
			d.Related = []analysis.RelatedInformation{{Pos: f.Name.Pos(), End: f.Name.End(), Message: "in this package"}}
			d.Fixes = []analysis.SuggestedFix{{Message: "Call " + name + "ok instead", TextEdits: []analysis.TextEdit{
				{Pos: call.Lparen, NewText: []byte("ok")},
			}}}
			if name == "RUNTIME" { // a second fix imports the runtime module
				d.Fixes = append(d.Fixes, analysis.SuggestedFix{Message: "Use the runtime", TextEdits: []analysis.TextEdit{
					{Pos: call.Pos(), End: call.Lparen, NewText: []byte("gate.NewSemaphore")},
					{Pos: f.Name.End(), NewText: []byte("\n\nimport \"github.com/conclint/conclint/runtime/gate\"")},
				}})
			}
			if name == "AGAIN" { // the fix is as bad as the finding
				d.Fixes[0].TextEdits = []analysis.TextEdit{{Pos: call.Pos(), End: call.Lparen, NewText: []byte("BUG")}}
			}
			r.Add(d)
			return true
		}
		var fact callsBug
		if callee := calleeObject(pass, call); callee != nil && codes[""] != "" && pass.ImportObjectFact(callee, &fact) {
			d.Code, d.Message = codes[""], callee.Name()+" "+fact.String()
			r.Add(d)
		}
		return true
	})
}

func calleeName(call *ast.CallExpr) string {
	if id, ok := call.Fun.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

func calleeObject(pass *analysis.Pass, call *ast.CallExpr) *types.Func {
	var id *ast.Ident
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		id = fun
	case *ast.SelectorExpr:
		id = fun.Sel
	default:
		return nil
	}
	f, _ := pass.TypesInfo.Uses[id].(*types.Func)
	return f
}
