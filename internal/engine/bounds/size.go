package bounds

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/pattern"
)

// A Size says what the number of elements of a container follows.
type Size uint8

// The sizes, in rising order of what is to be feared.
const (
	Bounded   Size = iota // the program's text: literals, arrays, constants, a checked maximum
	Unknown               // nothing is known
	Structure             // configuration and structure: servers, shards, handlers
	Data                  // input
)

// maxSize bounds the steps from a container to where it comes from.
const maxSize = 8

// sizeOf is the size of a slice, map, string or array.
func (a *Analysis) sizeOf(v ssa.Value, depth int) Size {
	if s, ok := a.sizes[v]; ok {
		return s
	}
	if depth > maxSize {
		return Unknown
	}
	a.sizes[v] = Bounded // what only grows from itself has the size of its start
	s := a.origin(v, depth+1)
	if s == Data && (a.capped(v) || structural(a.errs.Name(a.prog.Path(v)), v.Type())) {
		s = Structure
		if a.capped(v) {
			s = Bounded
		}
	}
	a.sizes[v] = s
	return s
}

// structural matches names of things of which a program has as many as somebody
// set up, and of pieces into which work was cut already.
var structuralName = pattern.New(`(?i)worker|shard|stripe|partition|replica|listen|server|peer|node|member|endpoint|backend|broker|upstream|remote|config|option|setting|plugin|module|handler|hook|provider|subscri|watcher|observer|service|component|stage|phase|runner|collector|cluster|device|disk|zone|region|interface|addr|host|cpu|core|discover|chunk|batches|bucket|pool[s]?$|queue|route|sender|receiver|manager|client|transport|tier|level|policy|policies|sink|exporter|scraper|informer|controller|daemon|probe|check|signal|stop|closer|cleanup|callback|listener|param|arg|vote|quorum|^subs$`)

func structural(name string, t types.Type) bool {
	if i := strings.LastIndexAny(name, ".)"); i >= 0 {
		name = name[i+1:]
	}
	return structuralName.MatchString(name) && !strings.EqualFold(name, "pools") && !strings.HasSuffix(name, "Pools") || structuralElem(t)
}

// structuralElem looks at the name of the element's type: functions and long-lived things.
func structuralElem(t types.Type) bool {
	var elem types.Type
	switch u := t.Underlying().(type) {
	case *types.Slice:
		elem = u.Elem()
	case *types.Map:
		elem = u.Elem()
	default:
		return false
	}
	if _, ok := elem.Underlying().(*types.Signature); ok {
		return true // functions are written, not read from input
	}
	if _, ok := elem.Underlying().(*types.Chan); ok {
		return true
	}
	n := access.NamedOf(elem)
	return n != nil && structuralName.MatchString(n.Obj().Name()) && !strings.HasSuffix(n.Obj().Name(), "Pool")
}

// origin finds where a container comes from.
func (a *Analysis) origin(v ssa.Value, depth int) Size {
	if _, ok := deref(v.Type()).Underlying().(*types.Array); ok {
		return Bounded
	}
	switch v := v.(type) {
	case *ssa.Const:
		return Bounded
	case *ssa.Alloc:
		return a.cell(v, depth)
	case *ssa.Slice:
		if v.High != nil && a.boundedIndex(v.High) {
			return Bounded
		}
		return a.sizeOf(v.X, depth)
	case *ssa.MakeSlice:
		return a.count(v.Len, depth)
	case *ssa.MakeMap:
		return a.filled(v)
	case *ssa.Phi:
		return a.merged(v, depth)
	case *ssa.ChangeType:
		return a.sizeOf(v.X, depth)
	case *ssa.Convert:
		return a.sizeOf(v.X, depth)
	case *ssa.Parameter:
		return a.param(v, depth)
	case *ssa.FreeVar:
		if l := a.prog.Lexical(v); l != ssa.Value(v) {
			return a.sizeOf(l, depth)
		}
	case *ssa.UnOp:
		if v.Op == token.MUL {
			return a.loaded(v.X, depth)
		}
		return Data // received
	case *ssa.Field:
		return a.field(ssabuild.FieldOf(v), v.X.Type())
	case *ssa.Lookup, *ssa.Index, *ssa.TypeAssert:
		return Data
	case *ssa.Extract:
		switch t := v.Tuple.(type) {
		case *ssa.Call:
			return a.returned(t, v.Index, depth)
		case *ssa.Next, *ssa.Lookup, *ssa.UnOp:
			return Data
		}
	case *ssa.Call:
		return a.returned(v, 0, depth)
	}
	return Unknown
}

