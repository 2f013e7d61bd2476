package engine

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
	"time"

	"github.com/conclint/conclint/internal/engine/skeleton"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/explore"
	"github.com/conclint/conclint/internal/report"
)

// Interleavings is what exploring the package's goroutines found: who waits for
// ever, who panics on a channel or counter. It is computed when first asked for,
// so never for dependencies.
func (in *Info) Interleavings() *skeleton.Analysis {
	if in.explored == nil {
		start := time.Now()
		in.explored = skeleton.Run(in.Prog, skeleton.Options{})
		in.exploring = time.Since(start)
	}
	return in.explored
}

// An Operations index finds the source of operations by the positions that SSA
// gives them.
type Operations struct {
	in    *Info
	nodes map[token.Pos]ast.Node
}

// Operations is the index of the package.
func (in *Info) Operations() *Operations {
	if in.operations != nil {
		return in.operations
	}
	o := &Operations{in: in, nodes: make(map[token.Pos]ast.Node)}
	for _, file := range in.Prog.Files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SendStmt:
				o.nodes[n.Arrow] = n
			case *ast.UnaryExpr:
				o.nodes[n.OpPos] = n
			case *ast.RangeStmt:
				o.nodes[n.For] = n
				o.nodes[n.Range] = n
			case *ast.CallExpr:
				o.nodes[n.Lparen] = n
			case *ast.GoStmt:
				o.nodes[n.Go] = n
			case *ast.DeferStmt:
				o.nodes[n.Defer] = n
			case *ast.BinaryExpr:
				o.nodes[n.OpPos] = n
			case *ast.SelectStmt:
				o.nodes[n.Select] = n
			case *ast.IfStmt:
				o.condition1(n.Cond)
			}
			return true
		})
	}
	in.operations = o
	return o
}

// condition1 notes a condition that is a variable or field, negated or not: SSA
// gives it the position of its name.
func (o *Operations) condition1(x ast.Expr) {
	switch x := ast.Unparen(x).(type) {
	case *ast.UnaryExpr:
		if x.Op == token.NOT {
			o.condition1(x.X)
		}
	case *ast.BinaryExpr:
		if x.Op == token.LAND || x.Op == token.LOR {
			o.condition1(x.X)
			o.condition1(x.Y)
		}
	case *ast.SelectorExpr:
		o.nodes[x.Sel.Pos()] = x
	case *ast.Ident:
		o.nodes[x.Pos()] = x
	}
}

// Node is the syntax of the operation at pos, nil if there is none.
func (o *Operations) Node(pos explore.Pos) ast.Node { return o.nodes[token.Pos(pos)] }

// Subject is the channel, lock or counter that the operation at pos works on, as
// the user writes it; "" if it has no name.
func (o *Operations) Subject(pos explore.Pos) string {
	if x := o.SubjectExpr(pos); x != nil {
		return short(x)
	}
	return ""
}

// SubjectExpr is the expression behind [Operations.Subject].
func (o *Operations) SubjectExpr(pos explore.Pos) ast.Expr {
	switch n := o.Node(pos).(type) {
	case *ast.SendStmt:
		return n.Chan
	case *ast.UnaryExpr:
		return n.X
	case *ast.RangeStmt:
		return n.X
	case *ast.CallExpr:
		return subjectOfCall(n)
	case *ast.DeferStmt:
		return subjectOfCall(n.Call)
	case *ast.GoStmt:
		return subjectOfCall(n.Call)
	}
	return nil
}

func subjectOfCall(call *ast.CallExpr) ast.Expr {
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.SelectorExpr:
		return fun.X
	case *ast.Ident:
		if fun.Name == "close" && len(call.Args) == 1 {
			return call.Args[0]
		}
	}
	return nil
}

// short is an expression in one line; long ones are cut.
func short(x ast.Expr) string {
	s := types.ExprString(x)
	if len(s) > 40 {
		s = s[:37] + "…"
	}
	return s
}

// condition renders a decision: "err != nil", or its opposite if not taken.
func (o *Operations) condition(b explore.Branch) string {
	n := o.Node(b.Pos)
	switch x := n.(type) {
	case *ast.BinaryExpr:
		if b.Taken {
			return short(x)
		}
		opposite := map[token.Token]token.Token{token.EQL: token.NEQ, token.NEQ: token.EQL, token.LSS: token.GEQ, token.GEQ: token.LSS,
			token.GTR: token.LEQ, token.LEQ: token.GTR}
		if op, ok := opposite[x.Op]; ok {
			return short(&ast.BinaryExpr{X: x.X, Op: op, Y: x.Y})
		}
	case *ast.CallExpr, *ast.SelectorExpr, *ast.Ident:
		if b.Taken {
			return short(x.(ast.Expr))
		}
		return "!" + short(x.(ast.Expr))
	}
	return ""
}

