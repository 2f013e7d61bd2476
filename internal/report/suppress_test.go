package report_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/report"
)

// reportAll runs a reporter that finds relock/lock at every "BUG" and
// relock/rlock at every "BUH" of src, and returns what comes out.
func reportAll(t *testing.T, src string, opts report.Options) []string {
	b := newBench(t, "relock", src)
	r := report.NewReporter(b.pass, opts)
	for _, m := range regexp.MustCompile(`BU[GH]`).FindAllStringIndex(src, -1) {
		code := "relock/lock"
		if src[m[1]-1] == 'H' {
			code = "relock/rlock"
		}
		r.Add(report.Diagnostic{Code: code, Pos: b.pass.Files[0].FileStart + token.Pos(m[0]), Message: "m"})
	}
	r.Flush()
	report.CheckSuppressions(b.pass)
	return b.lines()
}

func TestSuppression(t *testing.T) {
	const unused = "suppression of relock/lock silences nothing here; remove it"
	for name, c := range map[string]struct {
		src  string
		want []string
	}{
		"end of line":        {"func f() {\n\tBUG() //conclint:ignore relock/lock known\n}", nil},
		"line above":         {"func f() {\n\t//conclint:ignore relock/lock known\n\tBUG()\n}", nil},
		"comment group":      {"func f() {\n\t// text\n\t//conclint:ignore relock/lock known\n\t// more text\n\tBUG()\n}", nil},
		"two in a group":     {"func f() {\n\t//conclint:ignore relock/lock known\n\t//conclint:ignore relock/rlock known\n\tBUG(BUH)\n}", nil},
		"list":               {"func f() {\n\tBUG(BUH) //conclint:ignore relock/lock,relock/rlock known\n}", nil},
		"list with spaces":   {"func f() {\n\tBUG(BUH) //conclint:ignore relock/lock , relock/rlock known\n}", nil},
		"analyzer":           {"func f() {\n\tBUG(BUH) //conclint:ignore relock known\n}", nil},
		"other code":         {"func f() {\n\tBUG() //conclint:ignore relock/rlock known\n}", []string{"p.go:3 relock/lock m", "p.go:3 engine/suppression suppression of relock/rlock silences nothing here; remove it"}},
		"line below":         {"func f() {\n\tBUG()\n\t//conclint:ignore relock/lock known\n}", []string{"p.go:3 relock/lock m", "p.go:4 engine/suppression " + unused}},
		"trailing, next":     {"func f() {\n\tg() //conclint:ignore relock/lock known\n\tBUG()\n}", []string{"p.go:4 relock/lock m", "p.go:3 engine/suppression " + unused}},
		"after closing":      {"func f() {\n\tif true {\n\t} //conclint:ignore relock/lock known\n\tBUG()\n}", []string{"p.go:5 relock/lock m", "p.go:4 engine/suppression " + unused}},
		"two lines above":    {"func f() {\n\t//conclint:ignore relock/lock known\n\n\tBUG()\n}", []string{"p.go:5 relock/lock m", "p.go:3 engine/suppression " + unused}},
		"no reason":          {"func f() {\n\tBUG() //conclint:ignore relock/lock\n}", []string{"p.go:3 relock/lock m", "p.go:3 engine/suppression //conclint:ignore relock/lock gives no reason; nothing is silenced"}},
		"comment, no reason": {"func f() {\n\tBUG() //conclint:ignore relock/lock // known\n}", []string{"p.go:3 relock/lock m", "p.go:3 engine/suppression //conclint:ignore relock/lock gives no reason; nothing is silenced"}},
		"no code":            {"//conclint:ignore\nvar x int", []string{"p.go:2 engine/suppression //conclint:ignore names no code: write //conclint:ignore code reason"}},
		"unknown code":       {"func f() {\n\tBUG() //conclint:ignore relock/lokc,relock/lock known\n}", []string{"p.go:3 engine/suppression //conclint:ignore names the unknown code relock/lokc"}},
		"space":              {"func f() {\n\tBUG() // conclint:ignore relock/lock known\n}", []string{"p.go:3 relock/lock m", "p.go:3 engine/suppression a directive has no space after the slashes: write //conclint:ignore"}},
		"prose":              {"// About conclint:ignore and //conclint:ignored things.\n//conclint:ignored x\nvar x int", nil},
		"foreign code":       {"var x int //conclint:ignore lockorder/cycle its analyzer did not run here", nil},
		"nolint":             {"func f() {\n\tBUG() //nolint\n}", nil},
		"nolint named":       {"func f() {\n\tBUG() //nolint:errcheck, conclint // known\n}", nil},
		"nolint all":         {"func f() {\n\tBUG() //nolint:all\n}", nil},
		"nolint spaced":      {"func f() {\n\tBUG() // nolint:conclint\n}", nil},
		"nolint other":       {"func f() {\n\tBUG() //nolint:errcheck // not conclint\n}", []string{"p.go:3 relock/lock m"}},
		"nolintish":          {"func f() {\n\tBUG() //nolinting\n}", []string{"p.go:3 relock/lock m"}},
		"nolint function":    {"//nolint:conclint\nfunc f() {\n\tg()\n\tBUG()\n}\n\nfunc g() { BUG() }", []string{"p.go:8 relock/lock m"}},
		"nolint statement":   {"func f() {\n\tfor { //nolint:conclint\n\t\tg()\n\t\tBUG()\n\t}\n\tBUG()\n}", []string{"p.go:7 relock/lock m"}},
		"nolint unused":      {"//nolint:conclint\nfunc f() {}", nil},
	} {
		t.Run(name, func(t *testing.T) {
			src := "package p\n" + c.src + "\n"
			// The bench names its file a.go; the table says p.go for the reader.
			var want []string
			for _, w := range c.want {
				want = append(want, "a"+w[1:])
			}
			assert.Equal(t, want, reportAll(t, src, report.Options{All: true}))
		})
	}
}