func deref(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// loaded is the size of what is loaded from an address.
func (a *Analysis) loaded(addr ssa.Value, depth int) Size {
	switch x := a.prog.Lexical(addr).(type) {
	case *ssa.Alloc:
		return a.cell(x, depth)
	case *ssa.FieldAddr:
		return a.field(ssabuild.FieldOf(x), x.X.Type())
	case *ssa.IndexAddr:
		return Data // a list in a list
	case *ssa.Global:
		return a.global(x)
	case *ssa.Parameter:
		return a.param(x, depth)
	}
	return Unknown
}

// cell is the largest of what is stored into a variable.
func (a *Analysis) cell(al *ssa.Alloc, depth int) Size {
	worst := Bounded
	for _, st := range a.prog.StoresTo(al) {
		worst = max(worst, a.sizeOf(st.Val, depth))
	}
	return worst
}

// merged: a variable that was cut to a constant length on one path was checked on the other.
func (a *Analysis) merged(phi *ssa.Phi, depth int) Size {
	worst := Bounded
	for _, e := range phi.Edges {
		if sl, ok := e.(*ssa.Slice); ok && sl.High != nil && a.boundedIndex(sl.High) {
			return Bounded
		}
		worst = max(worst, a.sizeOf(e, depth))
	}
	return worst
}

// count is the size of what has n elements.
func (a *Analysis) count(n ssa.Value, depth int) Size {
	if a.boundedIndex(n) {
		return Bounded
	}
	if x := lenOf(n); x != nil {
		return a.sizeOf(x, depth)
	}
	return Unknown
}

// boundedIndex reports whether a number is a constant, the smaller of two of which
// one is not a length, or comes from somewhere that has nothing to do with lengths.
func (a *Analysis) boundedIndex(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Const:
		return true
	case *ssa.Call:
		if lenOf(v) != nil {
			return false
		}
		if b, ok := v.Common().Value.(*ssa.Builtin); ok && b.Name() != "min" {
			return false
		}
		return true
	case *ssa.BinOp:
		return a.boundedIndex(v.X) && a.boundedIndex(v.Y)
	case *ssa.Phi:
		for _, e := range v.Edges {
			if e != ssa.Value(v) && lenOf(e) == nil {
				return true // n := len(x), cut down on some path
			}
		}
		return false
	}
	return true // a parameter, field or setting: somebody chose it
}

// filled is the size of a local map: that of the loops in which it is filled.
func (a *Analysis) filled(mk *ssa.MakeMap) Size {
	path := a.prog.Path(mk)
	for _, fn := range a.prog.Funcs {
		if !ssabuild.Encloses(ssabuild.Outermost(mk.Parent()), fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if up, ok := instr.(*ssa.MapUpdate); ok && a.prog.Path(up.Map) == path && a.manyTimes(b) {
					return Data
				}
			}
		}
	}
	return Bounded
}

// manyTimes reports whether a block runs once per element of data.
func (a *Analysis) manyTimes(b *ssa.BasicBlock) bool {
	for _, l := range a.loopsAround(b) {
		switch l.Kind {
		case OverData, Counted:
			if a.sizeOf(l.Over, 2) == Data {
				return true
			}
		case OverStream, Other:
			return true
		}
	}
	return false
}

