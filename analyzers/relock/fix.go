package relock

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/printer"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// fixes offers, for a call that locks what its caller holds, the variant of the
// called function that expects the lock: one that exists, or the function's own
// body, split off. For two acquisitions in one function it drops the inner one.
func fixes(in *engine.Info, e *locks.Event) []analysis.SuggestedFix {
	if e.Take.Once || e.Back || e.Take.Weak || e.Held.Mode == api.Token {
		return nil
	}
	if e.Held.Mode == api.Read && e.Op.Mode != api.Read {
		return nil // whoever holds the lock must first hold it for writing
	}
	if len(e.Take.Chain) == 1 {
		if e.Held.Site == e.Site {
			return iteration(in, e)
		}
		return inner(in, e)
	}
	call := lastCall(in, e)
	if call == nil {
		return nil
	}
	c := callOf(in, call)
	if c == nil {
		return nil
	}
	if name := c.variant(); name != "" {
		return []analysis.SuggestedFix{{
			Message:   "Call " + name + ", which expects the lock",
			TextEdits: []analysis.TextEdit{edit.Replace(c.name, name)},
		}}
	}
	return c.split(in, e)
}

// lastCall is the call of the function that takes the lock, if it always runs
// under the lock: in the function that holds it, or in a literal run by it.
func lastCall(in *engine.Info, e *locks.Event) *ast.CallExpr {
	chain := e.Take.Chain
	n := len(chain)
	if n > 2 {
		if !strings.HasPrefix(chain[n-2].Func, "func literal") || !strings.HasPrefix(chain[n-2].Func, "func literal in "+chain[0].Func) {
			return nil
		}
	}
	pos := chain[n-2].Pos
	if !pos.IsValid() || !chain[n-1].Pos.IsValid() {
		return nil
	}
	return edit.CallOrDefer(in.Prog.Files, pos)
}

// A callee is a declared function of this package at one of its calls.
type callee struct {
	pkg  *types.Package
	fn   *types.Func
	name *ast.Ident    // in the call
	decl *ast.FuncDecl // nil if the call is of something else
}

func callOf(in *engine.Info, call *ast.CallExpr) *callee {
	var id *ast.Ident
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		id = f
	case *ast.SelectorExpr:
		id = f.Sel
	default:
		return nil
	}
	fn, ok := in.Pass.TypesInfo.Uses[id].(*types.Func)
	if !ok || fn.Pkg() != in.Pass.Pkg {
		return nil
	}
	fn = fn.Origin()
	c := &callee{pkg: in.Pass.Pkg, fn: fn, name: id}
	for _, f := range in.Prog.Files {
		for _, d := range f.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok && in.Pass.TypesInfo.Defs[fd.Name] == types.Object(fn) && !ast.IsGenerated(f) {
				c.decl = fd
			}
		}
	}
	if c.decl == nil {
		return nil
	}
	return c
}

// lockedName is the name by custom of the variant of a function that expects the lock.
func lockedName(name string) string {
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(r)) + name[n:] + "Locked"
}

// variant is the name of a function that does the same and expects the lock, ""
// if there is none: it has the same parameters and results, and by its name is
// meant to be called with the lock held.
func (c *callee) variant() string {
	name := c.fn.Name()
	for _, v := range []string{lockedName(name), name + "Locked", name + "_locked"} {
		if fn := c.lookup(v); fn != nil {
			sig, want := fn.Signature(), c.fn.Signature()
			if types.Identical(sig.Params(), want.Params()) && types.Identical(sig.Results(), want.Results()) && sig.Variadic() == want.Variadic() {
				return v
			}
		}
	}
	return ""
}

// lookup finds a function beside the callee: a method of its receiver, or a function of the package.
func (c *callee) lookup(name string) *types.Func {
	if recv := c.fn.Signature().Recv(); recv != nil {
		obj, _, _ := types.LookupFieldOrMethod(recv.Type(), true, c.pkg, name)
		fn, _ := obj.(*types.Func)
		return fn
	}
	fn, _ := c.pkg.Scope().Lookup(name).(*types.Func)
	return fn
}

// taken reports whether something else has a name already.
func (c *callee) taken(name string) bool {
	if recv := c.fn.Signature().Recv(); recv != nil {
		obj, _, _ := types.LookupFieldOrMethod(recv.Type(), true, c.pkg, name)
		return obj != nil
	}
	return c.pkg.Scope().Lookup(name) != nil
}

