package ctxignored

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/astutil"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/engine/timeouts"
	"github.com/conclint/conclint/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is ctxignored on the default engine.
var Analyzer = New(engine.Analyzer, new(report.Options))

// New returns the analyzer on the given engine.
func New(eng *analysis.Analyzer, opts *report.Options) *analysis.Analyzer {
	return engine.Reporter(eng, opts, "ctxignored", doc, run)
}

func run(in *engine.Info, r *report.Reporter) {
	for _, f := range in.Timeouts.FreshContexts() {
		if !explained(in, f.Call.Pos()) {
			r.Add(fresh(in, f))
		}
	}
	for _, u := range in.Timeouts.Unheeded() {
		if !explained(in, u.Pos) {
			r.Add(unheeded(in, u))
		}
	}
	if r.Emits("ctxignored/unused") {
		unused(in, r)
	}
}

// unused reports contexts that are taken for nothing: a matter of taste, since
// interfaces and callers of tomorrow may want them.
func unused(in *engine.Info, r *report.Reporter) {
	for _, fn := range in.Prog.Funcs {
		if fn.Parent() != nil || fn.Synthetic != "" || in.Timeouts.InTests(fn) {
			continue
		}
		for _, p := range fn.Params {
			if timeouts.IsContext(p.Type()) && timeouts.Named(p) && len(*p.Referrers()) == 0 {
				r.Add(report.Diagnostic{Code: "ctxignored/unused", Pos: p.Pos(), Message: fmt.Sprintf("%s takes %s and never uses it", fn.Name(), p.Name())})
			}
		}
	}
}

func fresh(in *engine.Info, f timeouts.Fresh) report.Diagnostic {
	made := "context." + f.Root.Common().StaticCallee().Name() + "()"
	if f.Derived {
		made = "a context made from " + made
	}
	d := report.Diagnostic{
		Code: "ctxignored/background", Pos: ssabuild.InstrPos(f.Call),
		Message: fmt.Sprintf("%s is passed to %s although %s is at hand: %s goes on when %s has ended", made, f.Callee.Name(), spell(f.Hand), f.Callee.Name(), spell(f.Hand)),
	}
	d.Pos, d.End = spanOf(in, f.Call)
	d.Fixes = fixRoot(in, f)
	return d
}

func unheeded(in *engine.Info, u timeouts.Unheeded) report.Diagnostic {
	ctx := u.Ctx.Name()
	d := report.Diagnostic{Code: "ctxignored/blocks", Pos: u.Pos}
	if loop := loopAt(in, u.Pos); u.InLoop && loop != nil {
		d.Code = "ctxignored/loop"
		if _, ok := loop.(*ast.RangeStmt); ok || u.Kind == timeouts.Retry {
			d.Pos = loop.Pos()
			d.End = loop.Pos() + token.Pos(len("for"))
		}
	}
	name := u.Fn.Name()
	if u.Fn.Parent() != nil {
		name = "this function"
	}
	between := ""
	if d.Code == "ctxignored/loop" && !isRange(u) {
		between = ", in a loop,"
	}
	switch u.Kind {
	case timeouts.Never:
		d.Message = fmt.Sprintf("%s takes %s and never looks at it: %s%s goes on when %s has ended", name, ctx, u.What, between, ctx)
	case timeouts.Sibling:
		d.Message = fmt.Sprintf("%s does not end with %s, while the one at %s does", u.What, ctx, in.Prog.Place(u.Other))
		d.Related = []analysis.RelatedInformation{{Pos: u.Other, Message: "this one ends with " + ctx}}
	case timeouts.Retry:
		d.Message = fmt.Sprintf("this loop retries %s until it succeeds and never looks at %s: when %s has ended, %s fails for ever", u.Callee, ctx, ctx, u.Callee)
	}
	if u.Kind != timeouts.Retry {
		d.Fixes = fixWait(in, u)
	}
	return d
}

// isRange reports whether the wait is the receive of a range over a channel that is no ticker.
func isRange(u timeouts.Unheeded) bool {
	recv, ok := u.Instr.(*ssa.UnOp)
	return ok && recv.CommaOk && !strings.HasSuffix(u.What, "ticker")
}

func spell(p *ssa.Parameter) string {
	if timeouts.IsRequest(p.Type()) {
		return p.Name() + ".Context()"
	}
	return p.Name()
}

// reasons are the words of comments that say why a wait does not heed the caller.
var reasons = []string{
	"cancel", "detach", "outlive", "even if", "even when", "regardless", "intentional", "deliberate", "on purpose",
	"independent", "survive", "lifetime", "in the background", "must finish", "must complete", "best effort", "best-effort",
}

// explained reports whether a comment at the statement, on its line or right above, gives a reason.
func explained(in *engine.Info, pos token.Pos) bool {
	fset := in.Prog.Fset
	line := fset.Position(pos).Line
	for _, f := range in.Prog.Files {
		if f.FileStart > pos || pos > f.FileEnd {
			continue
		}
		for _, g := range f.Comments {
			first, last := fset.Position(g.Pos()).Line, fset.Position(g.End()).Line
			if last != line-1 && first != line {
				continue
			}
			text := strings.ToLower(g.Text())
			for _, w := range reasons {
				if strings.Contains(text, w) && !strings.Contains(text, "todo") && !strings.Contains(text, "fixme") {
					return true
				}
			}
		}
	}
	return false
}

func path(in *engine.Info, pos token.Pos) []ast.Node {
	for _, f := range in.Prog.Files {
		if f.FileStart <= pos && pos <= f.FileEnd {
			nodes, _ := astutil.PathEnclosingInterval(f, pos, pos)
			return nodes
		}
	}
	return nil
}

// loopAt is the innermost loop statement around pos.
func loopAt(in *engine.Info, pos token.Pos) ast.Stmt {
	for _, n := range path(in, pos) {
		switch n := n.(type) {
		case *ast.ForStmt:
			return n
		case *ast.RangeStmt:
			return n
		case *ast.FuncLit, *ast.FuncDecl:
			return nil
		}
	}
	return nil
}

// callAt is the call expression of an instruction.
func callAt(in *engine.Info, call *ssa.Call) *ast.CallExpr {
	for _, n := range path(in, call.Pos()) {
		if c, ok := n.(*ast.CallExpr); ok && c.Lparen == call.Pos() {
			return c
		}
	}
	return nil
}

// spanOf is the called function's name.
func spanOf(in *engine.Info, call *ssa.Call) (pos, end token.Pos) {
	c := callAt(in, call)
	if c == nil {
		return ssabuild.InstrPos(call), token.NoPos
	}
	return c.Pos(), c.Fun.End()
}
