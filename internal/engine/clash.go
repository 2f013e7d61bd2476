package engine

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine/accesses"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
	"github.com/conclint/conclint/internal/report"
)

// AccessExpr is the expression that an access reads or writes, nil if the syntax does not show it.
func (in *Info) AccessExpr(x *accesses.Access) ast.Expr {
	if x.Foreign != nil {
		return nil
	}
	for _, n := range in.Enclosing(x.Pos) {
		switch n := n.(type) {
		case *ast.IncDecStmt:
			return n.X
		case *ast.AssignStmt:
			if !x.Write() || n.Tok == token.DEFINE {
				continue
			}
			for _, lhs := range n.Lhs {
				if len(n.Lhs) == 1 || lhs.Pos() <= x.Pos && x.Pos <= lhs.End() {
					return lhs
				}
			}
		case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr, *ast.StarExpr:
			if !x.Write() {
				e := n.(ast.Expr)
				if sel, ok := in.selectorOf(e); ok {
					e = sel
				}
				return e
			}
		case ast.Stmt:
			return nil
		}
	}
	return nil
}

// selectorOf is the selector expression whose Sel is e.
func (in *Info) selectorOf(e ast.Expr) (ast.Expr, bool) {
	id, ok := e.(*ast.Ident)
	if !ok {
		return nil, false
	}
	for _, n := range in.Enclosing(id.Pos()) {
		if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel == id {
			return sel, true
		}
	}
	return nil, false
}

// AccessName is the location of an access as the source spells it there.
func (in *Info) AccessName(x *accesses.Access) string {
	if e := in.AccessExpr(x); e != nil && (x.Write() || !x.Content) {
		if s := types.ExprString(e); len(s) <= 60 {
			return s
		}
	}
	if s := x.Path.String(); !strings.Contains(s, "?") {
		return s
	}
	return variableOf(x)
}

// variableOf is the local variable that an access goes through, where the location
// itself has no name: a map that was made for it.
func variableOf(x *accesses.Access) string {
	if load, ok := x.Addr.(*ssa.UnOp); ok {
		switch v := load.X.(type) {
		case *ssa.Alloc:
			if v.Comment != "" {
				return v.Comment
			}
		case *ssa.FreeVar:
			return v.Name()
		}
	}
	return x.Path.String()
}

// Verb says what an access does, as a participle.
func (in *Info) Verb(x *accesses.Access) string {
	if x.Foreign != nil {
		plain := *x
		plain.Foreign, plain.Instr, plain.Pos = nil, nil, token.NoPos
		return in.Verb(&plain) + through + x.Foreign.Func + " (" + x.Foreign.At + ")"
	}
	switch {
	case x.Update == model.IncDec:
		for _, n := range in.Enclosing(x.Pos) {
			if s, ok := n.(*ast.IncDecStmt); ok && s.Tok == token.DEC {
				return "decremented"
			}
		}
		if st, ok := x.Instr.(*ssa.Store); ok {
			if b, ok := st.Val.(*ssa.BinOp); ok && b.Op == token.SUB {
				return "decremented"
			}
		}
		return "incremented"
	case x.Update == model.CheckSet:
		return "tested and then set"
	case x.Update == model.OpAssign:
		return "updated"
	case x.Method != "" && x.Write():
		return "changed by " + x.Method
	case x.Method != "":
		return "read by " + x.Method
	case x.Content && x.Write():
		return "changed"
	case x.Write():
		return "written"
	case x.Atomic:
		return "loaded"
	}
	return "read"
}

// Clash says in one clause who meets whom at a conflict, in the words of the first access.
func (in *Info) Clash(c *accesses.Conflict) string {
	name, verb := in.AccessName(c.X), in.Verb(c.X)
	m := c.Meeting
	if c.X == c.Y || m.Same && m.A.Thread == m.B.Thread && c.Y.Pos == c.X.Pos || m.Same && c.X.Update != model.NoUpdate {
		how := "by handlers, which run in parallel,"
		if m.A.Thread != nil {
			how = "by several goroutines at once (" + in.many(m.A) + ")"
		}
		return fmt.Sprintf("%s is %s %s without a lock", name, verb, how)
	}
	other := fmt.Sprintf("%s at %s", in.Verb(c.Y), in.Prog.Place(c.Y.Pos))
	a, b := m.A.Thread, m.B.Thread
	switch {
	case a != nil && b != nil && m.Same:
		return fmt.Sprintf("%s is %s and %s by several goroutines at once (%s) without a common lock", name, verb, other, in.many(m.A))
	case a != nil && b != nil:
		return fmt.Sprintf("%s is %s in a %s (started at %s) and %s by another (started at %s) without a common lock", name, verb, a.Kind, in.started(a), other, in.started(b))
	case a != nil:
		return fmt.Sprintf("%s is %s in a %s (started at %s) and %s without a common lock", name, verb, a.Kind, in.started(a), other)
	case b != nil:
		return fmt.Sprintf("%s is %s here and %s in a %s (started at %s) without a common lock", name, verb, other, b.Kind, in.started(b))
	}
	return fmt.Sprintf("%s is %s and %s by handlers, which run in parallel, without a common lock", name, verb, other)
}

