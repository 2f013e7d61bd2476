package api

import (
	"go/types"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"
)

// TestStandardRows type-checks every package of the standard library that the
// table names, and verifies every row against it.
func TestStandardRows(t *testing.T) {
	table := New("", nil)
	byPkg := make(map[string][]Key)
	for _, k := range table.Keys() {
		if IsStd(k.Pkg) {
			byPkg[k.Pkg] = append(byPkg[k.Pkg], k)
		}
	}
	var paths []string
	for p := range byPkg {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadTypes}, paths...)
	require.NoError(t, err)
	loaded := make(map[string]*types.Package)
	for _, p := range pkgs {
		require.Empty(t, p.Errors)
		loaded[p.PkgPath] = p.Types
	}
	for _, path := range paths {
		require.Contains(t, loaded, path)
		for _, k := range byPkg[path] {
			assert.NoError(t, Verify(loaded[path], k, table.rows[k]))
		}
	}
}

// TestRowsAreUnique: two rows for one function would leave the effect to the order of the families.
func TestRowsAreUnique(t *testing.T) {
	seen := make(map[Key]bool)
	for _, family := range families {
		for _, r := range family {
			for _, name := range r.names {
				k := Key{r.pkg, r.recv, name}
				assert.False(t, seen[k], "two rows for %s", k)
				seen[k] = true
			}
		}
	}
}

// TestRowsMakeSense checks what the fields of an effect promise each other.
func TestRowsMakeSense(t *testing.T) {
	table := New("", nil)
	for _, k := range table.Keys() {
		e := table.rows[k]
		assert.Equal(t, e.Op == Block, e.Blocking != NotBlocking, "%s: only Block has a kind of waiting", k)
		if e.Bound == ByCtx {
			assert.NotEqual(t, None, e.Ctx, "%s: bounded by a context that it does not have", k)
		}
		assert.Equal(t, e.Func == None, e.Use == NoFunc || e.Op == Register && e.Func == None, "%s: a use without a function, or the reverse", k)
		assert.Equal(t, strings.HasPrefix(k.Pkg, DefaultRuntime+"/"), e.Task, "%s: Task marks the runtime module", k)
		if e.Op == Lock || e.Op == Unlock || e.Op == LockView {
			assert.NotEqual(t, NoMode, e.Mode, "%s: a lock operation without mode", k)
		}
	}
}

func TestVerify(t *testing.T) {
	ctx := types.NewPackage("context", "context")
	context := types.NewNamed(types.NewTypeName(0, ctx, "Context", nil), types.NewInterfaceType(nil, nil), nil)
	pkg := types.NewPackage("example.com/p", "p")
	param := func(ts ...types.Type) *types.Signature {
		var vars []*types.Var
		for _, typ := range ts {
			vars = append(vars, types.NewParam(0, pkg, "", typ))
		}
		return types.NewSignatureType(nil, nil, nil, types.NewTuple(vars...), nil, false)
	}
	pkg.Scope().Insert(types.NewFunc(0, pkg, "F", param(context, types.Typ[types.Int], param())))

	ok := calling(ParallelDo, 2, CallsAway).withCtx(0)
	ok.Arg = 1
	assert.NoError(t, Verify(pkg, Key{"example.com/p", "", "F"}, ok))
	for name, c := range map[string]struct {
		key Key
		eff Effect
	}{
		"missing function":     {Key{"example.com/p", "", "G"}, ok},
		"missing type":         {Key{"example.com/p", "T", "F"}, ok},
		"context is no size":   {Key{"example.com/p", "", "F"}, sized(Sleep, 0)},
		"size is no context":   {Key{"example.com/p", "", "F"}, plain(CtxErr).withCtx(1)},
		"size is no function":  {Key{"example.com/p", "", "F"}, calling(Spawn, 1, Keeps)},
		"too few arguments":    {Key{"example.com/p", "", "F"}, sized(Sleep, 3)},
		"negative argument":    {Key{"example.com/p", "", "F"}, sized(Sleep, -2)},
		"function is no count": {Key{"example.com/p", "", "F"}, sized(WgAdd, 2)},
	} {
		assert.Error(t, Verify(pkg, c.key, c.eff), name)
	}
}

func TestMovedRuntime(t *testing.T) {
	moved := New("example.com/fork", nil)
	_, there := moved.rows[Key{"example.com/fork/task", "Group", "Wait"}]
	_, here := moved.rows[Key{DefaultRuntime + "/task", "Group", "Wait"}]
	assert.True(t, there)
	assert.False(t, here)
	assert.Equal(t, "example.com/fork", moved.RuntimePath())
	assert.Equal(t, DefaultRuntime, New("", nil).RuntimePath())
}

func TestExtraRowsOverride(t *testing.T) {
	k := Key{"time", "", "Sleep"}
	table := New("", map[Key]Effect{k: plain(NoOp)})
	assert.Equal(t, NoOp, table.rows[k].Op)
	assert.Equal(t, Sleep, New("", nil).rows[k].Op, "the built-in table is left alone")
}

func TestIsStd(t *testing.T) {
	for path, want := range map[string]bool{
		"net/http": true, "sync": true, "vendor/golang.org/x/net/dns": true,
		"golang.org/x/sync/errgroup": false, "example.com/p": false, "relock/basic": false,
	} {
		assert.Equal(t, want, IsStd(path), path)
	}
}
