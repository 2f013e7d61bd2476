package stuckchan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/skeleton"
	"github.com/conclint/conclint/internal/engine/timeouts"
	"github.com/conclint/conclint/internal/explore"
	"github.com/conclint/conclint/internal/pattern"
)

// giveUp lets a send end with the context that is at hand, or with the channel that tells the function or its receiver to
// stop. The value is lost then, as it is now, but not the goroutine. Nothing changes as long as neither has ended.
func giveUp(in *engine.Info, f *skeleton.Finding) []analysis.SuggestedFix {
	b := &f.Blocked[0]
	if b.Instr.Op != explore.OpSend || f.Assumed() {
		return nil
	}
	send, ok := in.Operations().Node(explore.Pos(engine.PlaceOf(b))).(*ast.SendStmt)
	if !ok {
		return nil
	}
	file, path := edit.Enclosing(in.Prog.Files, send.Pos())
	_, body := edit.EnclosingFunc(path)
	sig := edit.Signature(in.Prog.Info, path)
	if file == nil || sig == nil {
		return nil
	}
	if ctx := edit.Variable(in.Prog.Info.Scopes[file], send.Pos(), timeouts.IsContext); ctx != "" {
		bound, ok := edit.BoundBy(in.Prog.Types, in.Prog.Info, ctx, sig.Results())
		if !ok {
			return nil
		}
		return selected(bound, path, ctx+" ends")
	}
	bound := edit.Bound{Pkg: in.Prog.Types, Info: in.Prog.Info}
	for _, find := range []func() (done, leave string){
		func() (string, string) { return polled(in, file, body, send) },
		func() (string, string) { return closedByMaker(in, file, send, sig) },
		func() (string, string) { return receiverEnds(in, send, sig) },
	} {
		done, leave := find()
		if done == "" {
			continue
		}
		bound.Done, bound.Leave = done, func(string) string { return leave }
		return selected(bound, path, done+" is closed")
	}
	return nil
}

func selected(b edit.Bound, path []ast.Node, when string) []analysis.SuggestedFix {
	edits, ok := b.Select(path)
	if !ok {
		return nil
	}
	return []analysis.SuggestedFix{{Message: "Give up the send when " + when, TextEdits: edits}}
}

// polled is the channel that the function around a send itself looks at in a select, to return when it is closed or something
// is received from it; the send leaves by the same return.
func polled(in *engine.Info, file *ast.File, body *ast.BlockStmt, send *ast.SendStmt) (done, leave string) {
	ast.Inspect(body, func(n ast.Node) bool {
		if _, ok := n.(*ast.FuncLit); ok || done != "" {
			return false
		}
		clause, ok := n.(*ast.CommClause)
		if !ok || len(clause.Body) != 1 {
			return true
		}
		ch := receivedFrom(clause.Comm)
		ret, isReturn := clause.Body[0].(*ast.ReturnStmt)
		if ch == nil || !isReturn || len(ret.Results) > 0 || !signals(in, ch) || !sameMeaning(in, file, ch, send.Pos()) {
			return true
		}
		done, leave = types.ExprString(ch), "return"
		return false
	})
	return done, leave
}

// receivedFrom is the channel of a case <-ch, nil for other cases.
func receivedFrom(comm ast.Stmt) ast.Expr {
	s, ok := comm.(*ast.ExprStmt)
	if !ok {
		return nil
	}
	u, ok := ast.Unparen(s.X).(*ast.UnaryExpr)
	if !ok || u.Op != token.ARROW || !edit.Plain(u.X) {
		return nil
	}
	return u.X
}

// signals reports whether a channel carries no values, chan struct{}.
func signals(in *engine.Info, ch ast.Expr) bool { return isSignal(in.Prog.Info.TypeOf(ch)) }

func isSignal(t types.Type) bool {
	c, ok := t.Underlying().(*types.Chan)
	if !ok {
		return false
	}
	s, ok := c.Elem().Underlying().(*types.Struct)
	return ok && s.NumFields() == 0
}