// gname is the name of a goroutine in a witness: the scope's own is G1.
func gname(gor int) string { return fmt.Sprintf("G%d", gor+1) }

// PlaceOf is where a blocked goroutine stands in the package's source.
func PlaceOf(b *explore.Blocked) token.Pos {
	for i := len(b.Frames) - 1; i >= 0; i-- {
		if p := b.Frames[i].Pos; p != 0 {
			return token.Pos(p)
		}
	}
	return token.Pos(b.Func.Pos)
}

// FuncOf is the innermost function of the package that a blocked goroutine is in.
func FuncOf(b *explore.Blocked) string {
	for i := len(b.Frames) - 1; i >= 0; i-- {
		if b.Frames[i].Pos != 0 {
			return b.Frames[i].Func.Name
		}
	}
	return b.Func.Name
}

// What says what a blocked goroutine does: "sends on done".
func (in *Info) What(b *explore.Blocked) string {
	o := in.Operations()
	at := explore.Pos(PlaceOf(b))
	name := o.Subject(at)
	on := func(verb, prep string) string {
		if name == "" {
			return verb
		}
		return verb + " " + prep + name
	}
	switch b.Instr.Op {
	case explore.OpSend:
		return on("sends", "on ")
	case explore.OpRecv:
		if _, ok := o.Node(at).(*ast.RangeStmt); ok {
			return on("ranges", "over ")
		}
		return on("receives", "from ")
	case explore.OpSelect:
		return "selects"
	case explore.OpLock:
		return on("locks", "")
	case explore.OpWait:
		return on("waits for", "")
	case explore.OpCondPark:
		return on("waits on", "")
	case explore.OpOnceBegin:
		return on("waits for", "")
	case explore.OpClose:
		return on("closes", "")
	case explore.OpAdd:
		return on("changes", "")
	}
	return "waits"
}

// Decisive is the event after which nobody could help any more: "the context
// ends first (serve, a.go:12)". It is empty if the finding needs no event.
func (in *Info) Decisive(f *skeleton.Finding) string {
	o := in.Operations()
	for i := len(f.Steps) - 1; i >= 0; i-- {
		st := &f.Steps[i]
		if f.Blocked[0].Stopped && (st.Gor < 0 || st.Instr.Op != explore.OpTimerStop) {
			continue
		}
		for k := len(st.Branches) - 1; k >= 0; k-- {
			if c := o.condition(st.Branches[k]); c != "" {
				return fmt.Sprintf("when %s (%s)", c, in.Prog.Place(token.Pos(st.Branches[k].Pos)))
			}
		}
		if st.Gor < 0 {
			continue
		}
		at := in.Prog.Place(stepPos(st))
		if st.Instr.Op == explore.OpTimerStop {
			return "once " + o.Subject(explore.Pos(stepPos(st))) + " is stopped (" + at + ")"
		}
		if st.Instr.Op == explore.OpSelect && st.Case >= 0 && (st.Kind == explore.StepOutside || st.Kind == explore.StepRendezvous || st.Kind == explore.StepBuffer) {
			verb := "receives from"
			if st.Instr.Cases[st.Case].Send {
				verb = "sends on"
			}
			return fmt.Sprintf("when %s %s %s first (%s)", st.Func.Name, verb, orChannel(o.Subject(explore.Pos(stepPos(st)))), at)
		}
		switch st.Kind {
		case explore.StepFire:
			return "when the context ends first (" + at + ")"
		case explore.StepTimer:
			return "when the timer fires first (" + at + ")"
		case explore.StepClosed:
			if n := o.Subject(explore.Pos(stepPos(st))); n != "" && !strings.HasSuffix(n, "Done()") {
				return fmt.Sprintf("once %s is closed (%s)", n, at)
			}
			return "once the context has ended (" + at + ")"
		}
	}
	return ""
}

func stepPos(st *explore.Step) token.Pos {
	if st.Case >= 0 && st.Case < len(st.Instr.Cases) {
		if p := st.Instr.Cases[st.Case].Pos; p != 0 {
			return token.Pos(p)
		}
	}
	return token.Pos(st.Pos)
}

