package skeleton

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/explore"
)

const (
	maxMethods = 14 // of one type
	maxCtors   = 2
)

// A typeScope is a type under a client that may call its methods at once.
type typeScope struct {
	named   *types.Named
	ctors   []*ssa.Function // nil element: the zero value
	methods []*ssa.Function // exported: what the client calls
	all     []*ssa.Function // what may still free a stuck call
}

// typeScopes lists the types whose methods share synchronisation objects and
// that a client can make.
func (c *Compiler) typeScopes() []typeScope {
	var out []typeScope
	scope := c.prog.Types.Scope()
	for _, name := range scope.Names() {
		tn, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || tn.IsAlias() || c.prog.InTestFile(tn.Pos()) {
			continue
		}
		named, ok := tn.Type().(*types.Named)
		if !ok || named.TypeParams().Len() > 0 || !c.sharesSync(named) {
			continue
		}
		ts := typeScope{named: named}
		ts.methods, ts.all = c.clientMethods(named)
		if len(ts.methods) == 0 || len(ts.methods) > maxMethods {
			continue
		}
		ts.ctors = c.constructors(named)
		if len(ts.ctors) == 0 {
			continue
		}
		ts.all = slices.DeleteFunc(ts.all, func(fn *ssa.Function) bool { return !fn.Object().Exported() && !c.calledFromOutside(fn, ts) })
		out = append(out, ts)
	}
	return out
}

// sharesSync reports whether a struct type has fields that its methods may meet at.
func (c *Compiler) sharesSync(named *types.Named) bool {
	st, ok := named.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for i := range st.NumFields() {
		t := st.Field(i).Type()
		if _, ok := t.Underlying().(*types.Chan); ok || c.types.holdsSync(t) || isNamed(t, "sync", "Cond") {
			return true
		}
	}
	return false
}

// clientMethods are the methods that touch tracked objects: the exported ones,
// which the client calls, and all of them, which the package may call.
func (c *Compiler) clientMethods(named *types.Named) (exported, all []*ssa.Function) {
	for i := range named.NumMethods() {
		m := named.Method(i)
		if c.prog.InTestFile(m.Pos()) {
			continue
		}
		fn := c.prog.SSA.Prog.FuncValue(m)
		if fn == nil || fn.Blocks == nil || !c.rel[fn].syncs {
			continue
		}
		if _, isPtr := fn.Signature.Recv().Type().Underlying().(*types.Pointer); !isPtr {
			continue // a copy shares nothing that the pointer's methods do not
		}
		if m.Exported() {
			exported = append(exported, fn)
		}
		all = append(all, fn)
	}
	return exported, all
}

// calledFromOutside reports whether other code of the package than the type's
// methods and constructors calls or starts a method: then it may do so again.
func (c *Compiler) calledFromOutside(fn *ssa.Function, ts typeScope) bool {
	for _, site := range c.prog.Callers(fn) {
		outer := ssabuild.Outermost(site.Parent())
		if recv := outer.Signature.Recv(); recv != nil && types.Identical(types.Unalias(pointee(recv.Type())), ts.named) || slices.Contains(ts.ctors, outer) {
			continue
		}
		return true
	}
	return false
}

// constructors are the functions of the package that return the type, by their
// first result; without any, the zero value if none of its fields needs making. One
// that has another make the object only fixes some of what that is given.
func (c *Compiler) constructors(named *types.Named) []*ssa.Function {
	var out []*ssa.Function
	for _, fn := range c.prog.Funcs {
		if fn.Parent() != nil || fn.Signature.Recv() != nil || c.prog.IsTestFunc(fn) || fn.Signature.TypeParams().Len() > 0 {
			continue
		}
		res := fn.Signature.Results()
		if res.Len() == 0 {
			continue
		}
		t := res.At(0).Type()
		if p, ok := types.Unalias(t).(*types.Pointer); ok {
			t = p.Elem()
		}
		if types.Identical(t, named) || types.IsInterface(t) && returnsAs(fn, named) {
			out = append(out, fn)
		}
	}
	all := slices.Clone(out)
	out = slices.DeleteFunc(out, func(fn *ssa.Function) bool {
		return slices.ContainsFunc(all, func(o *ssa.Function) bool { return o != fn && c.passesOn(fn, o) && !c.passesOn(o, fn) })
	})
	out = out[:min(len(out), maxCtors)]
	if len(out) == 0 && usefulZero(named) {
		out = append(out, nil)
	}
	return out
}

