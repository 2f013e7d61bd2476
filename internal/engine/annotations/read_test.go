package annotations_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/annotations"
)

const source = `package p

import "sync"

var global sync.Mutex

// guarded by global
var counter int

// +checklocks:global
var state, other int

type inner struct {
	mu sync.RWMutex
	// +checklocks:mu
	n int
}

type T[E any] struct {
	in    inner
	mu    sync.Mutex // protects a and b.
	a, b  E
	plain int

	sync.Mutex // guards the fields below
	c          int
	d          int

	e int
	// +checklocks:in.mu
	// +checklocks:mu
	two int
	// guarded by the weather
	prose int
	flag int32 // +checkatomic
	loose int // +checklocksignore
	nested struct {
		mu sync.Mutex
		x  int // protected by mu
	}
	bad int // +checklocks:nolock
	list []int // GUARDED_BY(mu)
	ptr *sync.Mutex
	q   int // guarded by t.ptr
	r   int // guarded by ` + "`ptr`" + `
}

// get is a getter.
//
// +checklocksread:t.in.mu
func (t *T[E]) get() {}

// +checklocks:t.mu
// +checklocksexclude:global
func (t *T[E]) both() {}

//+checklocksacquire:o.in.mu
func lock(n int, o *T[int]) {}

// +checklocksrelease:o.in.mu
func unlock(o *T[int]) {}

// +checklocksacquireread:r.mu
func open() (r *inner) { return nil }

// +checklocksexcludewrite:in.mu
func excl(in *inner) {}

// +checklocksignore
func skip() {}

// +checklocks:missing.mu
func wrong() {}

func body(in *inner) {
	in.n++ // +checklocksforce: single threaded here
}
`

func read(t *testing.T, src string) (*annotations.Index, *types.Package, *ast.File, *token.FileSet) {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", src, parser.ParseComments|parser.SkipObjectResolution)
	require.NoError(t, err)
	info := &types.Info{Defs: make(map[*ast.Ident]types.Object), Types: make(map[ast.Expr]types.TypeAndValue)}
	pkg, err := (&types.Config{Importer: importer.ForCompiler(fset, "source", nil)}).Check("p", fset, []*ast.File{f}, info)
	require.NoError(t, err)
	return annotations.Read(fset, []*ast.File{f}, pkg, info), pkg, f, fset
}

// text is a contract as one line: kind, mode, start and class of the lock.
func text(c annotations.Contract) string {
	kind := [...]string{"holds", "excludes", "acquires", "releases", "atomic", "ignored"}[c.Kind]
	if c.Kind == annotations.AtomicUse || c.Kind == annotations.Ignored {
		return kind
	}
	mode := "W"
	if c.Mode == api.Read {
		mode = "R"
	}
	from := [...]string{"object", "param", "result", "global"}[c.Ref.From]
	s := fmt.Sprintf("%s %s %s%d %s", kind, mode, from, c.Ref.Index, c.Ref.Class())
	if c.Prose {
		s += " prose"
	}
	return s
}

func all(cs []annotations.Contract) string {
	var out []string
	for _, c := range cs {
		out = append(out, text(c))
	}
	return strings.Join(out, "; ")
}

func TestVars(t *testing.T) {
	x, pkg, _, _ := read(t, source)
	fields := make(map[string]*types.Var)
	var collect func(prefix string, st *types.Struct)
	collect = func(prefix string, st *types.Struct) {
		for f := range st.Fields() {
			fields[prefix+f.Name()] = f
			if nested, ok := f.Type().(*types.Struct); ok {
				collect(prefix+f.Name()+".", nested)
			}
		}
	}
	for _, name := range []string{"T", "inner"} {
		collect(name+".", pkg.Scope().Lookup(name).Type().Underlying().(*types.Struct))
	}
	for name, want := range map[string]string{
		"inner.n":    "holds W object0 p.inner.mu",
		"T.a":        "holds W object0 p.T.mu prose",
		"T.b":        "holds W object0 p.T.mu prose",
		"T.plain":    "",
		"T.c":        "holds W object0 p.T.Mutex prose",
		"T.d":        "holds W object0 p.T.Mutex prose",
		"T.e":        "",
		"T.two":      "holds W object0 p.inner.mu; holds W object0 p.T.mu",
		"T.prose":    "",
		"T.flag":     "atomic",
		"T.loose":    "ignored",
		"T.nested.x": "holds W object0  prose",
		"T.bad":      "",
		"T.list":     "holds W object0 p.T.mu prose",
		"T.q":        "",
		"T.r":        "holds W object0 p.T.ptr prose",
	} {
		require.Contains(t, fields, name)
		assert.Equal(t, want, all(x.Var(fields[name])), name)
	}
	for name, want := range map[string]string{
		"counter": "holds W global0 p.global prose",
		"state":   "holds W global0 p.global",
		"other":   "holds W global0 p.global",
	} {
		assert.Equal(t, want, all(x.Var(pkg.Scope().Lookup(name).(*types.Var))), name)
	}
}

