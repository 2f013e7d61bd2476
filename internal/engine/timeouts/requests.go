package timeouts

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// A Request says that a function runs while a client waits for its answer.
type Request struct {
	Handler *ssa.Function
	Chain   []model.Hop // from the handler's call to the call of the function; empty for the handler itself
}

// AtHand is the context, or the *http.Request that a handler answers, which fn
// receives as a named parameter, itself or as a function literal's enclosing
// function; nil if there is none. A request without a ResponseWriter beside it may
// be one that is to be sent, whose context is not the caller's.
func AtHand(fn *ssa.Function) *ssa.Parameter {
	for ; fn != nil; fn = fn.Parent() {
		if p := contextParam(fn); p != nil {
			return p
		}
	}
	return nil
}

func contextParam(fn *ssa.Function) *ssa.Parameter {
	answers := false
	for _, p := range fn.Params {
		answers = answers || isNamed(p.Type(), httpPkg, "ResponseWriter")
		if (IsContext(p.Type()) || answers && IsRequest(p.Type())) && Named(p) {
			return p
		}
	}
	return nil
}

// Named reports whether the source gives a parameter a name by which it could be used: none, _ and names that begin with it say that
// it is not.
func Named(p *ssa.Parameter) bool {
	return p.Object() != nil && p.Object().Name() != "" && !strings.HasPrefix(p.Object().Name(), "_")
}

func ownContext(fn *ssa.Function) bool { return contextParam(fn) != nil }

// ServedBy tells on behalf of which request fn runs: fn is a handler, or a
// handler of this package calls it in the same goroutine; nil if none is known.
func (a *Analysis) ServedBy(fn *ssa.Function) *Request {
	if a.entries == nil {
		a.findRequests()
	}
	for ; fn != nil; fn = fn.Parent() {
		if r := a.entries[fn]; r != nil {
			return r
		}
		if a.Detached(fn) {
			return nil
		}
	}
	return nil
}

// maxRequestDepth bounds the calls between a handler and a function that counts as serving it.
const maxRequestDepth = 4

func (a *Analysis) findRequests() {
	a.entries = make(map[*ssa.Function]*Request)
	var queue []*ssa.Function
	for _, fn := range a.prog.Funcs {
		if a.isHandler(fn) && !a.InTests(fn) {
			a.entries[fn] = &Request{Handler: fn}
			queue = append(queue, fn)
		}
	}
	for len(queue) > 0 {
		fn := queue[0]
		queue = queue[1:]
		r := a.entries[fn]
		if len(r.Chain) >= maxRequestDepth {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(*ssa.Call)
				if !ok {
					continue
				}
				for _, t := range a.prog.Callees(call) {
					if t.Fn == nil || t.Via != ssabuild.Static || a.entries[t.Fn] != nil {
						continue
					}
					a.entries[t.Fn] = &Request{Handler: r.Handler, Chain: append(r.Chain[:len(r.Chain):len(r.Chain)], a.hop(call))}
					queue = append(queue, t.Fn)
				}
			}
		}
	}
}

// isHandler reports whether fn answers requests: an HTTP handler by its
// signature, a gRPC method by that and its receiver.
func (a *Analysis) isHandler(fn *ssa.Function) bool {
	sig := fn.Signature
	n := sig.Params().Len()
	for i := range n - 1 {
		if isNamed(sig.Params().At(i).Type(), "net/http", "ResponseWriter") && IsRequest(sig.Params().At(i+1).Type()) {
			return true
		}
	}
	if sig.Recv() == nil || n != 2 || sig.Results().Len() != 2 || !IsContext(sig.Params().At(0).Type()) {
		return false
	}
	st, ok := deref(sig.Recv().Type()).Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range st.Fields() {
		if f.Embedded() && (strings.HasPrefix(f.Name(), "Unimplemented") || strings.HasPrefix(f.Name(), "Unsafe")) && strings.HasSuffix(f.Name(), "Server") {
			return true
		}
	}
	return false
}

// Detached reports whether a function literal runs apart from the call that
// makes it: in a goroutine of its own, later, or when its function ends.
func (a *Analysis) Detached(fn *ssa.Function) bool {
	mk := a.prog.Maker(fn)
	if mk == nil {
		return false
	}
	for _, ref := range *mk.Referrers() {
		switch ref := ref.(type) {
		case *ssa.Go, *ssa.Defer:
			return true
		case *ssa.Call:
			if ref.Call.Value == ssa.Value(mk) {
				continue // called on the spot
			}
			if eff, ok := a.prog.Effect(ref.Common()); ok {
				if eff.Use == api.Keeps && !a.joined(ref, eff) {
					return true
				}
			} else if !a.runsNow(ref, mk) {
				return true // kept or run elsewhere, for all that is known
			}
		case *ssa.Store, *ssa.Return, *ssa.MakeInterface, *ssa.Phi, *ssa.ChangeType:
			return true
		}
	}
	return false
}

