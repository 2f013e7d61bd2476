package timeouts

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

var (
	unclear = model.Limit{}
	endless = model.Limit{Reach: model.Endless}
	cancels = model.Limit{Reach: model.Cancels}
)

// Limit is what a context, request, client, dialer or command limits the waits
// of its users to. ByParam counts the parameters of the declared function around v.
func (a *Analysis) Limit(v ssa.Value) model.Limit {
	if v == nil {
		return unclear
	}
	if l, ok := a.limits[v]; ok {
		return l
	}
	if a.busy[v] || len(a.busy) > 64 {
		return unclear
	}
	a.busy[v] = true
	l := a.limit(v)
	delete(a.busy, v)
	if len(a.busy) == 0 || l.Reach != model.Unclear {
		a.limits[v] = l
	}
	return l
}

func (a *Analysis) limit(v ssa.Value) model.Limit {
	switch v := v.(type) {
	case *ssa.Parameter:
		if fn := v.Parent(); fn.Parent() == nil && limited(v.Type()) {
			return model.Limit{Reach: model.ByParam, Param: slices.Index(fn.Params, v)}
		}
	case *ssa.FreeVar:
		if l := a.prog.Lexical(v); l != ssa.Value(v) {
			return a.Limit(l)
		}
	case *ssa.Phi:
		return a.joinOf(v.Edges)
	case *ssa.MakeInterface:
		return a.Limit(v.X)
	case *ssa.ChangeType:
		return a.Limit(v.X)
	case *ssa.ChangeInterface:
		return a.Limit(v.X)
	case *ssa.TypeAssert:
		if !v.CommaOk {
			return a.Limit(v.X)
		}
	case *ssa.UnOp:
		if v.Op == token.MUL {
			return a.loaded(v)
		}
	case *ssa.Alloc:
		return a.literal(v)
	case *ssa.FieldAddr:
		if isConfig(v.Type()) { // a config that is a field by value
			return a.object(v)
		}
	case *ssa.Global:
		if v.Pkg == a.prog.SSA && isConfig(v.Type()) {
			return a.object(v)
		}
	case *ssa.Extract:
		if call, ok := v.Tuple.(*ssa.Call); ok {
			return a.resultOf(call, v.Index)
		}
	case *ssa.Call:
		return a.resultOf(v, 0)
	}
	return unclear
}

func (a *Analysis) joinOf(vs []ssa.Value) model.Limit {
	if len(vs) == 0 {
		return unclear
	}
	l := a.Limit(vs[0])
	for _, v := range vs[1:] {
		l = l.Join(a.Limit(v))
	}
	return l
}

// loaded is the limit of what an address holds.
func (a *Analysis) loaded(v *ssa.UnOp) model.Limit {
	switch addr := a.prog.Lexical(v.X).(type) {
	case *ssa.Alloc:
		if _, ptr := types.Unalias(v.Type()).Underlying().(*types.Struct); ptr {
			return unclear
		}
		var vals []ssa.Value
		for _, st := range a.prog.StoresTo(addr) {
			if isNil(st.Val) {
				continue // a wait through nil panics at once
			}
			vals = append(vals, st.Val)
		}
		return a.joinOf(vals)
	case *ssa.Global:
		if addr.Pkg != a.prog.SSA {
			if addr.Pkg.Pkg.Path() == "net/http" && addr.Name() == "DefaultClient" {
				return a.defaultClient()
			}
			return unclear
		}
		return a.stored(a.globalStores(addr))
	case *ssa.FieldAddr:
		f := ssabuild.FieldOf(addr)
		if f == nil || !limited(f.Type()) || IsContext(f.Type()) || IsRequest(f.Type()) {
			return unclear // who stores contexts in fields says by it that others decide
		}
		if f.Exported() && exportedOwner(addr) {
			return unclear
		}
		var vals []ssa.Value
		for _, fa := range a.fieldAddrs(f) {
			vals = append(vals, storesThrough(fa)...)
		}
		return a.stored(vals)
	}
	return unclear
}

// stored joins the limits of all values stored into a place that everybody in
// the package shares; a nil among them does not count.
func (a *Analysis) stored(vals []ssa.Value) model.Limit {
	vals = slices.DeleteFunc(slices.Clone(vals), isNil)
	l := a.joinOf(vals)
	if l.Reach == model.ByParam {
		return unclear // of another function
	}
	return l
}

// storesThrough are the values stored into the field that fa addresses.
func storesThrough(fa *ssa.FieldAddr) []ssa.Value {
	var out []ssa.Value
	for _, ref := range *fa.Referrers() {
		if st, ok := ref.(*ssa.Store); ok && st.Addr == ssa.Value(fa) {
			out = append(out, st.Val)
		}
	}
	return out
}

