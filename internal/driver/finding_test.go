package driver

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/report"
)

func TestParsePosition(t *testing.T) {
	for in, want := range map[string]Position{
		"/a/b.go:3:7":        {"/a/b.go", 3, 7},
		"/a/b.go:3":          {"/a/b.go", 3, 0},
		`C:\a\b.go:3:7`:      {`C:\a\b.go`, 3, 7},
		`C:\a\b.go:3`:        {`C:\a\b.go`, 3, 0},
		"/a:1/b.go:3:7":      {"/a:1/b.go", 3, 7},
		"-":                  {},
		"":                   {},
		"/a/b.go":            {},
		":3":                 {},
		"/a/b.go:0:0":        {},
		"/a/b.go:x:7":        {"/a/b.go:x", 7, 0},
		"far.go:12":          {"far.go", 12, 0},
		"/a/b.go:-1:7":       {"/a/b.go:-1", 7, 0},
		"/with space.go:1:2": {"/with space.go", 1, 2},
	} {
		assert.Equal(t, want, parsePosition(in), in)
	}
}

func TestDecodeStream(t *testing.T) {
	in := `{}
{
	"example.com/p [example.com/p.test]": {
		"relock": [
			{"category": "relock/lock", "posn": "/p/b.go:2:1", "end": "/p/b.go:2:5", "message": "m",
			 "related": [
				{"posn": "/p/b.go:9:1", "end": "/p/b.go:9:1", "message": "[1] G1 in f: locks"},
				{"posn": "/p/b.go:9:1", "end": "/p/b.go:9:1", "message": "[2] G2 at far.go:3: locks"},
				{"posn": "/p/c.go:1:1", "end": "/p/c.go:1:1", "message": "here"},
				{"posn": "/p/c.go:1:1", "end": "/p/c.go:1:1", "message": "finding id: k"}],
			 "suggested_fixes": [{"message": "Fix", "edits": [{"filename": "/p/b.go", "start": 1, "end": 2, "new": "x"}]}]}
		],
		"other": [{"posn": "-", "end": "-", "message": "of another kind"}]
	}
}
{"example.com/q": {"relock": {"error": "boom"}}}
{"example.com/r": {"relock": 7}}
{"broken":`
	packages := 0
	fs, errs := decodeStream(strings.NewReader(in), func() { packages++ })
	assert.Equal(t, 4, packages)
	assert.Equal(t, []string{
		"cannot read the output of go vet: unexpected EOF",
		"example.com/q: analyzer relock failed: boom",
		"example.com/r: analyzer relock: cannot read its output: json: cannot unmarshal number into Go value of type []driver.jsonDiagnostic",
	}, errs)
	fs = sortFindings(fs)
	require.Len(t, fs, 2)
	assert.Equal(t, "other", fs[0].Code)
	f := fs[1]
	assert.Equal(t, "example.com/p", f.Package)
	assert.Equal(t, Position{"/p/b.go", 2, 5}, f.End)
	assert.Equal(t, []Step{
		{Step: report.Step{Goroutine: "G1", Func: "f", Text: "locks"}, N: 1, Place: Position{"/p/b.go", 9, 1}},
		{Step: report.Step{Goroutine: "G2", At: "far.go:3", Text: "locks"}, N: 2},
	}, f.Witness)
	assert.Equal(t, []Related{{Position{"/p/c.go", 1, 1}, "here"}}, f.Related)
	assert.Equal(t, "k", f.Key)
	assert.Equal(t, "Fix", f.Fixes[0].Title)
	assert.Equal(t, Error, f.Severity)
}

func TestSortFindingsDropsRepetitions(t *testing.T) {
	at := func(file string, line int, code, message, pkg, key string) *Finding {
		return &Finding{CodeInfo: report.CodeInfo{Code: code}, Pos: Position{file, line, 1}, Message: message, Package: pkg, Key: key}
	}
	fs := sortFindings([]*Finding{
		at("b.go", 1, "c", "m", "p", ""),
		at("a.go", 2, "c", "m", "p_test", ""),
		at("a.go", 2, "c", "m", "p", ""),
		at("a.go", 2, "b", "m", "p", ""),
		at("z.go", 1, "c", "cycle of x and y", "q", "x y"),
		at("y.go", 1, "c", "cycle of y and x", "r", "x y"),
		at("y.go", 1, "d", "cycle of y and x", "r", "x y"),
	})
	var got []string
	for _, f := range fs {
		got = append(got, f.Pos.File+" "+f.Code+" "+f.Package)
	}
	assert.Equal(t, []string{"a.go b p", "a.go c p", "b.go c p", "y.go c r", "y.go d r"}, got)
}