// Serves reports whether the package runs servers or handles requests: then it
// is no mere command-line program.
func (a *Analysis) Serves() bool {
	if a.entries == nil {
		a.findRequests()
	}
	if len(a.entries) > 0 {
		return true
	}
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(ssa.CallInstruction)
				if !ok {
					continue
				}
				if eff, ok := a.prog.Effect(call.Common()); ok && eff.Op == api.Block && eff.Blocking == api.Serving {
					return true
				}
			}
		}
	}
	return false
}

// UsesProcess reports whether fn, or a literal in it, looks at the process of a command: it may end it.
func (a *Analysis) UsesProcess(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if fa, ok := instr.(*ssa.FieldAddr); ok && isNamed(deref(fa.X.Type()), "os/exec", "Cmd") {
				if f := ssabuild.FieldOf(fa); f.Name() == "Process" || f.Name() == "Cancel" {
					return true
				}
			}
		}
	}
	for _, anon := range fn.AnonFuncs {
		if a.UsesProcess(anon) {
			return true
		}
	}
	return false
}

// InTests reports whether fn belongs to tests: its file is a _test.go file or
// imports package testing, as the files of test helpers do.
func (a *Analysis) InTests(fn *ssa.Function) bool {
	if a.prog.IsTestFunc(fn) {
		return true
	}
	pos := ssabuild.Outermost(fn).Pos()
	for _, f := range a.prog.Files {
		if f.FileStart <= pos && pos <= f.FileEnd {
			for _, spec := range f.Imports {
				if p := spec.Path.Value; p == `"testing"` || p == `"net/http/httptest"` {
					return true
				}
			}
		}
	}
	return false
}

// joined reports whether the function that starts a goroutine in a group also waits for the group.
func (a *Analysis) joined(spawn *ssa.Call, eff api.Effect) bool {
	if eff.Op != api.WgGo && eff.Op != api.GroupGo {
		return false
	}
	group := a.prog.Path(ssabuild.Receiver(spawn.Common()))
	found := false
	each(spawn.Parent(), func(instr ssa.Instruction) {
		call, ok := instr.(*ssa.Call)
		if !ok {
			return
		}
		e, ok := a.prog.Effect(call.Common())
		if ok && (e.Op == api.WgWait || e.Op == api.GroupWait) && a.prog.Path(ssabuild.Receiver(call.Common())) == group {
			found = true
		}
	})
	return found
}

// runsNow reports whether a call runs the function literal given to it before it
// returns: the standard library does, and a function of this package that only calls it.
func (a *Analysis) runsNow(call *ssa.Call, mk *ssa.MakeClosure) bool {
	callee := ssabuild.StaticCallee(call.Common())
	if callee == nil {
		return false
	}
	if api.IsStd(pkgPath(callee)) {
		return true
	}
	body := a.prog.Body(call.Common().StaticCallee())
	if body == nil {
		return false
	}
	for i, arg := range call.Common().Args {
		if arg != ssa.Value(mk) || i >= len(body.Params) {
			continue
		}
		for _, ref := range *body.Params[i].Referrers() {
			c, ok := ref.(*ssa.Call)
			if !ok || c.Call.Value != ssa.Value(body.Params[i]) {
				return false
			}
		}
	}
	return true
}

// localNetwork reports whether the network that a dial is given is known not to
// be TCP: it is another constant, or the dial happens only where it equals one.
func (a *Analysis) localNetwork(site ssa.CallInstruction, network ssa.Value) bool {
	if s := text(network); s != "" {
		return !strings.HasPrefix(s, "tcp")
	}
	if network == nil {
		return false
	}
	path := a.prog.Path(network)
	for d := site.Block(); d.Idom() != nil; d = d.Idom() {
		p := d.Idom()
		cond, ok := p.Instrs[len(p.Instrs)-1].(*ssa.If)
		if !ok || len(d.Preds) != 1 || d != p.Succs[0] {
			continue
		}
		if bin, ok := cond.Cond.(*ssa.BinOp); ok && bin.Op == token.EQL && a.prog.Path(bin.X) == path {
			if s := text(bin.Y); s != "" && !strings.HasPrefix(s, "tcp") {
				return true
			}
		}
	}
	return false
}