// passesOn reports whether fn returns what a call of ctor returns.
func (c *Compiler) passesOn(fn, ctor *ssa.Function) bool {
	for _, site := range c.prog.Callers(ctor) {
		if site.Parent() != fn {
			continue
		}
		call, ok := site.(*ssa.Call)
		if !ok {
			continue
		}
		for _, b := range fn.Blocks {
			ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
			if !ok || len(ret.Results) == 0 {
				continue
			}
			v := ret.Results[0]
			if mk, ok := v.(*ssa.MakeInterface); ok {
				v = mk.X
			}
			if ex, ok := v.(*ssa.Extract); ok {
				v = ex.Tuple
			}
			if v == call {
				return true
			}
		}
	}
	return false
}

// returnsAs reports whether fn returns a pointer to the type as an interface.
func returnsAs(fn *ssa.Function, named *types.Named) bool {
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok || len(ret.Results) == 0 {
			continue
		}
		if mk, ok := ret.Results[0].(*ssa.MakeInterface); ok && types.Identical(mk.X.Type(), types.NewPointer(named)) {
			return true
		}
	}
	return false
}

// usefulZero: without channels, maps and pointers to fill in, the zero value works.
func usefulZero(named *types.Named) bool {
	st := named.Underlying().(*types.Struct)
	for i := range st.NumFields() {
		switch st.Field(i).Type().Underlying().(type) {
		case *types.Chan, *types.Signature, *types.Interface:
			return false
		case *types.Pointer:
			return false
		}
	}
	return true
}

// closing guesses from its name whether a method shuts its object down.
func closing(fn *ssa.Function) bool {
	n := strings.ToLower(fn.Name())
	for _, w := range []string{"close", "stop", "shutdown", "cancel", "quit", "kill", "destroy", "release", "exit", "abort", "finish", "done", "terminate", "drain"} {
		if strings.HasPrefix(n, w) || strings.HasSuffix(n, w) {
			return true
		}
	}
	return false
}

// starting guesses from its name whether a method sets its object to work.
func starting(name string) bool {
	n := strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	for _, w := range []string{"start", "run", "serve", "open", "listen", "connect", "init", "launch", "dial", "setup"} {
		if strings.HasPrefix(n, w) {
			return true
		}
	}
	return false
}

// driver builds the function that makes an object and keeps it.
func (c *Compiler) driver(ts typeScope, ctor *ssa.Function) *explore.Func {
	b := explore.NewBuilder("client of "+ts.named.Obj().Name(), 0, 0)
	var p explore.Reg
	if ctor == nil {
		site := c.P.AddSite(explore.Site{Pos: pos(ts.named.Obj().Pos()), Name: ts.named.Obj().Name(), Sync: true})
		p = b.Def(explore.Instr{Op: explore.OpAlloc, N: site})
	} else {
		f := c.funcFor(ctor)
		args := make([]explore.Reg, f.Params)
		for i := range args {
			args[i] = b.Def(explore.Instr{Op: explore.OpOpaque})
		}
		n := ctor.Signature.Results().Len()
		p = b.Def(explore.Instr{Op: explore.OpCall, Call: explore.CallStatic, N: f.ID, Args: args, Results: int32(n), Follow: true})
		if n > 1 {
			tuple := p
			p = b.Def(explore.Instr{Op: explore.OpExtract, A: tuple})
			// The client has the other results, too, and does with them what is not seen here.
			for i := 1; i < n; i++ {
				if c.types.carries(ctor.Signature.Results().At(i).Type()) {
					b.Emit(explore.Instr{Op: explore.OpEscape, Args: []explore.Reg{b.Def(explore.Instr{Op: explore.OpExtract, A: tuple, N: int32(i)})}})
				}
			}
			if last := ctor.Signature.Results().At(n - 1).Type(); types.Identical(last, errorType) {
				// Whoever got an error has no object to call.
				err := b.Def(explore.Instr{Op: explore.OpExtract, A: tuple, N: int32(n - 1)})
				ok := b.Def(explore.Instr{Op: explore.OpBin, N: explore.Eq, A: err, B: b.Const(explore.Nil())})
				yes, no := b.Block(), b.Block()
				b.If(ok, yes, no, 0)
				b.At(no)
				b.Emit(explore.Instr{Op: explore.OpExit})
				b.At(yes)
			}
		}
		switch ctor.Signature.Results().At(0).Type().Underlying().(type) {
		case *types.Pointer:
		case *types.Interface:
			p = b.Def(explore.Instr{Op: explore.OpAssert, A: p, N: c.types.id(types.NewPointer(ts.named)), Zero: explore.Nil()})
		default:
			site := c.P.AddSite(explore.Site{Pos: pos(ctor.Pos()), Name: ts.named.Obj().Name(), Sync: true})
			obj := b.Def(explore.Instr{Op: explore.OpAlloc, N: site})
			b.Emit(explore.Instr{Op: explore.OpStore, A: obj, B: p})
			p = obj
		}
	}
	b.Emit(explore.Instr{Op: explore.OpKeep, A: p})
	b.Return()
	b.F.Creates = true
	return c.P.AddFunc(b.F, nil)
}

