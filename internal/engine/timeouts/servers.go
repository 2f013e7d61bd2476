package timeouts

import (
	"go/constant"
	"go/token"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// A Server is an http.Server that is made and run by this package, or a helper
// that makes one inside.
type Server struct {
	Made  ssa.Value // the literal, variable or field; nil for a helper
	Serve ssa.CallInstruction
	What  string // "http.Server.Serve"
	Local bool   // it listens to this machine alone
}

// Servers lists the servers whose reads nothing bounds, in source order.
func (a *Analysis) Servers() []Server {
	var out []Server
	var done []ssa.Value
	for _, fn := range a.prog.Funcs {
		if a.InTests(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(ssa.CallInstruction)
				if !ok {
					continue
				}
				eff, ok := a.prog.Effect(call.Common())
				callee := ssabuild.StaticCallee(call.Common())
				if !ok || eff.Op != api.Block || eff.Blocking != api.Serving || pkgPath(callee) != httpPkg {
					continue
				}
				s := Server{Serve: call, What: name(call.Common())}
				if callee.Signature().Recv() == nil {
					s.Local = a.local(call.Common().Args[0])
					out = append(out, s)
					continue
				}
				for _, made := range a.Origins(ssabuild.Receiver(call.Common())) {
					if slices.Contains(done, made) || made.Parent() != nil && a.InTests(made.Parent()) {
						continue
					}
					obj := a.Trace(made)
					if obj.Limited || obj.Escapes || obj.Exposed && ssabuild.Outermost(made.Parent()) != ssabuild.Outermost(fn) {
						continue
					}
					done = append(done, made)
					s.Made = made
					s.Local = a.local(obj.Addr) || len(call.Common().Args) > 1 && a.local(call.Common().Args[1])
					out = append(out, s)
				}
			}
		}
	}
	return out
}

const httpPkg = "net/http"

// Origins are the literals, variables and value fields that a client or server
// may be; nil if one of the ways back cannot be followed.
func (a *Analysis) Origins(v ssa.Value) []ssa.Value {
	var out []ssa.Value
	seen := make(map[ssa.Value]bool)
	var walk func(v ssa.Value) bool
	all := func(vs []ssa.Value) bool {
		found := false
		for _, v := range vs {
			if isNil(v) {
				continue
			}
			if !walk(v) {
				return false
			}
			found = true
		}
		return found
	}
	walk = func(v ssa.Value) bool {
		if seen[v] {
			return true
		}
		if len(seen) > 64 {
			return false
		}
		seen[v] = true
		switch v := a.prog.Lexical(v).(type) {
		case *ssa.Alloc:
			if isConfig(v.Type()) {
				if !slices.Contains(out, ssa.Value(v)) {
					out = append(out, v)
				}
				return true
			}
			var vals []ssa.Value
			for _, st := range a.prog.StoresTo(v) {
				vals = append(vals, st.Val)
			}
			return all(vals)
		case *ssa.FieldAddr:
			if isConfig(v.Type()) {
				for _, o := range out {
					if fa, ok := o.(*ssa.FieldAddr); ok && ssabuild.FieldOf(fa) == ssabuild.FieldOf(v) {
						return true
					}
				}
				out = append(out, v)
				return true
			}
			var vals []ssa.Value
			for _, fa := range a.fieldAddrs(ssabuild.FieldOf(v)) {
				vals = append(vals, storesThrough(fa)...)
			}
			return all(vals)
		case *ssa.Global:
			if v.Pkg != a.prog.SSA {
				return false
			}
			if isConfig(v.Type()) {
				out = append(out, v)
				return true
			}
			return all(a.globalStores(v))
		case *ssa.UnOp:
			return v.Op == token.MUL && walk(v.X)
		case *ssa.Phi:
			return all(v.Edges)
		case *ssa.Extract:
			call, ok := v.Tuple.(*ssa.Call)
			return ok && all(a.returned(call, v.Index))
		case *ssa.Call:
			return all(a.returned(v, 0))
		case *ssa.Parameter:
			return all(a.argumentsOf(v))
		}
		return false
	}
	if v == nil || !walk(v) {
		return nil
	}
	return out
}

// returned are the values that result i of a call may be, if its callee is in this package.
func (a *Analysis) returned(call *ssa.Call, i int) []ssa.Value {
	body := a.prog.Body(call.Common().StaticCallee())
	if body == nil {
		return nil
	}
	var out []ssa.Value
	for _, b := range body.Blocks {
		if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && i < len(ret.Results) {
			out = append(out, ret.Results[i])
		}
	}
	return out
}

// argumentsOf are the values that the callers in this package pass for a
// parameter of an unexported function; nil where others may call it.
func (a *Analysis) argumentsOf(p *ssa.Parameter) []ssa.Value {
	fn := p.Parent()
	if fn.Object() == nil || fn.Object().Exported() {
		return nil
	}
	i := slices.Index(fn.Params, p)
	var out []ssa.Value
	for _, c := range a.prog.Callers(fn) {
		for _, t := range a.prog.Callees(c) {
			if t.Fn != fn {
				continue
			}
			if i >= len(t.Args) || t.Args[i] == nil {
				return nil
			}
			out = append(out, t.Args[i])
		}
	}
	return out
}

// local reports whether an address or listener belongs to this machine alone:
// a loopback address or a Unix socket.
func (a *Analysis) local(v ssa.Value) bool {
	if v == nil {
		return false
	}
	v = unwrap(v)
	if e, ok := v.(*ssa.Extract); ok {
		v = e.Tuple
	}
	switch v := v.(type) {
	case *ssa.Call:
		fn := ssabuild.StaticCallee(v.Common())
		if fn == nil || pkgPath(fn) != "net" {
			return false
		}
		switch fn.Name() {
		case "Listen":
			first, second := ssabuild.Arg(v.Common(), 0), ssabuild.Arg(v.Common(), 1)
			if fn.Signature().Recv() != nil { // ListenConfig.Listen has a context
				first, second = second, ssabuild.Arg(v.Common(), 2)
			}
			return strings.HasPrefix(text(first), "unix") || a.local(second)
		case "ListenUnix":
			return true
		case "JoinHostPort":
			return isLoopback(text(v.Common().Args[0]))
		}
	case *ssa.BinOp, *ssa.Const:
		host := text(v)
		if i := strings.LastIndexByte(host, ':'); i >= 0 {
			host = host[:i]
		}
		return isLoopback(host)
	}
	return false
}

func isLoopback(host string) bool {
	host = strings.Trim(host, "[]")
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Zone() == "" && ip.Unmap().IsLoopback()
}

// text is the constant string that v is, or begins with.
func text(v ssa.Value) string {
	switch v := v.(type) {
	case *ssa.Const:
		if v.Value != nil && v.Value.Kind() == constant.String {
			return constant.StringVal(v.Value)
		}
	case *ssa.BinOp:
		if v.Op == token.ADD {
			return text(v.X)
		}
	}
	return ""
}
