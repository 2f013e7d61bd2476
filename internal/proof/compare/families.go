package compare

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/proof/finding"
)

// A family is one kind of pitfall that conclint and at least one other tool look for.
type family struct {
	name  string
	ours  []string            // patterns of codes
	peers map[string][]string // rules of the peer that belong to the family; a rule that ends in * is a prefix
	only  func(s *sources, r Report) bool
}

var families = []family{
	{
		name:  "servers without read timeouts",
		ours:  []string{"notimeout/server", "notimeout/local"},
		peers: map[string][]string{"gosec": {"G112", "G114"}},
	},
	{
		name: "waits on the outside without context or timeout",
		ours: []string{"notimeout/client", "notimeout/dial", "notimeout/exec", "notimeout/query", "notimeout/request", "notimeout/conn", "notimeout/cli"},
		peers: map[string][]string{
			"noctx": {"*"},
		},
	},
	{
		name:  "contexts that are at hand and not passed on",
		ours:  []string{"ctxignored/*"},
		peers: map[string][]string{"contextcheck": {"*"}, "gosec": {"G118"}},
	},
	{
		name:  "errors of goroutines",
		ours:  []string{"losterror/*"},
		peers: map[string][]string{"errcheck": {"*"}},
		only:  (*sources).inGoroutine,
	},
	{
		name:  "busy waits",
		ours:  []string{"spinwait/*"},
		peers: map[string][]string{"staticcheck": {"SA5002", "SA5004"}},
	},
	{
		name: "misuse of locks and wait groups",
		ours: []string{"wgmisuse/*", "unreleased/*", "relock/*"},
		peers: map[string][]string{
			"go vet":      {"copylocks", "waitgroup"},
			"staticcheck": {"SA2000", "SA2001", "SA2003"},
			"checklocks":  {"locks"},
		},
	},
	{
		name:  "fields whose lock or atomic access was forgotten",
		ours:  []string{"racyfield/*", "racycounter/*"},
		peers: map[string][]string{"checklocks": {"inferred", "atomic"}},
	},
}

// has reports whether a rule is among those of the peer in the family.
func (f *family) has(peer, rule string) bool {
	return slices.ContainsFunc(f.peers[peer], func(pattern string) bool {
		prefix, open := strings.CutSuffix(pattern, "*")
		return rule == pattern || open && strings.HasPrefix(rule, prefix)
	})
}

// owns reports whether a code of conclint belongs to the family.
func (f *family) owns(code string) bool {
	return slices.ContainsFunc(f.ours, func(pattern string) bool {
		ok, err := path.Match(pattern, code)
		return ok && err == nil
	})
}

// matches reports whether a finding and a report of another tool are about one place: the finding, a place related to it
// or a step of its witness is at most one line away.
func matches(f finding.Finding, r Report) bool {
	near := func(file string, line int) bool { return file == r.File && r.Line-1 <= line && line <= r.Line+1 }
	if near(f.File, f.Line) {
		return true
	}
	return slices.ContainsFunc(f.Also, func(p finding.Place) bool { return near(p.File, p.Line) })
}

// sources are the parsed files of a module.
type sources struct {
	dir   string
	files map[string]*spans
}

// spans are the lines of a file that go statements start.
type spans struct{ goroutines [][2]int }

// inGoroutine reports whether a report stands at a go statement or inside a function that one runs.
func (s *sources) inGoroutine(r Report) bool {
	f := s.files[r.File]
	if f == nil {
		f = parse(filepath.Join(s.dir, filepath.FromSlash(r.File)))
		s.files[r.File] = f
	}
	return slices.ContainsFunc(f.goroutines, func(lines [2]int) bool { return lines[0] <= r.Line && r.Line <= lines[1] })
}

// parse reads the go statements of a file; of one that cannot be read, none.
func parse(name string) *spans {
	out := new(spans)
	src, err := os.ReadFile(name)
	if err != nil || !bytes.Contains(src, []byte("go ")) {
		return out
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		return out
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if g, ok := n.(*ast.GoStmt); ok {
			out.goroutines = append(out.goroutines, [2]int{fset.Position(g.Pos()).Line, fset.Position(g.End()).Line})
		}
		return true
	})
	return out
}
