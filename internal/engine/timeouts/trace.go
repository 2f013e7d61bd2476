package timeouts

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// An Object is what becomes of a client, server, dialer or connection: every
// place of the package that it reaches, as far as that can be followed.
type Object struct {
	Limited  bool // somebody gives it a timeout or deadline
	Escapes  bool // it gets where somebody unseen may do so
	Exposed  bool // it is returned from an exported function or kept in an exported field or variable
	Returned bool // some function returns it
	Calls    []ssa.CallInstruction
	Fields   []*types.Var // fields of this package that hold it
	Addr     ssa.Value    // what is stored into its field Addr
}

// maxTraced bounds the values of one object.
const maxTraced = 300

// A tracer follows one object.
type tracer struct {
	a    *Analysis
	obj  *Object
	seen map[ssa.Value]bool
	list []ssa.Value
	conf *config
}

// Trace follows the object that v is, or points to.
func (a *Analysis) Trace(v ssa.Value) *Object {
	if obj, ok := a.traces[v]; ok {
		return obj
	}
	t := &tracer{a: a, obj: new(Object), seen: make(map[ssa.Value]bool), conf: configOf(v.Type())}
	t.push(v)
	if fa, ok := v.(*ssa.FieldAddr); ok { // held by value: every selection of the field is the object
		for _, other := range a.fieldAddrs(ssabuild.FieldOf(fa)) {
			t.push(other)
		}
	}
	for len(t.list) > 0 && !t.obj.Escapes {
		w := t.list[0]
		t.list = t.list[1:]
		t.uses(w)
	}
	a.traces[v] = t.obj
	return t.obj
}

func (t *tracer) push(v ssa.Value) {
	if v == nil || t.seen[v] {
		return
	}
	if len(t.seen) >= maxTraced {
		t.obj.Escapes = true
		return
	}
	t.seen[v] = true
	t.list = append(t.list, v)
}

func (t *tracer) uses(v ssa.Value) {
	refs := v.Referrers()
	if refs == nil {
		if fv, ok := v.(*ssa.Global); ok {
			t.global(fv)
		}
		return
	}
	for _, ref := range *refs {
		t.use(v, ref)
	}
}

func (t *tracer) use(v ssa.Value, ref ssa.Instruction) {
	switch ref := ref.(type) {
	case *ssa.FieldAddr:
		if ref.X == v {
			t.selected(v, ref)
		}
	case *ssa.Store:
		switch {
		case ref.Val == v:
			t.stored(ref)
		case ref.Addr == v && t.conf != nil:
			t.overwritten(ref)
		}
	case *ssa.Phi:
		t.push(ref)
	case *ssa.MakeInterface:
		t.push(ref)
	case *ssa.ChangeInterface:
		t.push(ref)
	case *ssa.ChangeType:
		t.push(ref)
	case *ssa.TypeAssert:
		if ref.CommaOk {
			t.extracts(ref, 0)
		} else {
			t.push(ref)
		}
	case *ssa.MakeClosure:
		t.captured(v, ref)
	case ssa.CallInstruction:
		t.passed(v, ref)
	case *ssa.Return:
		t.returned(v, ref)
	case *ssa.Send, *ssa.MapUpdate, *ssa.Select, *ssa.Slice, *ssa.IndexAddr:
		t.obj.Escapes = true
	case *ssa.UnOp:
		if ref.Op == token.MUL && t.conf != nil && types.Identical(ref.Type(), deref(v.Type())) {
			// A copy of the whole has the same settings; who changes the copy does not limit this one.
			return
		}
	}
}

// selected looks at a field of the object: a limit that is set, or an embedded
// object that carries the methods.
func (t *tracer) selected(v ssa.Value, fa *ssa.FieldAddr) {
	f := ssabuild.FieldOf(fa)
	if f == nil || t.conf == nil || configOf(v.Type()) != t.conf {
		return
	}
	if slices.Contains(t.conf.fields, f.Name()) {
		for _, val := range storesThrough(fa) {
			if !isZero(val) {
				t.obj.Limited = true
			}
		}
		for _, ref := range *fa.Referrers() { // &srv.ReadTimeout handed to a flag set
			if call, ok := ref.(ssa.CallInstruction); ok && slices.Contains(call.Common().Args, ssa.Value(fa)) {
				t.obj.Limited = true
			}
		}
	}
	if vals := storesThrough(fa); f.Name() == "Addr" && len(vals) == 1 {
		t.obj.Addr = vals[0]
	}
	if f.Name() == "Transport" && t.conf.name == "Client" {
		for _, val := range storesThrough(fa) {
			if l := t.a.Limit(unwrap(val)); l.Reach == model.Deadline {
				t.obj.Limited = true
			}
		}
	}
}