// split moves the body of the callee, behind its Lock, to a function that expects
// the lock, which the call then names.
//
// Callers that do not hold the lock see no difference: the callee locks, defers
// the Unlock and runs the same statements. It is offered if the body begins with
// the Lock, and either defers the Unlock at once or releases the lock once, as
// the last statement or before a return of plain names; so nothing ran without
// the lock that now runs with it.
func (c *callee) split(in *engine.Info, e *locks.Event) []analysis.SuggestedFix {
	d := c.decl
	name := lockedName(d.Name.Name)
	args, ok := arguments(d.Type)
	if !ok || d.Body == nil || c.taken(name) || d.Type.TypeParams != nil || len(d.Body.List) < 2 || d.Name.Name == "String" && d.Recv != nil {
		return nil
	}
	lock, unlock := lockText(d.Body.List[0])
	if lock == "" || in.Prog.Fset.Position(e.Take.Chain[len(e.Take.Chain)-1].Pos).Line != in.Prog.Fset.Position(d.Body.List[0].Pos()).Line {
		return nil
	}
	self := name
	if d.Recv != nil {
		if len(d.Recv.List[0].Names) == 0 || d.Recv.List[0].Names[0].Name == "_" {
			return nil
		}
		self = d.Recv.List[0].Names[0].Name + "." + name
	}
	rest := d.Body.List[1:]
	var edits []analysis.TextEdit
	at := d.Body.List[0].End()
	before := "\ndefer " + unlock + "()"
	if df, isDefer := rest[0].(*ast.DeferStmt); isDefer && types.ExprString(df.Call.Fun) == unlock {
		at, before, rest = df.End(), "", rest[1:]
	} else if cut, ok := handUnlock(rest, unlock); ok {
		edits = append(edits, cut)
	} else {
		return nil
	}
	if len(rest) == 0 || mentions(in, rest, lock, len(edits) > 0) {
		return nil
	}
	call := self + "(" + args + ")"
	if d.Type.Results != nil && len(d.Type.Results.List) > 0 {
		call = "return " + call
	}
	head, ok := header(in.Prog.Fset, d, name)
	if !ok {
		return nil
	}
	held := ownerOf(lock)
	if d.Recv != nil && held == d.Recv.List[0].Names[0].Name {
		held = "the lock" // of the receiver, which embeds it
	}
	text := fmt.Sprintf("%s\n%s\n}\n\n// %s is %s for callers that hold %s.\n%s {", before, call, name, d.Name.Name, held, head)
	begin := edit.Insert(at, text)
	if line := func(p token.Pos) int { return in.Prog.Fset.Position(p).Line }; line(at) == line(rest[0].Pos()) {
		begin = analysis.TextEdit{Pos: at, End: rest[0].Pos(), NewText: []byte(text + "\n")} // and the semicolon
	}
	edits = append(edits, begin, edit.Replace(c.name, name))
	return []analysis.SuggestedFix{{Message: "Split off " + name + " and call it", TextEdits: edits}}
}

// arguments passes on the parameters of a function, all of which must have names.
func arguments(t *ast.FuncType) (string, bool) {
	var names []string
	for _, f := range t.Params.List {
		if len(f.Names) == 0 {
			return "", false
		}
		for _, n := range f.Names {
			if n.Name == "_" {
				return "", false
			}
			name := n.Name
			if _, variadic := f.Type.(*ast.Ellipsis); variadic {
				name += "..."
			}
			names = append(names, name)
		}
	}
	return strings.Join(names, ", "), true
}

// header is the declaration of a function up to its body, under another name.
func header(fset *token.FileSet, d *ast.FuncDecl, name string) (string, bool) {
	var b bytes.Buffer
	copied := &ast.FuncDecl{Recv: d.Recv, Name: ast.NewIdent(name), Type: d.Type}
	if err := printer.Fprint(&b, fset, copied); err != nil {
		return "", false
	}
	return b.String(), true
}

// lockText is the statement x.Lock() as "x.Lock", and the Unlock that belongs to it.
func lockText(s ast.Stmt) (lock, unlock string) {
	es, ok := s.(*ast.ExprStmt)
	if !ok {
		return "", ""
	}
	call, ok := es.X.(*ast.CallExpr)
	if !ok || len(call.Args) > 0 {
		return "", ""
	}
	text := types.ExprString(call.Fun)
	switch {
	case strings.HasSuffix(text, ".RLock"):
		return text, strings.TrimSuffix(text, "RLock") + "RUnlock"
	case strings.HasSuffix(text, ".Lock"):
		return text, strings.TrimSuffix(text, "Lock") + "Unlock"
	}
	return "", ""
}

// ownerOf is x of the text "x.Lock".
func ownerOf(lock string) string {
	return strings.TrimSuffix(strings.TrimSuffix(lock, ".Lock"), ".RLock")
}

