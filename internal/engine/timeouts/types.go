package timeouts

import (
	"go/types"
)

// IsContext reports whether t is context.Context.
func IsContext(t types.Type) bool { return isNamed(t, "context", "Context") }

// IsRequest reports whether t is *http.Request.
func IsRequest(t types.Type) bool { return isPointerTo(t, "net/http", "Request") }

func isNamed(t types.Type, pkg, name string) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Name() == name && n.Obj().Pkg().Path() == pkg
}

func isPointerTo(t types.Type, pkg, name string) bool {
	p, ok := types.Unalias(t).(*types.Pointer)
	return ok && isNamed(p.Elem(), pkg, name)
}

// deref is the type that t points to, or t.
func deref(t types.Type) types.Type {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// A config is a type whose fields limit what its methods wait for.
type config struct {
	pkg, name string
	fields    []string // any of them, set to something, is a limit
}

var configs = []config{
	{"net/http", "Client", []string{"Timeout"}},
	{"net/http", "Server", []string{"ReadHeaderTimeout", "ReadTimeout"}},
	{"net", "Dialer", []string{"Timeout", "Deadline", "Cancel"}},
	{"net/http", "Transport", []string{"ResponseHeaderTimeout"}},
	{"crypto/tls", "Dialer", []string{"NetDialer"}},
}

// configOf is the config that t, or what t points to, is; nil if it is none.
func configOf(t types.Type) *config {
	if t == nil {
		return nil
	}
	t = deref(t)
	for i := range configs {
		if isNamed(t, configs[i].pkg, configs[i].name) {
			return &configs[i]
		}
	}
	return nil
}

func isConfig(t types.Type) bool { return configOf(t) != nil }

// isConn reports whether t has the deadline methods of a connection.
func isConn(t types.Type) bool {
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, "SetReadDeadline")
	fn, ok := obj.(*types.Func)
	return ok && fn.Signature().Params().Len() == 1
}

// limited reports whether values of type t carry a limit.
func limited(t types.Type) bool {
	return IsContext(t) || IsRequest(t) || isPointerTo(t, "os/exec", "Cmd") || isConfig(t)
}

// settable reports whether a function can give a limit to what t refers to.
func settable(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok && isConfig(p) {
		return true
	}
	return isConn(t)
}