func unwrap(v ssa.Value) ssa.Value {
	for {
		switch x := v.(type) {
		case *ssa.MakeInterface:
			v = x.X
		case *ssa.ChangeInterface:
			v = x.X
		default:
			return v
		}
	}
}

func isZero(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	if !ok {
		return false
	}
	return c.Value == nil || c.Value.ExactString() == "0"
}

// overwritten handles *v = x: a copy of another config, or a value from a call.
func (t *tracer) overwritten(st *ssa.Store) {
	switch x := st.Val.(type) {
	case *ssa.Const:
	case *ssa.UnOp:
		if l := t.a.Limit(x.X); l.Reach != model.Endless {
			t.obj.Escapes = true
		}
	default:
		t.obj.Escapes = true
	}
}

// stored follows the object into a variable, field or element.
func (t *tracer) stored(st *ssa.Store) {
	switch addr := t.a.prog.Lexical(st.Addr).(type) {
	case *ssa.Alloc:
		t.cell(addr)
	case *ssa.Global:
		t.global(addr)
	case *ssa.FieldAddr:
		t.field(addr)
	default:
		t.obj.Escapes = true
	}
}

// cell follows all loads of a local variable, in closures too.
func (t *tracer) cell(a *ssa.Alloc) {
	if t.seen[a] {
		return
	}
	t.seen[a] = true
	t.loads(a)
}

func (t *tracer) loads(addr ssa.Value) {
	for _, ref := range *addr.Referrers() {
		switch ref := ref.(type) {
		case *ssa.UnOp:
			if ref.Op == token.MUL {
				t.push(ref)
			}
		case *ssa.MakeClosure:
			for i, b := range ref.Bindings {
				if fn := ref.Fn.(*ssa.Function); b == addr && i < len(fn.FreeVars) && !t.seen[fn.FreeVars[i]] {
					t.seen[fn.FreeVars[i]] = true
					t.loads(fn.FreeVars[i])
				}
			}
		case ssa.CallInstruction: // the variable's address is given away
			t.obj.Escapes = true
		}
	}
}

// global follows the loads of a package-level variable, or its selections if it
// holds the object itself.
func (t *tracer) global(g *ssa.Global) {
	if g.Pkg != t.a.prog.SSA {
		t.obj.Escapes = true
		return
	}
	if g.Object() != nil && g.Object().Exported() {
		t.obj.Exposed = true
	}
	byValue := t.conf != nil && configOf(g.Type()) == t.conf
	for _, fn := range t.a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				for _, op := range instr.Operands(nil) {
					if *op != ssa.Value(g) {
						continue
					}
					if u, ok := instr.(*ssa.UnOp); ok && !byValue {
						t.push(u)
					} else if byValue {
						t.use(g, instr)
					}
				}
			}
		}
	}
}

// field follows the object into a field: everything that this package loads
// from that field counts as the object.
func (t *tracer) field(fa *ssa.FieldAddr) {
	f := ssabuild.FieldOf(fa)
	if f == nil || f.Pkg() != t.a.prog.Types {
		t.obj.Escapes = true // kept by another package
		return
	}
	if slices.Contains(t.obj.Fields, f) {
		return
	}
	t.obj.Fields = append(t.obj.Fields, f)
	if f.Exported() && exportedOwner(fa) {
		t.obj.Exposed = true
	}
	for _, other := range t.a.fieldAddrs(f) {
		for _, ref := range *other.Referrers() {
			if u, ok := ref.(*ssa.UnOp); ok && u.Op == token.MUL {
				t.push(u)
			}
		}
	}
}

func (t *tracer) extracts(tuple ssa.Value, i int) {
	for _, ref := range *tuple.Referrers() {
		if e, ok := ref.(*ssa.Extract); ok && e.Index == i {
			t.push(e)
		}
	}
}