func (a *Analysis) globalStores(g *ssa.Global) []ssa.Value {
	var out []ssa.Value
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if st, ok := instr.(*ssa.Store); ok && st.Addr == ssa.Value(g) {
					out = append(out, st.Val)
				}
			}
		}
	}
	if g.Object() != nil && g.Object().Exported() {
		return nil // others may set it
	}
	return out
}

// exportedOwner reports whether the struct that fa selects from is of an exported named type.
func exportedOwner(fa *ssa.FieldAddr) bool {
	n, ok := types.Unalias(deref(fa.X.Type())).(*types.Named)
	return ok && n.Obj().Exported()
}

// defaultClient is the limit of http.DefaultClient, which a program may set.
func (a *Analysis) defaultClient() model.Limit {
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				st, ok := instr.(*ssa.Store)
				if !ok {
					continue
				}
				addr := st.Addr
				if fa, ok := addr.(*ssa.FieldAddr); ok {
					if u, ok := fa.X.(*ssa.UnOp); ok {
						addr = u.X
					}
				}
				if g, ok := addr.(*ssa.Global); ok && g.Name() == "DefaultClient" && g.Pkg != a.prog.SSA {
					return unclear
				}
			}
		}
	}
	return endless
}

// resultOf is the limit of result i of a call.
func (a *Analysis) resultOf(call *ssa.Call, i int) model.Limit {
	common := call.Common()
	if eff, ok := a.prog.Effect(common); ok {
		return a.made(common, eff)
	}
	if fn := ssabuild.StaticCallee(common); fn != nil && pkgPath(fn) == "os/exec" && fn.Name() == "Cmd" {
		return unclear
	}
	ts := a.prog.Callees(call)
	if len(ts) == 0 {
		return unclear
	}
	var out model.Limit
	for n, t := range ts {
		l := unclear
		if s := a.summaryOf(t); s != nil && i < len(s.Results) {
			l = s.Results[i]
			if l.Reach == model.ByParam {
				if l.Param < len(t.Args) && t.Args[l.Param] != nil {
					l = a.Limit(t.Args[l.Param])
				} else {
					l = unclear
				}
			}
		}
		if n == 0 {
			out = l
		} else {
			out = out.Join(l)
		}
	}
	if out.Reach == model.Endless && isConfig(call.Type()) { // a client made elsewhere may get its timeout here
		if obj := a.Trace(call); obj.Limited || obj.Escapes || obj.Exposed {
			return unclear
		}
	}
	return out
}

// made is the limit of what a function of the table returns.
func (a *Analysis) made(common *ssa.CallCommon, eff api.Effect) model.Limit {
	switch eff.Op {
	case api.CtxRoot:
		return endless
	case api.CtxCancel:
		return a.Limit(ssabuild.Arg(common, eff.Ctx)).Tighten(cancels)
	case api.CtxDeadline:
		return model.Limit{Reach: model.Deadline}
	case api.CtxValue, api.ReqCtx:
		return a.Limit(ssabuild.Arg(common, eff.Ctx))
	case api.CtxOf:
		if l := a.Limit(ssabuild.Receiver(common)); l.Reach == model.Endless || l.Reach == model.ByParam {
			return l
		}
		return cancels
	case api.ReqNew, api.CmdNew:
		if eff.Ctx == api.None {
			return endless
		}
		return a.Limit(ssabuild.Arg(common, eff.Ctx))
	}
	return unclear
}

// literal is the limit of a client, server or dialer made here.
func (a *Analysis) literal(v *ssa.Alloc) model.Limit {
	if !isConfig(v.Type()) {
		if val := a.prog.SingleStore(v); val != nil {
			return a.Limit(val)
		}
		return unclear
	}
	return a.object(v)
}

func (a *Analysis) object(v ssa.Value) model.Limit {
	obj := a.Trace(v)
	switch {
	case obj.Limited:
		return model.Limit{Reach: model.Deadline}
	case obj.Escapes || obj.Exposed:
		return unclear
	}
	return endless
}

// fieldAddrs lists the places of this package that select field f.
func (a *Analysis) fieldAddrs(f *types.Var) []*ssa.FieldAddr {
	if a.fields == nil {
		a.fields = make(map[*types.Var][]*ssa.FieldAddr)
		for _, fn := range a.prog.Funcs {
			for _, b := range fn.Blocks {
				for _, instr := range b.Instrs {
					if fa, ok := instr.(*ssa.FieldAddr); ok {
						if g := ssabuild.FieldOf(fa); g != nil {
							a.fields[g] = append(a.fields[g], fa)
						}
					}
				}
			}
		}
	}
	return a.fields[f]
}