func isCall(s ast.Stmt, text string) bool {
	es, ok := s.(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := es.X.(*ast.CallExpr)
	return ok && len(call.Args) == 0 && types.ExprString(call.Fun) == text
}

// handUnlock finds the only Unlock in a list of statements: the last one, or
// before a last return of names and constants.
func handUnlock(stmts []ast.Stmt, unlock string) (cut analysis.TextEdit, ok bool) {
	for i, s := range stmts {
		if !isCall(s, unlock) || i == 0 {
			continue
		}
		switch {
		case i == len(stmts)-1:
			return edit.Cut(stmts[i-1].End(), s.End()), true
		case i == len(stmts)-2:
			if ret, isReturn := stmts[i+1].(*ast.ReturnStmt); isReturn && plainOperands(ret) {
				return edit.Cut(stmts[i-1].End(), s.End()), true
			}
		}
		return analysis.TextEdit{}, false
	}
	return analysis.TextEdit{}, false
}

func plainOperands(ret *ast.ReturnStmt) bool {
	for _, e := range ret.Results {
		switch e.(type) {
		case *ast.Ident, *ast.BasicLit:
		default:
			return false
		}
	}
	return true
}

// mentions reports whether statements use the lock otherwise, by themselves or by a method of its owner: once more than
// the one Unlock that is cut.
func mentions(in *engine.Info, stmts []ast.Stmt, lock string, one bool) bool {
	owner := ownerOf(lock)
	n := 0
	for _, s := range stmts {
		ast.Inspect(s, func(node ast.Node) bool {
			if sel, ok := node.(*ast.SelectorExpr); ok && strings.HasPrefix(owner+".", types.ExprString(sel.X)+".") && changesLock(in, sel) {
				n++
			}
			return true
		})
	}
	if one {
		n--
	}
	return n > 0
}

// changesLock reports whether a method takes or releases a lock: one that the table knows, or one of the package that leaves
// it otherwise than it found it.
func changesLock(in *engine.Info, sel *ast.SelectorExpr) bool {
	fn, ok := in.Prog.Info.Uses[sel.Sel].(*types.Func)
	if !ok {
		return false
	}
	if eff, ok := in.Prog.API.Lookup(fn.Origin()); ok {
		return eff.Op == api.Lock || eff.Op == api.Unlock
	}
	body := in.Prog.SSA.Prog.FuncValue(fn.Origin())
	if body == nil {
		return false
	}
	sum := in.Locks.Summary(body)
	return sum != nil && slices.ContainsFunc(sum.Outcomes, func(o model.Outcome) bool { return !o.Neutral() })
}

// inner drops a Lock and its Unlock that stand, in one list of statements, inside
// a critical section of the same lock that lasts to the end of the function.
//
// The lock is then held throughout by the outer acquisition, whose Unlock is
// deferred, so the statements in between run under it as before.
func inner(in *engine.Info, e *locks.Event) []analysis.SuggestedFix {
	if e.Contract.IsValid() || e.Held.Site == nil || e.Held.Site == e.Site || e.Held.Site.Parent() != e.Fn {
		return nil
	}
	_, path := edit.Enclosing(in.Prog.Files, ssabuild.InstrPos(e.Site))
	_, outer := edit.Enclosing(in.Prog.Files, ssabuild.InstrPos(e.Held.Site))
	_, body := edit.EnclosingFunc(path)
	if _, other := edit.EnclosingFunc(outer); body == nil || body != other {
		return nil
	}
	first, deferred := outermost(body, outer)
	lock, unlock := lockText(first)
	if lock == "" || deferred == nil || types.ExprString(deferred.Call.Fun) != unlock {
		return nil
	}
	stmts, i := edit.Listed(path)
	if stmts == nil {
		return nil
	}
	innerLock, innerUnlock := lockText(stmts[i])
	if innerLock == "" || ownerOf(innerLock) != ownerOf(lock) {
		return nil
	}
	cuts := []analysis.TextEdit{edit.Cut(stmts[i].Pos(), stmts[min(i+1, len(stmts)-1)].Pos())}
	if i+1 == len(stmts) {
		return nil
	}
	rest := stmts[i+1:]
	if mentions(in, stmts[i+1:], innerLock, true) {
		return nil
	}
	for k, s := range rest {
		if !isCall(s, innerUnlock) {
			continue
		}
		if k == 0 {
			return nil
		}
		cuts = append(cuts, edit.Cut(rest[k-1].End(), s.End()))
		return []analysis.SuggestedFix{{Message: "Drop the inner lock", TextEdits: cuts}}
	}
	return nil
}

// outermost returns the Lock statement of a path if it stands in the function's
// outermost block, and the deferred call right behind it.
func outermost(body *ast.BlockStmt, path []ast.Node) (ast.Stmt, *ast.DeferStmt) {
	for i, s := range body.List {
		for _, n := range path {
			if n != ast.Node(s) {
				continue
			}
			if i+1 < len(body.List) {
				d, _ := body.List[i+1].(*ast.DeferStmt)
				return s, d
			}
			return s, nil
		}
	}
	return nil, nil
}