// maxWitness is the number of steps a person still follows.
const maxWitness = 8

// Witness renders the interleaving of a finding: the last steps that matter, with
// the decisions that follow them, then what each goroutine waits for.
func (in *Info) Witness(f *skeleton.Finding) []report.Step {
	o := in.Operations()
	var steps []report.Step
	for i := range f.Steps {
		st := &f.Steps[i]
		if st.Gor >= 0 {
			if s, ok := in.step(st); ok {
				steps = append(steps, s)
			}
		}
		for _, b := range st.Branches {
			if c := o.condition(b); c != "" && len(steps) > 0 || c != "" && i == 0 {
				steps = append(steps, report.Step{Goroutine: gname(b.Gor), Pos: token.Pos(b.Pos), Text: "goes on with " + c})
			}
		}
	}
	var end []report.Step
	for i := range f.Blocked {
		b := &f.Blocked[i]
		text := in.What(b) + " and waits for ever"
		switch f.Kind {
		case explore.DoubleClose:
			text = in.What(b) + " again and panics"
		case explore.SendClosed:
			text = in.What(b) + ", which is closed, and panics"
		case explore.CloseNil:
			text = in.What(b) + ", which is nil, and panics"
		case explore.NegativeCounter:
			text = in.What(b) + " to below zero and panics"
		case explore.AddRacesWait:
			text = in.What(b)
			if i > 0 {
				text += ", which may already have returned"
			}
		}
		end = append(end, report.Step{Goroutine: gname(b.Gor), Func: FuncOf(b), Pos: PlaceOf(b), Text: text})
	}
	if len(end) > maxWitness-1 {
		end = end[:maxWitness-1]
	}
	if n := maxWitness - len(end); len(steps) > n {
		steps = steps[len(steps)-n:]
	}
	return append(steps, end...)
}

// step renders one step; ok is false for those that only cost the reader time.
func (in *Info) step(st *explore.Step) (report.Step, bool) {
	o := in.Operations()
	pos := stepPos(st)
	if !pos.IsValid() {
		return report.Step{}, false
	}
	name := o.Subject(explore.Pos(pos))
	s := report.Step{Goroutine: gname(st.Gor), Func: st.Func.Name, Pos: pos}
	switch st.Instr.Op {
	case explore.OpSend, explore.OpRecv, explore.OpSelect:
		send := st.Instr.Op == explore.OpSend || st.Instr.Op == explore.OpSelect && st.Case >= 0 && st.Instr.Cases[st.Case].Send
		switch {
		case st.Kind == explore.StepDefault:
			s.Text = "takes the default of the select"
		case st.Kind == explore.StepFire:
			s.Text = "sees the context end"
		case st.Kind == explore.StepTimer:
			s.Text = "sees the timer fire"
		case st.Kind == explore.StepClosed:
			s.Text = "finds " + orChannel(name) + " closed"
		case send && st.Partner >= 0:
			s.Text = fmt.Sprintf("sends on %s, %s receives", orChannel(name), gname(st.Partner))
		case send:
			s.Text = "sends on " + orChannel(name)
		default:
			s.Text = "receives from " + orChannel(name)
		}
	case explore.OpClose:
		s.Text = "closes " + orChannel(name)
	case explore.OpLock:
		if st.Instr.N == explore.Unlock || st.Instr.N == explore.RUnlock || st.Instr.N == explore.RWUnlock {
			return s, false
		}
		s.Text = "locks " + name
	case explore.OpWait:
		s.Text = "returns from the wait for " + name
	case explore.OpCancel:
		s.Text = "cancels the context"
	case explore.OpSignal:
		s.Text = "signals " + name
	case explore.OpTimerStop:
		s.Text = "stops " + name
	default:
		return s, false
	}
	return s, true
}

func orChannel(name string) string {
	if name == "" {
		return "the channel"
	}
	return name
}

// Started says who a blocked goroutine is: "the goroutine started at a.go:12", the
// scope's own function, or the method that a client called.
func (in *Info) Started(b *explore.Blocked, f *skeleton.Finding) string {
	switch {
	case b.Spawned != 0:
		return "the goroutine started at " + in.Prog.Place(token.Pos(b.Spawned))
	case f.Client && len(b.Frames) > 0:
		return b.Frames[0].Func.Name
	}
	return ssabuild.FuncName(f.Root)
}