// param is the size of what this package's calls pass; other packages may pass anything.
func (a *Analysis) param(prm *ssa.Parameter, depth int) Size {
	fn := prm.Parent()
	index := -1
	for i, q := range fn.Params {
		if q == prm {
			index = i
		}
	}
	if index < 0 || ssabuild.IsRangeBody(fn) {
		return Unknown
	}
	variadic := fn.Signature.Variadic() && index == len(fn.Params)-1
	obj, _ := fn.Object().(*types.Func)
	if obj != nil && obj.Exported() && exportedRecv(obj) {
		if variadic {
			return Structure // lists written out in the source
		}
		return Data
	}
	calls := a.prog.Callers(fn)
	if len(calls) == 0 {
		if obj == nil {
			return Unknown // a literal that somebody else calls
		}
		return Data
	}
	worst := Bounded
	for _, call := range calls {
		if a.prog.IsTestFunc(call.Parent()) {
			continue
		}
		s := Unknown
		for _, t := range a.prog.Callees(call) {
			if t.Fn == fn && index < len(t.Args) && t.Args[index] != nil {
				s = a.sizeOf(t.Args[index], depth)
			}
		}
		worst = max(worst, s)
	}
	return worst
}

// exportedRecv reports whether code elsewhere can call a method at all.
func exportedRecv(fn *types.Func) bool {
	recv := fn.Signature().Recv()
	if recv == nil {
		return true
	}
	n := access.NamedOf(recv.Type())
	return n == nil || n.Obj().Exported()
}

// returned is the size of a call's result.
func (a *Analysis) returned(call *ssa.Call, result, depth int) Size {
	if b, ok := call.Common().Value.(*ssa.Builtin); ok {
		if b.Name() == "append" {
			return a.appended(call, depth)
		}
		return Unknown
	}
	fn := ssabuild.StaticCallee(call.Common())
	if fn == nil {
		return Data
	}
	if fn.Pkg() != nil {
		switch fn.Pkg().Path() {
		case "slices", "maps", "sort":
			if len(call.Common().Args) > 0 {
				return a.sizeOf(call.Common().Args[0], depth)
			}
		case "net", "flag", "os", "os/exec", "runtime", "reflect", "path/filepath", "plugin":
			return Structure
		}
	}
	if structural(fn.Name(), call.Type()) {
		return Structure
	}
	worst, known := Bounded, false
	for _, t := range a.prog.Callees(call) {
		if t.Fn == nil || !a.prog.Has(t.Fn) {
			return Data
		}
		for _, b := range t.Fn.Blocks {
			if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && result < len(ret.Results) {
				known = true
				worst = max(worst, a.sizeOf(ret.Results[result], depth))
			}
		}
	}
	if !known {
		return Data
	}
	return worst
}

// appended: a list built in a loop over data follows the data.
func (a *Analysis) appended(call *ssa.Call, depth int) Size {
	base := a.sizeOf(call.Common().Args[0], depth)
	if len(call.Common().Args) > 1 {
		base = max(base, a.sizeOf(call.Common().Args[1], depth))
	}
	if base < Data && a.manyTimes(call.Block()) {
		return Data
	}
	return base
}

// capped reports whether the length of v is compared with a maximum anywhere in
// its function: with a constant above one, or with a setting.
func (a *Analysis) capped(v ssa.Value) bool {
	path := a.prog.Path(v)
	fn := parentOf(v)
	if fn == nil {
		return false
	}
	for _, b := range fn.Blocks {
		iff, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
		if !ok || strings.HasSuffix(b.Comment, ".loop") {
			continue // the condition of a loop over v is no check
		}
		cmp, ok := iff.Cond.(*ssa.BinOp)
		if !ok {
			continue
		}
		for _, pair := range [][2]ssa.Value{{cmp.X, cmp.Y}, {cmp.Y, cmp.X}} {
			x := lenOf(pair[0])
			if x == nil || a.prog.Path(x) != path && x != v {
				continue
			}
			switch other := pair[1].(type) {
			case *ssa.Const:
				if other.Int64() > 1 {
					return true
				}
			case *ssa.UnOp, *ssa.Parameter:
				return true
			}
		}
	}
	return false
}

func parentOf(v ssa.Value) *ssa.Function {
	switch v := v.(type) {
	case ssa.Instruction:
		return v.Parent()
	case *ssa.Parameter:
		return v.Parent()
	case *ssa.FreeVar:
		return v.Parent()
	}
	return nil
}