func (in *Info) started(s *spawn.Spawn) string { return in.Prog.Place(ssabuild.InstrPos(s.Site)) }

// many says why one spawn is several goroutines.
func (in *Info) many(fp *spawn.Footprint) string {
	s := fp.Thread
	switch {
	case s.Kind == model.SpawnHandler:
		return "a handler registered at " + in.started(s)
	case s.Kind == model.SpawnSubtest:
		return "parallel subtests started at " + in.started(s)
	case s.InLoop:
		return "started in a loop at " + in.started(s)
	case fp.At != nil && fp.At != ssa.Instruction(s.Site):
		return "started at " + in.started(s) + " by each call at " + in.Prog.Place(ssabuild.InstrPos(fp.At))
	}
	return "started at " + in.started(s)
}

// Interleaving is the witness of a conflict: how both sides get there, and the bad order.
func (in *Info) Interleaving(c *accesses.Conflict) []report.Step {
	m := c.Meeting
	var steps []report.Step
	g1, g2 := "G1", "G2"
	if m.A.Thread == nil && m.B.Thread != nil {
		g1, g2 = "main", "G1"
	} else if m.B.Thread == nil && m.A.Thread != nil {
		g2 = "main"
	}
	start := func(g string, fp *spawn.Footprint) {
		if s := fp.Thread; s != nil {
			verb := "starts " + g
			if s.Kind == model.SpawnHandler {
				verb = "registers a handler, which runs as " + g
			}
			steps = append(steps, report.Step{Goroutine: "main", Func: ssabuild.FuncName(s.Fn), Pos: ssabuild.InstrPos(s.Site), Text: verb})
		}
	}
	start(g1, m.A)
	if m.B.Thread != m.A.Thread {
		start(g2, m.B)
	} else if m.B.Thread != nil {
		start(g2, m.B)
	}
	step := func(g string, x *accesses.Access, text string) {
		steps = append(steps, report.Step{Goroutine: g, Func: ssabuild.FuncName(x.Fn), Pos: x.Pos, Text: text})
	}
	name := in.AccessName(c.X)
	if c.X.Update != model.NoUpdate && c.Y.Write() {
		step(g1, c.X, "reads "+name)
		step(g2, c.Y, present(in.Verb(c.Y))+" "+in.AccessName(c.Y))
		step(g1, c.X, "writes "+name+" from the old value; the change of "+g2+" is lost")
		return steps
	}
	step(g1, c.X, present(in.Verb(c.X))+" "+name)
	step(g2, c.Y, present(in.Verb(c.Y))+" "+in.AccessName(c.Y)+" at the same time")
	return steps
}

// Verb3 is [Info.Verb] in the third person.
func (in *Info) Verb3(x *accesses.Access) string { return present(in.Verb(x)) }

// through stands before the function of another package that makes an access.
const through = " through "

// present turns a participle of [Info.Verb] into the third person.
func present(verb string) string {
	if verb, by, ok := strings.Cut(verb, through); ok {
		return present(verb) + through + by
	}
	switch {
	case strings.HasPrefix(verb, "changed by "):
		return "changes, by " + strings.TrimPrefix(verb, "changed by ") + ","
	case strings.HasPrefix(verb, "read by "):
		return "reads, by " + strings.TrimPrefix(verb, "read by ") + ","
	case verb == "tested and then set":
		return "tests and then sets"
	case verb == "written":
		return "writes"
	case verb == "read":
		return "reads"
	case verb == "incremented", verb == "decremented", verb == "loaded":
		return strings.TrimSuffix(verb, "ed") + "s"
	case strings.HasSuffix(verb, "ed"):
		return strings.TrimSuffix(verb, "d") + "s"
	}
	return verb
}