func (t *tracer) captured(v ssa.Value, mk *ssa.MakeClosure) {
	fn := mk.Fn.(*ssa.Function)
	if fn.Parent() == nil { // v.Method as a value: called by somebody later
		for _, ref := range *mk.Referrers() {
			if call, ok := ref.(ssa.CallInstruction); ok {
				t.obj.Calls = append(t.obj.Calls, call)
			}
		}
		return
	}
	for i, b := range mk.Bindings {
		if b == v && i < len(fn.FreeVars) {
			if _, isCell := v.(*ssa.Alloc); isCell && t.conf == nil {
				continue
			}
			t.push(fn.FreeVars[i])
		}
	}
}

// passed follows the object into a call: as receiver or as an argument.
func (t *tracer) passed(v ssa.Value, call ssa.CallInstruction) {
	common := call.Common()
	if !slices.Contains(t.obj.Calls, call) {
		t.obj.Calls = append(t.obj.Calls, call)
	}
	eff, known := t.a.prog.Effect(common)
	if known && eff.Op == api.SetDeadline && ssabuild.Receiver(common) == v {
		if d := ssabuild.Arg(common, eff.Arg); d == nil || !isZeroTime(d) {
			t.obj.Limited = true
		}
		return
	}
	if common.IsInvoke() && common.Value == v {
		return
	}
	fn := ssabuild.StaticCallee(common)
	if known || fn != nil && api.IsStd(pkgPath(fn)) {
		t.wrapped(v, call, fn)
		return
	}
	targets := t.a.prog.Callees(call)
	if len(targets) == 0 {
		t.obj.Escapes = true // a function value
		return
	}
	for _, target := range targets {
		for i, arg := range target.Args {
			if arg != v {
				continue
			}
			switch {
			case target.Fn != nil && i < len(target.Fn.Params):
				t.push(target.Fn.Params[i])
			case target.Obj != nil:
				if s := t.a.imported(target.Obj); s != nil && slices.Contains(s.Sets, i) {
					t.obj.Limited = true
				} else if t.conf == nil {
					t.obj.Escapes = true
				}
			}
		}
	}
}

// wrapped follows a connection into what the standard library builds around it:
// tls.Client, bufio.NewReader. The wrapper's own deadline methods set the connection's.
func (t *tracer) wrapped(v ssa.Value, call ssa.CallInstruction, fn *types.Func) {
	val, ok := call.(*ssa.Call)
	if !ok || t.conf != nil || fn == nil || isReceiver(call.Common(), v) {
		return
	}
	if !strings.HasPrefix(fn.Name(), "New") && pkgPath(fn) != "crypto/tls" {
		return
	}
	switch pkgPath(fn) {
	case "crypto/tls", "bufio", "io", "net/textproto", "net/rpc", "net/smtp", "encoding/json", "encoding/gob":
		if _, tuple := val.Type().(*types.Tuple); tuple {
			t.extracts(val, 0)
		} else {
			t.push(val)
		}
	}
}

func isReceiver(common *ssa.CallCommon, v ssa.Value) bool {
	return common.Signature().Recv() != nil && ssabuild.Receiver(common) == v
}

// isZeroTime reports whether d is time.Time{}, which removes a deadline.
func isZeroTime(d ssa.Value) bool {
	c, ok := d.(*ssa.Const)
	if ok {
		return c.Value == nil
	}
	u, ok := d.(*ssa.UnOp)
	if !ok || u.Op != token.MUL {
		return false
	}
	a, ok := u.X.(*ssa.Alloc)
	return ok && len(*a.Referrers()) == 1
}

// returned follows the object to the callers.
func (t *tracer) returned(v ssa.Value, ret *ssa.Return) {
	fn := ret.Parent()
	t.obj.Returned = true
	if obj, ok := fn.Object().(*types.Func); ok && obj.Exported() {
		t.obj.Exposed = true
	}
	calls := t.a.prog.Callers(fn)
	if len(calls) == 0 && fn.Parent() != nil {
		t.obj.Escapes = true
	}
	for i, res := range ret.Results {
		if res != v {
			continue
		}
		for _, c := range calls {
			call, ok := c.(*ssa.Call)
			if !ok {
				continue
			}
			if len(ret.Results) == 1 {
				t.push(call)
			} else {
				t.extracts(call, i)
			}
		}
	}
}
