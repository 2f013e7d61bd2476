package driver

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/report"
)

// A simulated session: every finding is a letter in the file of its package,
// its fix makes it upper case, and proof says which packages then fail.
func session(t *testing.T, files map[string]string, proof func(texts map[string]string) map[string]string) (map[string]string, *fixer, int) {
	t.Helper()
	dir := t.TempDir()
	for pkg, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, pkg+".go"), []byte("package p // "+text), 0o644))
	}
	x := &fixer{guard: &fileGuard{cwd: dir, seen: map[string]string{}}, rejected: map[string]bool{}, limit: map[string]int{}}
	read := func(texts map[string][]byte) (map[string]string, *sources, []*Finding) {
		src := newSources(texts)
		out := map[string]string{}
		var fs []*Finding
		for _, pkg := range slices.Sorted(maps.Keys(files)) {
			file := filepath.Join(dir, pkg+".go")
			data := string(src.file(file).data)
			out[pkg] = strings.TrimPrefix(data, "package p // ")
			for i := len("package p // "); i < len(data); i++ {
				if c := data[i]; 'a' <= c && c <= 'z' {
					fs = append(fs, &Finding{
						CodeInfo: report.CodeInfo{Code: string(c)}, Package: pkg, Pos: Position{file, 1, i + 1}, Message: string(c),
						Fixes: []Fix{{"Fix", []edit.Text{{File: file, Start: i, End: i + 1, New: strings.ToUpper(string(c))}}}},
					})
				}
			}
		}
		fingerprint(fs)
		return out, src, fs
	}
	_, src, fs := read(nil)
	for _, f := range fs {
		f.session = f.Fingerprint
	}
	for round := 1; ; round++ {
		require.Less(t, round, fixRounds)
		a, err := x.next(context.Background(), fs, src)
		require.NoError(t, err)
		if len(a.fixes) == 0 {
			out, _, _ := read(x.texts)
			return out, x, round
		}
		texts, newSrc, after := read(a.texts)
		if failed := proof(texts); len(failed) > 0 {
			x.learn(a, failed)
			continue
		}
		carry(a, fs, after, src, newSrc)
		x.accept(a, src)
		src, fs = newSrc, after
	}
}

func TestAllFixesAtOnce(t *testing.T) {
	got, x, rounds := session(t, map[string]string{"p": "abc", "q": "aab"}, func(map[string]string) map[string]string { return nil })
	assert.Equal(t, map[string]string{"p": "ABC", "q": "AAB"}, got)
	assert.Len(t, x.applied, 6)
	assert.Equal(t, 2, rounds)
}

func TestBadFixesAreFoundOut(t *testing.T) {
	// In p the second of four, in q both of two; the failure is in the package itself.
	got, x, rounds := session(t, map[string]string{"p": "a-x-b-c", "q": "xx", "r": "abc"}, func(texts map[string]string) map[string]string {
		failed := map[string]string{}
		for pkg, text := range texts {
			if strings.Contains(text, "X") {
				failed[pkg] = "the result does not compile"
			}
		}
		return failed
	})
	assert.Equal(t, map[string]string{"p": "A-x-B-C", "q": "xx", "r": "ABC"}, got)
	assert.Len(t, x.refusals, 2, "two alike on one line are one message: %v", x.refusals)
	assert.Less(t, rounds, 20)
}

func TestFixThatBreaksAnImporter(t *testing.T) {
	// x in p makes q fail, which has no fix itself; p and r are not known to be to blame.
	got, x, rounds := session(t, map[string]string{"p": "axb", "q": "", "r": "abcd", "s": "x"}, func(texts map[string]string) map[string]string {
		if strings.Contains(texts["p"], "X") {
			return map[string]string{"q": "the result does not compile"}
		}
		return nil
	})
	assert.Equal(t, map[string]string{"p": "AxB", "q": "", "r": "ABCD", "s": "X"}, got)
	assert.Len(t, x.refusals, 1)
	assert.Less(t, rounds, 20)
}

func TestTwoFixesThatFailOnlyTogether(t *testing.T) {
	got, _, _ := session(t, map[string]string{"p": "xy"}, func(texts map[string]string) map[string]string {
		if texts["p"] == "XY" {
			return map[string]string{"p": "a new finding appears"}
		}
		return nil
	})
	assert.Equal(t, "Xy", got["p"], "the first is applied, the second is not")
}

func TestNothingCanBeFixed(t *testing.T) {
	got, x, _ := session(t, map[string]string{"p": "abcdefgh", "q": "ab"}, func(texts map[string]string) map[string]string {
		return map[string]string{"?": "go vet failed"}
	})
	assert.Equal(t, map[string]string{"p": "abcdefgh", "q": "ab"}, got)
	assert.Empty(t, x.applied)
}

func TestJudge(t *testing.T) {
	f := func(pkg, message string) *Finding {
		return &Finding{Package: pkg, Message: message, identity: pkg + message, Pos: Position{"/a.go", 1, 1}}
	}
	fixed := f("p", "old")
	a := attempt{fixes: []chosen{{finding: fixed}}}
	before := []*Finding{fixed, f("p", "old"), f("q", "other")}
	ok := &vetResult{}
	for i, c := range []struct {
		after []*Finding
		errs  []string
		want  string
	}{
		{[]*Finding{f("p", "old"), f("q", "other")}, nil, "map[]"},
		{[]*Finding{f("q", "other")}, nil, "map[]"}, // it removed another one too
		{[]*Finding{f("p", "old"), f("p", "old"), f("q", "other")}, nil, "map[p:the finding is still there]"},
		{[]*Finding{f("p", "old"), f("q", "other"), f("q", "new")}, nil, "map[q:a new finding appears: new]"},
		{[]*Finding{f("q", "other")}, []string{"# p\np.go:1: broken"}, "map[p:the result does not compile]"},
		{[]*Finding{f("q", "other")}, []string{"go: trouble"}, "map[?:go: trouble]"},
	} {
		got := judge(a, ok, &vetResult{errs: c.errs}, before, c.after)
		assert.Equal(t, c.want, fmt.Sprint(got), "case %d", i)
	}
	broken := &vetResult{errs: []string{"# r\nr.go:1: always broken"}}
	assert.Empty(t, judge(a, broken, broken, before, before[1:]), "what was broken before is nobody's fault")
}
