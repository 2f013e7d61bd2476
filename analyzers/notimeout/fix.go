package notimeout

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/engine/timeouts"
)

// defaultTimeout is what fixes set: long enough for any healthy peer.
const defaultTimeout = "30"

func (c *checker) callAt(site ssa.CallInstruction) (*ast.CallExpr, []ast.Node) {
	return edit.CallAt(c.in.Prog.Files, site.Pos())
}

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
func (c *checker) fixField(m edit.Making, field, seconds, why string) []analysis.SuggestedFix {
	if m.File == nil || m.Lit == nil && m.New == nil {
		return nil
	}
	for _, e := range elems(m) {
		if kv, ok := e.(*ast.KeyValueExpr); !ok || types.ExprString(kv.Key) == field {
			return nil // positional, or set to zero on purpose
		}
	}
	var edits []analysis.TextEdit
	at := ast.Node(m.Lit)
	if m.Lit == nil {
		at = m.New
	}
	name, ok := c.imports([]ast.Node{at, m.File}, "time", &edits)
	if !ok {
		return nil
	}
	setting := fmt.Sprintf("%s: %s * %s.Second", field, seconds, name)
	line := func(pos token.Pos) int { return c.in.Prog.Fset.Position(pos).Line }
	switch {
	case m.Lit != nil && len(m.Lit.Elts) > 0 && line(m.Lit.Elts[0].Pos()) > line(m.Lit.Lbrace):
		edits = append(edits, edit.Insert(m.Lit.Lbrace+1, "\n"+setting+", // "+why))
	case m.Lit != nil:
		if len(m.Lit.Elts) > 0 {
			setting = ", " + setting
		}
		if n := len(m.Lit.Elts); n > 0 && line(m.Lit.Rbrace) > line(m.Lit.Elts[n-1].End()) {
			return nil // the first field on the line of the brace, the last not: nobody writes that
		}
		edits = append(edits, edit.Insert(m.Lit.Rbrace, setting+" /* "+why+" */"))
	case len(m.New.Args) == 1 && types.ExprString(m.New.Fun) == "new":
		edits = append(edits, edit.Replace(m.New, "&"+types.ExprString(m.New.Args[0])+"{"+setting+" /* "+why+" */}"))
	default:
		return nil
	}
	return fix(fmt.Sprintf("Set %s to %s seconds", field, seconds), edits)
}

func elems(m edit.Making) []ast.Expr {
	if m.Lit == nil {
		return nil
	}
	return m.Lit.Elts
}

// fixHelper gives http.Get and its siblings a client with a limit. The transport,
// and with it the pool of connections, stays the default one.
func (c *checker) fixHelper(h *timeouts.Hazard) []analysis.SuggestedFix {
	call, path := c.callAt(h.Site)
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
func (c *checker) fixRequest(h *timeouts.Hazard) []analysis.SuggestedFix {
	hand := timeouts.AtHand(h.Site.Parent())
	arg := sentRequest(h)
	if hand == nil || arg == nil {
		return nil
	}
	made, ok := c.in.Prog.Origin(extracted(arg)).(*ssa.Call)
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

func sentRequest(h *timeouts.Hazard) ssa.Value {
	if h.Wait.Effect.Bound != api.ByRequest || len(h.Site.Common().Args) == 0 {
		return nil
	}
	return h.Site.Common().Args[len(h.Site.Common().Args)-1]
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
	if f := ssabuild.StaticCallee(site.Common()); f != nil && f.Pkg() != nil {
		rest := strings.TrimPrefix(eff.Instead, f.Pkg().Name()+".")
		owner, _, ok := strings.Cut(rest, ".")
		if _, isVar := f.Pkg().Scope().Lookup(owner).(*types.Var); ok && isVar {
			variant = rest // the method of a variable of the package: net.DefaultResolver.LookupHost
		}
	}
	var rest string
	switch {
	case variant == "" || strings.ContainsRune(variant, ' ') || strings.HasSuffix(variant, "."):
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

// fixReceive ends the wait for a result with the context at hand. The goroutine that
// has the result may go on; its send must find a slot or a receiver as before.
func (c *checker) fixReceive(h *timeouts.Hazard, pos token.Pos) []analysis.SuggestedFix {
	hand := timeouts.AtHand(h.Fn)
	_, path := edit.Enclosing(c.in.Prog.Files, pos)
	if hand == nil || !c.slotted(h) || edit.Means(c.in.Prog.Types.Scope(), pos, hand.Name()) != hand.Object() {
		return nil
	}
	b, ok := edit.BoundBy(c.in.Prog.Types, c.in.Prog.Info, spell(hand), h.Fn.Signature.Results())
	if !ok {
		return nil
	}
	return b.Fixes(path)
}

// slotted reports whether the channel of a receive is made with slots: a sender
// that nobody waits for any more could not end without.
func (c *checker) slotted(h *timeouts.Hazard) bool {
	v := h.Recv.X
	if load, ok := v.(*ssa.UnOp); ok {
		if al, ok := c.in.Prog.Lexical(load.X).(*ssa.Alloc); ok {
			for _, st := range c.in.Prog.StoresTo(al) {
				v = st.Val
			}
		}
	}
	mk, ok := v.(*ssa.MakeChan)
	if !ok {
		return false
	}
	size, ok := mk.Size.(*ssa.Const)
	return !ok || size.Int64() > 0
}

// fixDial bounds the opening of a connection: by the context at hand, else by time.
func (c *checker) fixDial(h *timeouts.Hazard) []analysis.SuggestedFix {
	call, path := c.callAt(h.Site)
	if call == nil {
		return nil
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	var edits []analysis.TextEdit
	switch h.What {
	case "net.Dial":
		if hand := timeouts.AtHand(h.Site.Parent()); hand != nil && !shadowed(c, call, hand) {
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
