package notimeout

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine/timeouts"
)

// defaultTimeout is what fixes set: long enough for any healthy peer.
const defaultTimeout = "30"

// imports returns the name of package path in the file of n, and appends the edits that import it.
func (c *checker) imports(path []ast.Node, path0 string, edits *[]analysis.TextEdit) (string, bool) {
	file, ok := path[len(path)-1].(*ast.File)
	if !ok {
		return "", false
	}
	name, add, ok := edit.Import(file, c.in.Prog.Info.Scopes[file], path[0].Pos(), path0)
	*edits = append(*edits, add...)
	return name, ok
}

func fix(title string, edits []analysis.TextEdit) []analysis.SuggestedFix {
	return []analysis.SuggestedFix{{Message: title, TextEdits: edits}}
}

// fixField sets a field of a composite literal. A request that takes longer than
// the limit now fails, which the title and the comment in the code say.
func (c *checker) fixField(s syntax, field, seconds, why string) []analysis.SuggestedFix {
	if s.file == nil || s.lit == nil && s.call == nil {
		return nil
	}
	for _, e := range s.elems() {
		if kv, ok := e.(*ast.KeyValueExpr); !ok || types.ExprString(kv.Key) == field {
			return nil // positional, or set to zero on purpose
		}
	}
	var edits []analysis.TextEdit
	at := ast.Node(s.lit)
	if s.lit == nil {
		at = s.call
	}
	name, ok := c.imports([]ast.Node{at, s.file}, "time", &edits)
	if !ok {
		return nil
	}
	setting := fmt.Sprintf("%s: %s * %s.Second", field, seconds, name)
	line := func(pos token) int { return c.in.Prog.Fset.Position(pos).Line }
	switch {
	case s.lit != nil && len(s.lit.Elts) > 0 && line(s.lit.Elts[0].Pos()) > line(s.lit.Lbrace):
		edits = append(edits, edit.Insert(s.lit.Lbrace+1, "\n"+setting+", // "+why))
	case s.lit != nil:
		if len(s.lit.Elts) > 0 {
			setting = ", " + setting
		}
		if n := len(s.lit.Elts); n > 0 && line(s.lit.Rbrace) > line(s.lit.Elts[n-1].End()) {
			return nil // the first field on the line of the brace, the last not: nobody writes that
		}
		edits = append(edits, edit.Insert(s.lit.Rbrace, setting+" /* "+why+" */"))
	case len(s.call.Args) == 1 && types.ExprString(s.call.Fun) == "new":
		edits = append(edits, edit.Replace(s.call, "&"+types.ExprString(s.call.Args[0])+"{"+setting+" /* "+why+" */}"))
	default:
		return nil
	}
	return fix(fmt.Sprintf("Set %s to %s seconds", field, seconds), edits)
}

func (s syntax) elems() []ast.Expr {
	if s.lit == nil {
		return nil
	}
	return s.lit.Elts
}