// exploreTypes explores every type scope.
func (a *Analysis) exploreTypes(seen map[string]bool) {
	c := a.c
	handed := c.handedOut()
	for _, ts := range c.typeScopes() {
		var calls []explore.Call
		var rescue []*explore.Func
		for _, fn := range ts.methods {
			calls = append(calls, explore.Call{Func: c.funcFor(fn), Closes: closing(fn)})
		}
		for _, fn := range ts.all {
			rescue = append(rescue, c.funcFor(fn))
		}
		counted := c.clientCounts(ts)
		for _, ctor := range ts.ctors {
			root := ctor
			if root == nil {
				root = ts.methods[0]
			}
			a.try("type "+ts.named.Obj().Name(), func() {
				before := a.m.Stats.Over
				results := a.m.ExploreClient(explore.Scope{Entry: c.driver(ts, ctor), Rescue: rescue, Escaped: handed}, calls)
				for _, r := range results {
					a.keepClient(root, r, counted, seen)
				}
				if a.m.Stats.Over > before {
					a.OverScopes = append(a.OverScopes, "type "+ts.named.Obj().Name())
				}
			})
		}
	}
}

// clientCounts reports whether an exported method counts a wait group down: then the client says when something is done.
func (c *Compiler) clientCounts(ts typeScope) bool {
	return slices.ContainsFunc(ts.methods, func(fn *ssa.Function) bool {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(*ssa.Call)
				if !ok {
					continue
				}
				if eff, ok := c.prog.Effect(call.Common()); ok && eff.Op == api.WgDone {
					return true
				}
			}
		}
		return false
	})
}

// keepClient keeps what a pair of calls led to. The protocol of counters and
// unlocks belongs to the caller, so only waits and closes count; counted is the result of clientCounts.
func (a *Analysis) keepClient(root *ssa.Function, r explore.ClientResult, counted bool, seen map[string]bool) {
	var fs []*explore.Finding
	for _, f := range r.Findings {
		switch f.Kind {
		case explore.Stuck:
			if !counted || f.Blocked[0].Instr.Op != explore.OpWait {
				fs = append(fs, f)
			}
		case explore.DoubleClose, explore.SendClosed:
			fs = append(fs, f)
		}
	}
	a.keep(root, fs, true, seen)
	for i := range a.Findings {
		if f := &a.Findings[i]; f.Client && f.Calls == nil {
			f.Calls = r.Calls
			// Two calls of Close at once are rare, and which of them hangs or
			// panics is for their caller to know.
			// So is which object a second start leaves behind.
			f.Twice = len(r.Calls) == 2 && r.Calls[0] == r.Calls[1] && (r.Calls[0].Closes || starting(r.Calls[0].Func.Name))
		}
	}
}