// sameMeaning reports whether the first name of a chain means the same at pos.
func sameMeaning(in *engine.Info, file *ast.File, e ast.Expr, pos token.Pos) bool {
	for {
		sel, ok := e.(*ast.SelectorExpr)
		if !ok {
			break
		}
		e = sel.X
	}
	id, ok := e.(*ast.Ident)
	return ok && edit.Means(in.Prog.Info.Scopes[file], pos, id.Name) == in.Prog.Info.Uses[id]
}

// closedByMaker is the local channel in scope that the function around the sender's goroutine closes with defer, and on which
// nobody sends. Nobody but that function receives what the goroutine sends, so that nothing is lost that somebody waits for.
func closedByMaker(in *engine.Info, file *ast.File, send *ast.SendStmt, sig *types.Signature) (done, leave string) {
	if sig.Results().Len() > 0 {
		return "", ""
	}
	scope := in.Prog.Info.Scopes[file]
	name := edit.Variable(scope, send.Pos(), isSignal)
	if _, ch := local(in, send.Chan); ch == nil || !servedByMaker(in, file, ch) {
		return "", ""
	}
	v, ok := edit.Means(scope, send.Pos(), name).(*types.Var)
	if name == "" || !ok || types.ExprString(send.Chan) == name {
		return "", ""
	}
	closed, other := false, false
	eachName(in, file, v, func(id *ast.Ident, stack []ast.Node) {
		switch p := parent(stack).(type) {
		case *ast.CallExpr:
			fun, isName := p.Fun.(*ast.Ident)
			_, deferred := stack[len(stack)-3].(*ast.DeferStmt)
			lits := 0
			for _, n := range stack {
				if l, ok := n.(*ast.FuncLit); ok && l.Pos() > v.Pos() {
					lits++
				}
			}
			closed = closed || isName && fun.Name == "close" && deferred && lits == 0
		case *ast.SendStmt:
			other = true
		}
	})
	if !closed || other {
		return "", ""
	}
	return name, "return"
}

// servedByMaker reports whether a local channel is received from only by the function that makes it.
func servedByMaker(in *engine.Info, file *ast.File, ch *types.Var) bool {
	ok := true
	eachName(in, file, ch, func(id *ast.Ident, stack []ast.Node) {
		switch p := parent(stack).(type) {
		case *ast.SendStmt, *ast.AssignStmt, *ast.ValueSpec:
			ok = ok && !isValue(p, id)
		case *ast.UnaryExpr, *ast.RangeStmt:
			ok = ok && !inLiteralSince(stack, ch.Pos())
		case *ast.CallExpr:
			ok = ok && edit.CalledName(p) == "close"
		default:
			ok = false
		}
	})
	return ok
}

// isValue reports whether a statement gives a channel away: it sends it, or assigns it to another variable.
func isValue(p ast.Node, id *ast.Ident) bool {
	switch p := p.(type) {
	case *ast.SendStmt:
		return p.Value == ast.Expr(id)
	case *ast.AssignStmt:
		return contains(p.Rhs, id)
	case *ast.ValueSpec:
		return contains(p.Values, id)
	}
	return true
}