func TestFingerprint(t *testing.T) {
	of := func(fs ...Finding) []string {
		var ps []*Finding
		for i := range fs {
			ps = append(ps, &fs[i])
		}
		fingerprint(ps)
		var out []string
		for _, f := range ps {
			out = append(out, f.Fingerprint)
		}
		return out
	}
	base := Finding{CodeInfo: report.CodeInfo{Code: "c"}, Package: "p", Function: "f", Pos: Position{"/a.go", 1, 1}, Message: "x is read at conn.go:12 (L7)"}
	moved := base
	moved.Pos = Position{"/b.go", 99, 3}
	moved.Message = "x is read at conn.go:13:4 (L8)"
	assert.Equal(t, of(base), of(moved), "lines and files may move")
	for name, change := range map[string]func(*Finding){
		"code":     func(f *Finding) { f.Code = "d" },
		"package":  func(f *Finding) { f.Package = "q" },
		"function": func(f *Finding) { f.Function = "g" },
		"message":  func(f *Finding) { f.Message = "y is read at conn.go:12 (L7)" },
		"file":     func(f *Finding) { f.Message = "x is read at serv.go:12 (L7)" },
		"key":      func(f *Finding) { f.Key = "k" },
	} {
		other := base
		change(&other)
		assert.NotEqual(t, of(base), of(other), name)
	}
	twice := of(base, base)
	assert.NotEqual(t, twice[0], twice[1], "two of a kind in one function")
	assert.Equal(t, of(base)[0], twice[0])

	here, there := base, moved
	here.Key, there.Key = "k", "k"
	there.Package, there.Function = "q", "g"
	assert.Equal(t, of(here), of(there), "a key is the same wherever it is found")
}

func TestSortBlocks(t *testing.T) {
	in := "go: warning: something\n# b\nb.go:1: x\nb.go:2: y\n# a [a.test]\na.go:1: x\n# a\na.go:1: x\na.go:2: z\nexit status 1\n\n# c\n# d\ngo: late\n"
	assert.Equal(t, []string{
		"go: warning: something\ngo: late",
		"# a\na.go:1: x\na.go:2: z",
		"# b\nb.go:1: x\nb.go:2: y",
	}, sortBlocks(in))
	assert.Empty(t, sortBlocks(""))
	assert.Equal(t, []string{"# a\nvet: x"}, sortBlocks("# a\n# [a]\nvet: x\n"))

	trace := "# a\na.go:1: x\nfatal error: stack overflow\n"
	for i := range 5000 {
		trace += fmt.Sprintf("frame %d\n", i)
	}
	got := sortBlocks(trace)
	require.Len(t, got, 1)
	assert.Contains(t, got[0], "# a\na.go:1: x\nconclint crashed on this package")
	assert.Contains(t, got[0], "fatal error: stack overflow\nframe 0\n")
	assert.True(t, strings.HasSuffix(got[0], "\n… 4971 more lines"), got[0])
}

func TestEnclosing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.go")
	src := "package p\n\nimport \"x\"\n\nvar a, b = 1,\n\t2\n\ntype T[P any] struct{}\n\nfunc (t *T[P]) m() {\n}\n\nfunc f() {\n\t_ = 1\n}\n\nfunc (T[P]) n() {}\n\nfunc broken( {\n"
	require.NoError(t, os.WriteFile(file, []byte(src), 0o644))
	s := newSources(nil)
	for line, want := range map[int]string{1: "", 3: "", 6: "a,b", 8: "T", 10: "T.m", 14: "f", 17: "T.n"} {
		assert.Equal(t, want, s.enclosing(Position{file, line, 1}), line)
	}
	assert.Equal(t, "", s.enclosing(Position{filepath.Join(t.TempDir(), "none.go"), 1, 1}))
}

func TestPositionsInSource(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.go")
	require.NoError(t, os.WriteFile(file, []byte("é = 1\r\n\txyz"), 0o644))
	s := newSources(nil)
	assert.Equal(t, Position{file, 1, 1}, s.position(file, 0))
	assert.Equal(t, Position{file, 2, 2}, s.position(file, 9))
	assert.Equal(t, Position{file, 2, 5}, s.position(file, 999))
	assert.Equal(t, 2, s.runeColumn(Position{file, 1, 3}))
	assert.Equal(t, 1, s.runeColumn(Position{file, 1, 0}))
	assert.Equal(t, 99, s.runeColumn(Position{file, 1, 99}), "beyond the line")
	line, ok := s.line(file, 1)
	assert.True(t, ok)
	assert.Equal(t, "é = 1", line)
	_, ok = s.line(file, 3)
	assert.False(t, ok)
}

func TestDisplay(t *testing.T) {
	root := filepath.Join(t.TempDir(), "m")
	assert.Equal(t, filepath.Join("x", "a.go"), display(root, filepath.Join(root, "x", "a.go")))
	outside := filepath.Join(filepath.Dir(root), "a.go")
	assert.Equal(t, outside, display(root, outside))
}

func FuzzDecodeStream(f *testing.F) {
	f.Add(`{"p":{"relock":[{"category":"relock/lock","posn":"a.go:1:1","end":"b.go:1:1","message":"m","related":[{"posn":"-","message":"[1] G1: x"}]}]}}`)
	f.Add(`{"p":{"relock":{"error":"x"}}}{}`)
	f.Fuzz(func(t *testing.T, in string) {
		fs, _ := decodeStream(strings.NewReader(in), func() {})
		fs = sortFindings(fs)
		fingerprint(fs)
		seen := map[string]bool{}
		for _, fd := range fs {
			require.False(t, seen[fd.Fingerprint], "fingerprints are unique")
			seen[fd.Fingerprint] = true
			require.True(t, fd.End == fd.Pos || fd.End.File == fd.Pos.File)
		}
		out := &output{findings: fs, dir: "/", src: newSources(nil)}
		for _, name := range sortedKeys(formats) {
			require.NoError(t, formats[name](io.Discard, out))
		}
	})
}