func TestWhatIsOffIsNeverUnused(t *testing.T) {
	src := "package p\n\nvar x int //conclint:ignore lockorder/long,lockorder/cycle,lockorder known\n"
	for _, c := range []struct {
		opts report.Options
		want []string
	}{
		{report.Options{}, []string{"lockorder/cycle"}},
		{report.Options{Strict: true}, []string{"lockorder/long", "lockorder/cycle", "lockorder"}},
	} {
		b := newBench(t, "lockorder", src)
		report.NewReporter(b.pass, c.opts).Flush()
		var got []string
		for _, d := range b.got {
			assert.Equal(t, report.CodeSuppression, d.Category)
			p, ok := report.UnusedPattern(d.Message)
			assert.True(t, ok)
			got = append(got, p)
		}
		assert.Equal(t, c.want, got)
	}
}

func TestSuppressionAtAnotherPlace(t *testing.T) {
	src := "package p\n\nvar x int //conclint:ignore lockorder/cycle known\n\nvar y int\n"
	b := newBench(t, "lockorder", src)
	r := report.NewReporter(b.pass, report.Options{})
	r.Add(report.Diagnostic{Code: "lockorder/cycle", Pos: b.at(src, "y int"), Message: "m", SuppressedBy: []token.Pos{b.at(src, "x int")}})
	r.Flush()
	assert.Empty(t, b.got)

	s := report.NewSuppressions(b.pass.Fset, b.pass.Files)
	assert.True(t, s.Covers(b.at(src, "x int"), "lockorder/cycle"))
	assert.False(t, s.Covers(b.at(src, "y int"), "lockorder/cycle"))
	assert.False(t, s.Covers(b.at(src, "x int"), "relock/lock"))
	assert.False(t, s.Covers(token.NoPos, "lockorder/cycle"))
}

func TestUnusedMessage(t *testing.T) {
	p, ok := report.UnusedPattern(report.UnusedMessage("relock/lock"))
	assert.True(t, ok)
	assert.Equal(t, "relock/lock", p)
	_, ok = report.UnusedPattern("suppression of x")
	assert.False(t, ok)
}

func FuzzSuppressions(f *testing.F) {
	f.Add("conclint:ignore relock/lock reason", "nolint:conclint")
	f.Add("conclint:ignore relock,lockorder", "nolint:a,b // c")
	f.Add(" conclint:ignore", "nolint:,")
	f.Fuzz(func(t *testing.T, a, b string) {
		src := "package p\n\n//" + a + "\nfunc f() {\n\tg() //" + b + "\n}\n\nfunc g() {}\n"
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "a.go", src, parser.ParseComments)
		if err != nil {
			return
		}
		s := report.NewSuppressions(fset, []*ast.File{file})
		for _, d := range file.Decls {
			if s.Covers(d.Pos(), "relock/lock") {
				require.True(t, s.Use(d.Pos(), "relock/lock"))
			}
		}
	})
}
