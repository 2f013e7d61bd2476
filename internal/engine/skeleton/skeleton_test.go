package skeleton_test

import (
	"fmt"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/skeleton"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/explore"
)

// load builds the analyzers' own test packages, which hold a bug or its correct
// twin per function.
func load(t *testing.T) []func() *ssabuild.Program {
	t.Helper()
	root, err := filepath.Abs("../../../testdata/src")
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module m\n\ngo 1.26\n"), 0o666))
	for _, name := range []string{"stuckchan/basic", "stuckchan/types", "chanclose/basic", "wgmisuse/basic", "condmisuse/basic"} {
		files, err := filepath.Glob(filepath.Join(root, name, "*.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		require.NoError(t, os.MkdirAll(filepath.Join(dir, name), 0o777))
		for _, f := range files {
			src, err := os.ReadFile(f)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, name, filepath.Base(f)), src, 0o666))
		}
	}
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax, Dir: dir}, "./...")
	require.NoError(t, err)
	require.NotEmpty(t, pkgs)
	var out []func() *ssabuild.Program
	for _, p := range pkgs {
		require.Empty(t, p.Errors)
		out = append(out, func() *ssabuild.Program {
			noReturn := func(f *types.Func) bool { return f.FullName() == "os.Exit" }
			return ssabuild.Build(p.Fset, p.Syntax, p.Types, p.TypesInfo, noReturn, api.New("", nil))
		})
	}
	return out
}

// findings renders what was found: kind and the places of everyone involved.
func findings(prog *ssabuild.Program, a *skeleton.Analysis) []string {
	var out []string
	for i := range a.Findings {
		f := &a.Findings[i]
		b := &f.Blocked[0]
		pos := token.NoPos
		for _, fr := range b.Frames {
			if fr.Pos != 0 {
				pos = token.Pos(fr.Pos)
			}
		}
		out = append(out, fmt.Sprintf("%d %d %s assumed=%v", f.Kind, f.Category(), prog.Place(pos), f.Assumed()))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestReductionsKeepFindings(t *testing.T) {
	for _, build := range load(t) {
		prog := build()
		a := skeleton.Run(prog, skeleton.Options{})
		want := findings(prog, a)
		assert.NotEmpty(t, want, prog.Types.Path())
		assert.Empty(t, a.OverScopes, "small functions stay within budget")
		for name, opt := range map[string]skeleton.Options{
			"regions and dead values": {NoSimplify: true},
			"ample sets":              {Explore: explore.Options{NoAmple: true}},
			"symmetry":                {Explore: explore.Options{NoSymmetry: true}},
			"variants":                {Explore: explore.Options{NoVariants: true}},
			"data":                    {Explore: explore.Options{Coarse: true}},
		} {
			prog := build()
			assert.Equal(t, want, findings(prog, skeleton.Run(prog, opt)), "%s: without %s", prog.Types.Path(), name)
		}
	}
}

func TestDeterministic(t *testing.T) {
	for _, build := range load(t) {
		render := func() string {
			a := skeleton.Run(build(), skeleton.Options{})
			s := fmt.Sprint(a.Stats)
			for _, f := range a.Findings {
				s += fmt.Sprintln(f.Kind, len(f.Steps), f.Evidence, len(f.Blocked), f.Blocked[0].Instr.Pos)
			}
			return s
		}
		assert.Equal(t, render(), render())
	}
}

// A constructor that returns what another one made is no scope of its own.
func TestWrappersAreNoScopes(t *testing.T) {
	scopes := func(src string) int {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module m\n\ngo 1.26\n"), 0o666))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "a.go"), []byte(src), 0o666))
		pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax, Dir: dir}, ".")
		require.NoError(t, err)
		p := pkgs[0]
		require.Empty(t, p.Errors)
		prog := ssabuild.Build(p.Fset, p.Syntax, p.Types, p.TypesInfo, func(*types.Func) bool { return false }, api.New("", nil))
		none := func(*ssa.Function) bool { return false }
		return skeleton.Run(prog, skeleton.Options{Roots: none}).Stats.Scopes
	}
	const queue = `package a

type Sender interface{ Send(v int) }

type queue struct{ in chan int }

func newQueue(n int) *queue {
	q := &queue{in: make(chan int, n)}
	go func() {
		for range q.in {
		}
	}()
	return q
}

func (q *queue) Send(v int) { q.in <- v }
`
	assert.Equal(t, 1, scopes(queue))
	assert.Equal(t, 1, scopes(queue+"\nfunc New() *queue { return newQueue(8) }\n\nfunc NewSender() Sender { return New() }\n"))
	assert.Equal(t, 2, scopes(queue+"\nfunc Empty() *queue { return &queue{in: make(chan int)} }\n"))
}
