package errs

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/pattern"
)

// Fate is what becomes of a function's errors before it returns them.
type Fate uint8

// The fates, in rising order of what a caller misses by not looking.
const (
	Never   Fate = iota // the error result is always nil
	Echo                // only the end of a context or of a listener is returned
	Handled             // what is returned was logged, counted, sent or stored before
	Real                // an error that nobody has seen
)

// wanted reports whether losing the error is worth a word.
func (f Fate) wanted() bool { return f == Real }

var errorType = types.Universe.Lookup("error").Type()

// errorIndex is the index of the last result of type error, -1 if there is none.
func errorIndex(sig *types.Signature) int {
	n := sig.Results().Len()
	if n > 0 && types.Identical(sig.Results().At(n-1).Type(), errorType) {
		return n - 1
	}
	return -1
}

// fateOf is the fate of fn's errors. Recursive calls count as never failing:
// what fails, fails somewhere else in the recursion.
func (a *Analysis) fateOf(fn *ssa.Function) Fate {
	if f, ok := a.fates[fn]; ok {
		return f
	}
	a.fates[fn] = Never
	worst := Never
	i := errorIndex(fn.Signature)
	for _, b := range fn.Blocks {
		if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && i >= 0 && i < len(ret.Results) {
			worst = max(worst, a.valueFate(fn, ret.Results[i], make(map[ssa.Value]bool)))
		}
	}
	a.fates[fn] = worst
	return worst
}

// valueFate is the fate of one error that fn returns.
func (a *Analysis) valueFate(fn *ssa.Function, v ssa.Value, seen map[ssa.Value]bool) Fate {
	if seen[v] {
		return Never
	}
	seen[v] = true
	if a.handled(v) {
		return Handled
	}
	switch v := v.(type) {
	case *ssa.Const:
		return Never
	case *ssa.Phi:
		worst := Never
		for _, e := range v.Edges {
			worst = max(worst, a.valueFate(fn, e, seen))
		}
		return worst
	case *ssa.Extract:
		if call, ok := v.Tuple.(*ssa.Call); ok {
			return a.callFate(call)
		}
	case *ssa.Call:
		return a.callFate(v)
	case *ssa.UnOp:
		if al, ok := a.prog.Lexical(v.X).(*ssa.Alloc); ok {
			worst := Never
			for _, st := range a.prog.StoresTo(al) {
				worst = max(worst, a.valueFate(fn, st.Val, seen))
			}
			return worst
		}
		if g, ok := v.X.(*ssa.Global); ok && isEnd(g.Name()) {
			return Echo
		}
	case *ssa.ChangeInterface:
		return a.valueFate(fn, v.X, seen)
	}
	return Real
}

// isEnd names sentinel errors that say that things came to their proper end.
func isEnd(name string) bool {
	switch name {
	case "EOF", "ErrClosed", "ErrServerClosed", "Canceled", "ErrShutdown", "ErrStopped", "ErrListenerClosed":
		return true
	}
	return false
}

// callFate is the fate of the error that a call returns.
func (a *Analysis) callFate(call *ssa.Call) Fate {
	if a.wrapsHandled(call) {
		return Handled
	}
	if eff, ok := a.prog.Effect(call.Common()); ok {
		switch eff.Op {
		case api.CtxErr, api.Sleep:
			return Echo
		}
		if eff.Op == api.SemAcquire && eff.Ctx != api.None {
			return Echo
		}
	}
	if a.visits(call) {
		return Never
	}
	return a.targetsFate(a.prog.Callees(call), call.Common())
}

// visitors begin the names of functions that go through something and end with the error of the function they are given.
var visitors = []string{"Walk", "ForEach", "Each", "Visit", "Range", "Iterate", "Ascend", "Descend"}

// visits reports whether a call goes through something with a function that never fails, so that it cannot fail either.
func (a *Analysis) visits(call *ssa.Call) bool {
	fn := ssabuild.StaticCallee(call.Common())
	if fn == nil || api.IsStd(pkgPath(fn)) || !slices.ContainsFunc(visitors, func(p string) bool { return hasWordPrefix(fn.Name(), p) }) {
		return false
	}
	visited := false
	for _, arg := range call.Common().Args {
		sig, ok := arg.Type().Underlying().(*types.Signature)
		if !ok || errorIndex(sig) < 0 {
			continue
		}
		if visited = !a.funcFails(arg); !visited {
			return false
		}
	}
	return visited
}

func pkgPath(fn *types.Func) string {
	if fn.Pkg() == nil {
		return ""
	}
	return fn.Pkg().Path()
}