// fixHelper gives http.Get and its siblings a client with a limit. The transport,
// and with it the pool of connections, stays the default one.
func (c *checker) fixHelper(w *timeouts.Wait) []analysis.SuggestedFix {
	call, path := c.callAt(w.Site)
	if call == nil {
		return nil
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	var edits []analysis.TextEdit
	name, ok := c.imports(path, "time", &edits)
	if !ok {
		return nil
	}
	pkg := types.ExprString(sel.X)
	edits = append(edits, edit.Replace(sel.X, fmt.Sprintf("(&%s.Client{Timeout: %s * %s.Second})", pkg, defaultTimeout, name)))
	return fix("Use a client with a Timeout of "+defaultTimeout+" seconds", edits)
}

// fixRequest makes the request with the context at hand.
func (c *checker) fixRequest(w *timeouts.Wait) []analysis.SuggestedFix {
	hand := timeouts.AtHand(w.Site.Parent())
	arg := ssabuildArg(w)
	if hand == nil || arg == nil {
		return nil
	}
	made, ok := c.tm.Source(extracted(arg)).(*ssa.Call)
	if !ok {
		return nil
	}
	if eff, ok := c.in.Prog.Effect(made.Common()); !ok || eff.Op != api.ReqNew || eff.Ctx != api.None {
		return nil
	}
	return c.fixContext(made, hand)
}

func extracted(v ssa.Value) ssa.Value {
	if e, ok := v.(*ssa.Extract); ok {
		return e.Tuple
	}
	return v
}

func ssabuildArg(w *timeouts.Wait) ssa.Value {
	if w.Effect.Bound != api.ByRequest || len(w.Site.Common().Args) == 0 {
		return nil
	}
	return w.Site.Common().Args[len(w.Site.Common().Args)-1]
}

// fixContext calls the variant of a function that takes a context, with the one at hand.
func (c *checker) fixContext(site ssa.CallInstruction, hand *ssa.Parameter) []analysis.SuggestedFix {
	call, _ := c.callAt(site)
	if call == nil || shadowed(c, call, hand) {
		return nil
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	eff, _ := c.in.Prog.Effect(site.Common())
	variant := eff.Instead[strings.LastIndexByte(eff.Instead, '.')+1:]
	var rest string
	switch {
	case variant == "":
		return nil
	case variant == "BeginTx":
		rest = ", nil"
	case len(call.Args) > 0:
		rest = ", "
	}
	edits := []analysis.TextEdit{edit.Replace(sel.Sel, variant), edit.Insert(call.Lparen+1, spell(hand)+rest)}
	return fix("Pass "+spell(hand)+" to "+variant, edits)
}

// shadowed reports whether the parameter's name means something else at the call.
func shadowed(c *checker, call *ast.CallExpr, hand *ssa.Parameter) bool {
	scope := c.in.Prog.Types.Scope().Innermost(call.Pos())
	if scope == nil {
		return true
	}
	_, obj := scope.LookupParent(hand.Name(), call.Pos())
	return obj != hand.Object()
}

// fixDial bounds the opening of a connection: by the context at hand, else by time.
func (c *checker) fixDial(w *timeouts.Wait) []analysis.SuggestedFix {
	call, path := c.callAt(w.Site)
	if call == nil {
		return nil
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	var edits []analysis.TextEdit
	switch w.What {
	case "net.Dial":
		if hand := timeouts.AtHand(w.Site.Parent()); hand != nil && !shadowed(c, call, hand) {
			edits = append(edits, edit.Replace(sel, "(&"+types.ExprString(sel.X)+".Dialer{}).DialContext"), edit.Insert(call.Lparen+1, spell(hand)+", "))
			return fix("Dial with "+spell(hand), edits)
		}
		name, ok := c.imports(path, "time", &edits)
		if !ok {
			return nil
		}
		edits = append(edits, edit.Replace(sel.Sel, "DialTimeout"), edit.Insert(call.Args[1].End(), fmt.Sprintf(", %s*%s.Second", defaultTimeout, name)))
		return fix("Use net.DialTimeout with "+defaultTimeout+" seconds", edits)
	case "tls.Dial":
		name, ok := c.imports(path, "time", &edits)
		if !ok {
			return nil
		}
		netName, ok := c.imports(path, "net", &edits)
		if !ok {
			return nil
		}
		edits = append(edits, edit.Replace(sel.Sel, "DialWithDialer"),
			edit.Insert(call.Lparen+1, fmt.Sprintf("&%s.Dialer{Timeout: %s * %s.Second}, ", netName, defaultTimeout, name)))
		return fix("Dial with a timeout of "+defaultTimeout+" seconds", edits)
	}
	return nil
}

// fixServeHelper replaces a helper by the server that it would make, with a limit.
func (c *checker) fixServeHelper(s timeouts.Server) []analysis.SuggestedFix {
	call, path := c.callAt(s.Serve)
	if call == nil || len(call.Args) < 2 {
		return nil
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	var edits []analysis.TextEdit
	name, ok := c.imports(path, "time", &edits)
	if !ok {
		return nil
	}
	src := func(e ast.Expr) string { return types.ExprString(e) }
	for _, a := range call.Args {
		if _, lit := a.(*ast.FuncLit); lit {
			return nil // ExprString abbreviates function bodies
		}
	}
	listen := strings.HasPrefix(sel.Sel.Name, "Listen")
	handler := call.Args[1]
	var fields, args []string
	if listen {
		fields = append(fields, "Addr: "+src(call.Args[0]))
		if len(call.Args) == 4 {
			handler = call.Args[3]
			args = []string{src(call.Args[1]), src(call.Args[2])}
		}
	} else {
		args = []string{src(call.Args[0])}
		for _, a := range call.Args[2:] {
			args = append(args, src(a))
		}
	}
	if h := src(handler); h != "nil" {
		fields = append(fields, "Handler: "+h)
	}
	fields = append(fields, fmt.Sprintf("ReadHeaderTimeout: 10 * %s.Second", name))
	text := fmt.Sprintf("(&%s.Server{%s}).%s(%s)", src(sel.X), strings.Join(fields, ", "), sel.Sel.Name, strings.Join(args, ", "))
	edits = append(edits, edit.Replace(call, text))
	return fix("Serve with a ReadHeaderTimeout of 10 seconds", edits)
}
