package linttest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/txtar"
)

// A variant is the testdata after all fixes, or after all fixes of one title.
type variant struct {
	title string // empty: all fixes
	files map[string][]byte
}

// applies reports whether the variant holds the result of one of the finding's fixes.
func (v variant) applies(f finding) bool {
	return (v.title == "" && len(f.titles) > 0 || slices.Contains(f.titles, v.title)) &&
		slices.ContainsFunc(f.edited, func(name string) bool { return v.files[name] != nil })
}

func (v variant) String() string {
	if v.title == "" {
		return "after all fixes"
	}
	return fmt.Sprintf("after %q", v.title)
}

// variants reads the golden files of the packages: plain ones belong to the variant of all fixes, sections to those of their titles.
func (m module) variants(t testing.TB, pkgs []*packages.Package) []variant {
	t.Helper()
	files := map[string]bool{}
	for _, pkg := range pkgs {
		for _, name := range pkg.GoFiles {
			files[name] = true
		}
	}
	var all []variant
	add := func(title, name string, data []byte) {
		i := slices.IndexFunc(all, func(v variant) bool { return v.title == title })
		if i < 0 {
			i = len(all)
			all = append(all, variant{title, map[string][]byte{}})
		}
		all[i].files[name] = data
	}
	for _, golden := range m.goldens(t) {
		name := strings.TrimSuffix(golden, ".golden")
		if !files[name] {
			continue
		}
		archive, err := txtar.ParseFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if len(archive.Files) == 0 {
			add("", name, archive.Comment)
		}
		for _, section := range archive.Files {
			add(section.Name, name, section.Data)
		}
	}
	return all
}

// checkFixes compiles and re-analyses every variant. What was fixed must be gone, what was not may stay, nothing may be new,
// and no fix may be offered again.
func (m module) checkFixes(t testing.TB, a *analysis.Analyzer, variants []variant, patterns []string, before []finding) {
	for _, v := range variants {
		pkgs := m.load(t, v.files, patterns)
		broken := false
		packages.Visit(pkgs, nil, func(pkg *packages.Package) {
			for _, err := range pkg.Errors {
				broken = true
				located{t, m}.Errorf("%s: golden does not compile: %s", v, err)
			}
		})
		if broken {
			continue
		}
		graph, err := checker.Analyze([]*analysis.Analyzer{a}, pkgs, nil)
		if err != nil {
			t.Fatal(err)
		}
		var outcomes []outcome
		for _, act := range graph.Roots {
			if act.Err != nil {
				t.Errorf("%s: %s: %v", v, act.Package.ID, act.Err)
			}
			outcomes = append(outcomes, outcomeOf(act))
		}
		m.compareFixed(t, v, before, findingsOf(outcomes))
	}
}

func (m module) compareFixed(t testing.TB, v variant, before, after []finding) {
	may := map[string]int{} // findings that may remain, by kind
	for _, f := range before {
		if !v.applies(f) {
			may[f.kind()]++
		}
	}
	for _, f := range after {
		if may[f.kind()]--; may[f.kind()] < 0 {
			located{t, m}.Errorf("%s: %s: still or newly reported in the golden: %s [%s]", v, f.posn, f.message, f.category)
		} else if v.applies(f) {
			located{t, m}.Errorf("%s: %s: offers a fix again: %s", v, f.posn, strings.Join(f.titles, ", "))
		}
	}
}

// updateGoldens writes the goldens of the packages, to the repository and to the copy. Source of the contents is
// what analysistest calls the fixed file: it alone knows how it formats.
func (m module) updateGoldens(t testing.TB, a *analysis.Analyzer, patterns []string) {
	t.Helper()
	const placeholder = "package placeholder\n"
	titles := map[string][]string{} // of each file that a fix touches
	several := map[string]bool{}    // files with findings that offer more than one fix
	for _, r := range analysistest.Run(&recorder{}, m.dir, a, patterns...) {
		for _, f := range outcomeOf(r.Action).findings {
			for _, name := range f.edited {
				titles[name] = append(titles[name], f.titles...)
				several[name] = several[name] || len(f.titles) > 1
			}
		}
	}
	for name, list := range titles {
		slices.Sort(list)
		titles[name] = slices.Compact(list)
		archive := &txtar.Archive{}
		for _, title := range titles[name] {
			archive.Files = append(archive.Files, txtar.File{Name: title, Data: []byte(placeholder)})
		}
		data := []byte(placeholder)
		if several[name] {
			data = txtar.Format(archive)
		}
		writeFile(t, name+".golden", data)
	}
	var complaints recorder
	analysistest.RunWithSuggestedFixes(&complaints, m.dir, a, patterns...)
	for name, list := range titles {
		golden := name + ".golden"
		rel, err := filepath.Rel(m.dir, golden)
		if err != nil {
			t.Fatal(err)
		}
		data := complaints.fixed(name, "all fixes:")
		if several[name] {
			archive := &txtar.Archive{}
			for _, title := range list {
				archive.Files = append(archive.Files, txtar.File{Name: title, Data: complaints.fixed(name, fmt.Sprintf("all fixes of message %q:", title))})
			}
			data = txtar.Format(archive)
		}
		writeFile(t, golden, data)
		writeFile(t, filepath.Join(m.src, rel), data)
		t.Logf("wrote %s", rel)
	}
}

func writeFile(t testing.TB, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// A recorder keeps what analysistest complains about.
type recorder struct{ messages []string }

func (r *recorder) Errorf(format string, args ...any) {
	r.messages = append(r.messages, fmt.Sprintf(format, args...))
}

// fixed finds the contents of a fixed file in the complaint that begins with prefix and is about that file.
func (r *recorder) fixed(name, prefix string) []byte {
	for _, m := range r.messages {
		head, body, ok := strings.Cut(m, "\n-- fixed --\n")
		first, _, _ := strings.Cut(head, "\n")
		if text, _, found := strings.Cut(body, "\n-- want --\n"); ok && found && strings.HasPrefix(m, prefix) &&
			strings.Contains(first, filepath.Base(filepath.Dir(name))+string(filepath.Separator)+filepath.Base(name)+" content") {
			return append(bytes.TrimSpace([]byte(text)), '\n')
		}
	}
	return nil
}