func TestFuncs(t *testing.T) {
	x, pkg, _, _ := read(t, source)
	method := func(name string) *types.Func {
		obj, _, _ := types.LookupFieldOrMethod(pkg.Scope().Lookup("T").Type(), true, pkg, name)
		return obj.(*types.Func)
	}
	function := func(name string) *types.Func { return pkg.Scope().Lookup(name).(*types.Func) }
	for _, c := range []struct {
		fn   *types.Func
		want string
	}{
		{method("get"), "holds R param0 p.inner.mu"},
		{method("both"), "holds W param0 p.T.mu; excludes R global0 p.global"},
		{function("lock"), "acquires W param1 p.inner.mu"},
		{function("unlock"), "releases W param0 p.inner.mu"},
		{function("open"), "acquires R result0 p.inner.mu"},
		{function("excl"), "excludes W param0 p.inner.mu"},
		{function("skip"), "ignored"},
		{function("wrong"), ""},
		{function("body"), ""},
	} {
		assert.Equal(t, c.want, all(x.Func(c.fn)), c.fn.Name())
	}
	assert.True(t, x.Ignored(function("skip")))
	assert.False(t, x.Ignored(function("body")))
}

func TestProblemsAndForcedLines(t *testing.T) {
	x, _, f, fset := read(t, source)
	var got []string
	for _, p := range x.Problems() {
		got = append(got, fmt.Sprintf("%d: %s", fset.Position(p.Pos).Line, p.Text))
	}
	line := func(text string) int { return strings.Count(source[:strings.Index(source, text)], "\n") + 1 }
	assert.ElementsMatch(t, []string{
		fmt.Sprintf("%d: +checklocks names nolock, which is no lock that is known here", line("+checklocks:nolock")),
		fmt.Sprintf("%d: +checklocks names missing.mu, which is no lock reached from a parameter, a result or a package variable", line("+checklocks:missing")),
	}, got)
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.IncDecStmt); ok {
			assert.True(t, x.Forced(s.Pos()))
		}
		return true
	})
	assert.False(t, x.Forced(f.Package))
}

func TestAliases(t *testing.T) {
	const source = `package p

import "sync"

type part struct{ mu *sync.Mutex }

// +checklocksalias:part.mu=mu
// +checklocksalias:other.mu=part.mu
// +checklocksalias:mu=other.mu
// +checklocksalias:nothing.mu=mu
type whole struct {
	mu    sync.Mutex
	part  part
	other part
	n     int // +checklocks:other.mu
}

// +checklocksalias:a.part.mu=b.mu
func f(a, b *whole) {}

// +checklocksalias:a.part.mu
func g(a *whole) {}
`
	x, pkg, _, fset := read(t, source)
	n := pkg.Scope().Lookup("whole").Type().Underlying().(*types.Struct).Field(3)
	assert.Equal(t, "holds W object0 p.whole.mu", all(x.Var(n)), "by the name that all share")
	fn := x.Func(pkg.Scope().Lookup("f").(*types.Func))
	require.Len(t, fn, 1)
	assert.Equal(t, annotations.Alias, fn[0].Kind)
	assert.Equal(t, "p.part.mu", string(fn[0].Ref.Class()))
	assert.Equal(t, "p.whole.mu", string(fn[0].Same.Class()))
	assert.Equal(t, 1, fn[0].Same.Index)
	assert.Empty(t, x.Func(pkg.Scope().Lookup("g").(*types.Func)))
	var got []string
	for _, p := range x.Problems() {
		got = append(got, fmt.Sprintf("%d: %s", fset.Position(p.Pos).Line, p.Text))
	}
	assert.ElementsMatch(t, []string{
		"9: +checklocksalias says again that two locks of whole are one",
		`10: +checklocksalias names "nothing.mu", which is no lock that is known here`,
		`21: +checklocksalias names "", which is no lock that is known here`,
	}, got)
}

func TestNothing(t *testing.T) {
	var x *annotations.Index
	assert.Empty(t, x.Var(nil))
	assert.Empty(t, x.Func(nil))
	assert.Empty(t, x.Problems())
	assert.False(t, x.Forced(token.NoPos))
	assert.False(t, x.Ignored(nil))
}