// receiverEnds is the field beside the channel of a send that its only receiver closes with defer when it ends, as in
// select { case x.requests <- r: case <-x.done: return }. A sender with results needs an error to return that says so.
func receiverEnds(in *engine.Info, send *ast.SendStmt, sig *types.Signature) (done, leave string) {
	sel, ok := send.Chan.(*ast.SelectorExpr)
	if !ok || !edit.Plain(sel.X) {
		return "", ""
	}
	field := in.Prog.Info.Uses[sel.Sel]
	if field == nil || field.Exported() {
		return "", "" // others may receive
	}
	by := receiversOf(in, field)
	if len(by) != 1 || by[0].Pos() <= send.Pos() && send.Pos() < by[0].End() {
		return "", ""
	}
	closed := ""
	for _, s := range by[0].Body.List {
		d, ok := s.(*ast.DeferStmt)
		if !ok || len(d.Call.Args) != 1 {
			continue
		}
		arg, ok := d.Call.Args[0].(*ast.SelectorExpr)
		if b, isBuiltin := in.Prog.Info.Uses[calledIdent(d.Call)].(*types.Builtin); ok && isBuiltin && b.Name() == "close" && signals(in, arg) && types.Identical(in.Prog.Info.TypeOf(arg.X), in.Prog.Info.TypeOf(sel.X)) {
			closed = arg.Sel.Name
		}
	}
	zeros, ok := edit.BeforeError(sig.Results())
	if closed == "" || !ok {
		return "", ""
	}
	leave = "return"
	if sig.Results().Len() > 0 {
		reason := closedError(in.Prog.Types)
		if reason == "" || edit.Means(in.Prog.Types.Scope(), send.Pos(), reason) != in.Prog.Types.Scope().Lookup(reason) {
			return "", ""
		}
		leave += " " + zeros + reason
	}
	return types.ExprString(sel.X) + "." + closed, leave
}

// receiversOf are the functions that receive from the channel in a field; nil if the channel is used in another way than to
// make it, to send on it, and to receive from it.
func receiversOf(in *engine.Info, field types.Object) []*ast.FuncDecl {
	var out []*ast.FuncDecl
	known := true
	for _, file := range in.Prog.Files {
		for _, d := range file.Decls {
			decl, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			receives := false
			for _, stack := range usesOfField(in, decl, field) {
				switch p := parent(stack).(type) {
				case *ast.UnaryExpr:
					receives = receives || p.Op == token.ARROW
					known = known && p.Op == token.ARROW && !inLiteral(stack)
				case *ast.RangeStmt:
					receives = true
					known = known && !inLiteral(stack)
				case *ast.SendStmt:
					known = known && p.Value != stack[len(stack)-1]
				case *ast.AssignStmt:
					known = known && !contains(p.Rhs, stack[len(stack)-1])
				case *ast.KeyValueExpr:
				default:
					known = false
				}
			}
			if receives {
				out = append(out, decl)
			}
		}
	}
	if !known {
		return nil
	}
	return out
}

// usesOfField are the places where a function names a field, x.f or the key f, each with the nodes around it, the place last.
func usesOfField(in *engine.Info, decl *ast.FuncDecl, field types.Object) (places [][]ast.Node) {
	var stack []ast.Node
	ast.Inspect(decl, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if in.Prog.Info.Uses[n.Sel] == field {
				places = append(places, slices.Clone(stack))
			}
		case *ast.Ident:
			if kv, ok := parent(stack).(*ast.KeyValueExpr); ok && kv.Key == ast.Expr(n) && in.Prog.Info.Uses[n] == field {
				places = append(places, slices.Clone(stack))
			}
		}
		return true
	})
	return places
}

func inLiteral(stack []ast.Node) bool {
	return slices.ContainsFunc(stack, func(n ast.Node) bool { _, ok := n.(*ast.FuncLit); return ok })
}

func contains(list []ast.Expr, n ast.Node) bool {
	return slices.ContainsFunc(list, func(e ast.Expr) bool { return ast.Node(e) == n })
}

var saysClosed = pattern.New(`^[eE]rr(Closed|Stopped|Shutdown|Done)$`)

// closedError is the package's error that says that an object is no longer in use, "" if there is none or more.
func closedError(pkg *types.Package) (name string) {
	for _, n := range pkg.Scope().Names() {
		v, ok := pkg.Scope().Lookup(n).(*types.Var)
		if !ok || !saysClosed.MatchString(n) || !types.Identical(v.Type(), types.Universe.Lookup("error").Type()) {
			continue
		}
		if name != "" {
			return ""
		}
		name = n
	}
	return name
}