// wrapsHandled reports whether a call wraps an error that was handled already.
func (a *Analysis) wrapsHandled(call *ssa.Call) bool {
	for _, arg := range call.Common().Args {
		if types.Identical(arg.Type(), errorType) && a.handled(arg) {
			return true
		}
		for _, e := range variadic(arg) {
			if types.IsInterface(e.Type()) && types.Identical(e.Type(), errorType) && a.handled(e) {
				return true
			}
		}
	}
	return false
}

// variadic lists the values that make up an argument list, without their conversion to any.
func variadic(arg ssa.Value) []ssa.Value {
	sl, ok := arg.(*ssa.Slice)
	if !ok {
		return nil
	}
	al, ok := sl.X.(*ssa.Alloc)
	if !ok || al.Comment != "varargs" {
		return nil
	}
	var out []ssa.Value
	for _, ref := range *al.Referrers() {
		ia, ok := ref.(*ssa.IndexAddr)
		if !ok {
			continue
		}
		for _, r := range *ia.Referrers() {
			if st, ok := r.(*ssa.Store); ok && st.Addr == ssa.Value(ia) {
				v := st.Val
				switch c := v.(type) {
				case *ssa.MakeInterface:
					v = c.X
				case *ssa.ChangeInterface:
					v = c.X
				}
				out = append(out, v)
			}
		}
	}
	return out
}

// siteFate is the fate of the errors of what a call, or a go statement, runs.
func (a *Analysis) siteFate(site ssa.CallInstruction) Fate {
	return a.targetsFate(a.prog.Callees(site), site.Common())
}

func (a *Analysis) targetsFate(targets []ssabuild.Target, common *ssa.CallCommon) Fate {
	if len(targets) == 0 {
		if fn := ssabuild.StaticCallee(common); fn != nil && unwanted(fn) {
			return Echo
		}
		if runsUntil(common) {
			return Echo
		}
		return Real
	}
	worst := Never
	for _, t := range targets {
		switch {
		case t.Obj != nil && unwanted(t.Obj):
			worst = max(worst, Echo)
		case t.Fn != nil && a.prog.Has(t.Fn):
			worst = max(worst, a.fateOf(t.Fn))
		case t.Obj != nil && a.echoes(t.Obj):
			worst = max(worst, Echo)
		default:
			worst = Real
		}
	}
	return worst
}

// runsUntil reports whether a call is that of a service behind an interface whose methods are written elsewhere, given nothing but a
// context: such a method usually runs until the context ends, and returns that.
func runsUntil(common *ssa.CallCommon) bool {
	params := common.Signature().Params()
	return common.IsInvoke() && params.Len() == 1 && isContext(params.At(0).Type())
}

