package api

import (
	"go/types"
	"strings"
)

// A Key names a function or method: the import path of its package, the name
// of its receiver's type without pointer ("" for functions), its name.
type Key struct {
	Pkg, Recv, Name string
}

// String is the key as Go documentation writes it: "sync.(Mutex).Lock".
func (k Key) String() string {
	if k.Recv == "" {
		return k.Pkg + "." + k.Name
	}
	return k.Pkg + ".(" + k.Recv + ")." + k.Name
}

// A Table maps known functions to effects. The zero value is unusable; start from [New].
type Table struct {
	runtime string
	rows    map[Key]Effect
}

// DefaultRuntime is the import path of conclint's runtime module.
const DefaultRuntime = "github.com/conclint/conclint/runtime"

// New returns the table with the runtime module at the given import path
// ("" for [DefaultRuntime]) and extra rows that override built-in ones.
func New(runtime string, extra map[Key]Effect) *Table {
	if runtime == "" {
		runtime = DefaultRuntime
	}
	t := &Table{runtime: runtime, rows: builtin()}
	if runtime != DefaultRuntime || len(extra) > 0 {
		t.rows = make(map[Key]Effect, len(builtin())+len(extra))
		for k, e := range builtin() {
			if rest, ok := strings.CutPrefix(k.Pkg, DefaultRuntime+"/"); ok {
				k.Pkg = runtime + "/" + rest
			}
			t.rows[k] = e
		}
		for k, e := range extra {
			t.rows[k] = e
		}
	}
	return t
}

// KeyOf is the key of fn; the receiver of an interface method is the interface's name.
func KeyOf(fn *types.Func) Key {
	k := Key{Name: fn.Name()}
	if fn.Pkg() != nil {
		k.Pkg = fn.Pkg().Path()
	}
	if recv := fn.Signature().Recv(); recv != nil {
		t := types.Unalias(recv.Type())
		if p, ok := t.(*types.Pointer); ok {
			t = types.Unalias(p.Elem())
		}
		if n, ok := t.(*types.Named); ok {
			k.Recv = n.Obj().Name()
		}
	}
	return k
}

// Lookup returns the effect of fn; ok is false if the table does not know it.
// Vendored copies count as the original.
func (t *Table) Lookup(fn *types.Func) (Effect, bool) {
	if fn == nil || fn.Pkg() == nil {
		return Effect{}, false
	}
	e, ok := t.rows[KeyOf(fn.Origin())]
	return e, ok
}

// Row returns the effect of the function that k names; ok is false if the table does not know it.
func (t *Table) Row(k Key) (Effect, bool) {
	e, ok := t.rows[k]
	return e, ok
}

// Keys returns all keys of the table in no particular order.
func (t *Table) Keys() []Key {
	out := make([]Key, 0, len(t.rows))
	for k := range t.rows {
		out = append(out, k)
	}
	return out
}

// RuntimePath is the import path under which this table knows the runtime module.
func (t *Table) RuntimePath() string { return t.runtime }

// IsStd reports whether path is a package of the standard library: the first
// element of every other import path has a dot, except those of test modules,
// which callers pass through std only by mistake of naming.
func IsStd(path string) bool {
	if strings.HasPrefix(path, "vendor/") {
		return true // the standard library's own vendored packages
	}
	first, _, _ := strings.Cut(path, "/")
	return stdRoots[first]
}

// stdRoots are the first path elements of the standard library's packages.
var stdRoots = func() map[string]bool {
	m := make(map[string]bool)
	for _, s := range strings.Fields(`archive arena bufio builtin bytes cmd cmp compress container
		context crypto database debug embed encoding errors expvar flag fmt go hash html
		image index internal io iter log maps math mime net os path plugin reflect regexp
		runtime slices simd sort strconv strings structs sync syscall testing text time
		unicode unique unsafe weak`) {
		m[s] = true
	}
	return m
}()