// unwanted reports whether by its name nobody is expected to look at a
// function's error: it ends or prints something, or pumps bytes until one side hangs up.
func unwanted(fn *types.Func) bool {
	name := fn.Name()
	if name == "Write" {
		return true
	}
	for _, prefix := range []string{
		"Close", "Shutdown", "Stop", "Remove", "Unlink", "Kill", "Signal", "Cleanup", "Clean", "Release", "Cancel", "Unregister",
		"Print", "Fprint", "WriteString", "WriteByte", "Copy", "SetDeadline", "SetReadDeadline", "SetWriteDeadline", "Discard", "Drain",
		"Abort", "Terminate", "Destroy", "Teardown", "TearDown", "Disconnect", "Ping", "Notify", "Log", "Report", "Rollback",
	} {
		if hasWordPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// hasWordPrefix is HasPrefix in which the first letter may be small and the
// prefix must end at the end of a word: Close, closeAll, but not closest.
func hasWordPrefix(name, prefix string) bool {
	if len(name) < len(prefix) || !strings.EqualFold(name[:len(prefix)], prefix) || name[1:len(prefix)] != prefix[1:] {
		return false
	}
	rest := name[len(prefix):]
	return rest == "" || rest[0] < 'a' || rest[0] > 'z' || rest == "ing" || rest == "f" || rest == "ln"
}

// handled reports whether an error is given to anything but a wrapper: it is
// logged, counted, sent, stored, or passed to a function that does not give it back.
func (a *Analysis) handled(v ssa.Value) bool { return a.handledBy(v, nil, make(map[ssa.Value]bool)) }

// handledBy is handled without regard to the store but.
func (a *Analysis) handledBy(v ssa.Value, but *ssa.Store, seen map[ssa.Value]bool) bool {
	if seen[v] || v.Referrers() == nil {
		return false
	}
	seen[v] = true
	for _, ref := range *v.Referrers() {
		switch ref := ref.(type) {
		case *ssa.Send:
			if ref.X == v {
				return true
			}
		case *ssa.Select:
			for _, st := range ref.States {
				if st.Send == v {
					return true
				}
			}
		case *ssa.Panic, *ssa.MapUpdate:
			return true
		case *ssa.BinOp:
			if a.branchHandles(ref) {
				return true
			}
		case *ssa.Store:
			if ref != but && ref.Val == v && a.storeHandles(ref, seen) {
				return true
			}
		case *ssa.MakeInterface, *ssa.ChangeInterface, *ssa.TypeAssert, *ssa.Slice:
			if a.handledBy(ref.(ssa.Value), but, seen) {
				return true
			}
		case ssa.CallInstruction:
			if a.callHandles(ref, v, seen) {
				return true
			}
		}
	}
	return false
}

// storeHandles: memory that others can see keeps the error; an argument list is a
// part of the call that takes it.
func (a *Analysis) storeHandles(st *ssa.Store, seen map[ssa.Value]bool) bool {
	switch addr := st.Addr.(type) {
	case *ssa.IndexAddr:
		if al, ok := addr.X.(*ssa.Alloc); ok && al.Comment == "varargs" {
			return a.handledBy(al, nil, seen)
		}
		return true
	case *ssa.FieldAddr, *ssa.Global:
		return true
	case *ssa.Parameter, *ssa.FreeVar, *ssa.UnOp:
		return true // through a pointer that somebody gave, or kept in a captured variable
	}
	return false
}

func (a *Analysis) callHandles(site ssa.CallInstruction, v ssa.Value, seen map[ssa.Value]bool) bool {
	common := site.Common()
	if common.IsInvoke() && common.Value == v {
		// err.Error() makes a text; what becomes of the text decides.
		call, ok := site.(*ssa.Call)
		return ok && a.handledBy(call, nil, seen)
	}
	if common.Value == v {
		return false
	}
	if b, ok := common.Value.(*ssa.Builtin); ok {
		call, isCall := site.(*ssa.Call)
		return b.Name() == "append" && isCall && a.handledBy(call, nil, seen)
	}
	fn := ssabuild.StaticCallee(common)
	if eff, ok := a.prog.Effect(common); ok && eff.Op == api.Log {
		return true
	}
	res := common.Signature().Results()
	if fn != nil && fn.Pkg() != nil && (fn.Pkg().Path() == "errors" || fn.FullName() == "fmt.Errorf" || fn.Name() == "Is" || fn.Name() == "As") {
		return false
	}
	if res.Len() == 1 {
		if b, ok := res.At(0).Type().Underlying().(*types.Basic); ok && b.Kind() == types.Bool {
			return false // a question about the error
		}
		if types.Identical(res.At(0).Type(), errorType) {
			return false // a wrapper
		}
		if b, ok := res.At(0).Type().Underlying().(*types.Basic); ok && b.Kind() == types.String {
			call, isCall := site.(*ssa.Call)
			return isCall && a.handledBy(call, nil, seen) // fmt.Sprint
		}
	}
	return true
}

// branchHandles reports whether the code that runs when an error is not nil
// logs, counts or tells somebody, without naming the error.
func (a *Analysis) branchHandles(cmp *ssa.BinOp) bool {
	if cmp.Op != token.NEQ && cmp.Op != token.EQL || cmp.Referrers() == nil {
		return false
	}
	for _, ref := range *cmp.Referrers() {
		iff, ok := ref.(*ssa.If)
		if !ok {
			continue
		}
		b := iff.Block().Succs[0]
		if cmp.Op == token.EQL {
			b = iff.Block().Succs[1]
		}
		if len(b.Preds) != 1 {
			continue // not a branch of its own
		}
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Send, *ssa.Panic:
				return true
			case *ssa.Store:
				if a.storeHandles(instr, map[ssa.Value]bool{}) {
					return true
				}
			case ssa.CallInstruction:
				if a.tells(instr.Common()) {
					return true
				}
			}
		}
	}
	return false
}

var telling = pattern.New(`(?i)log|warn|error|print|debug|info|fatal|^inc|^add$|count|observe|record|report|notify|fail|panic|cancel|abort|exit`)

// tells reports whether a call by its effect or name tells somebody that something happened.
func (a *Analysis) tells(common *ssa.CallCommon) bool {
	if eff, ok := a.prog.Effect(common); ok {
		switch eff.Op {
		case api.Log, api.AtomicRMW, api.AtomicStore, api.AtomicCAS, api.Exit, api.Goexit:
			return true
		case api.ErrorNew:
			return false
		}
	}
	fn := ssabuild.StaticCallee(common)
	if fn == nil {
		return !common.IsInvoke() && common.Signature().Results().Len() == 0 // a callback or cancel func
	}
	return telling.MatchString(fn.Name()) && errorIndex(fn.Signature()) < 0
}
