package linttest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A VetFinding is one diagnostic in the JSON of go vet.
type VetFinding struct {
	Analyzer string
	File     string // absolute
	Line     int
	Category string
	Message  string
}

func (f VetFinding) String() string {
	return fmt.Sprintf("%s:%d: %s [%s]", f.File, f.Line, f.Message, f.Category)
}

// Command returns the path of conclint, built once for the test binary.
func Command(t testing.TB) string {
	t.Helper()
	path, err := buildCommand()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var buildCommand = sync.OnceValues(func() (string, error) {
	// Nobody is told when the last test of a binary ends, so each run clears away what earlier ones left.
	const prefix = "conclint-linttest"
	old, _ := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*")) // the pattern is well-formed
	for _, dir := range old {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > time.Hour {
			os.RemoveAll(dir)
		}
	}
	dir, err := os.MkdirTemp("", prefix)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "conclint")
	// Without the commit in it the binary, and with it every cached result, stays the same until the code changes.
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, rootModule+"/cmd/conclint").CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the command: %w\n%s", err, out)
	}
	return path, nil
})

// Vet runs `go vet -vettool=conclint -json` with more flags on packages of the module at dir.
// Packages that do not compile are an error, beside the findings of the others.
func Vet(t testing.TB, dir string, flags []string, patterns ...string) ([]VetFinding, error) {
	t.Helper()
	args := append([]string{"vet", "-vettool=" + Command(t), "-json"}, flags...)
	cmd := exec.Command("go", append(args, patterns...)...)
	cmd.Dir, cmd.Env = dir, environment()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	runErr := cmd.Run()
	if runErr != nil {
		runErr = fmt.Errorf("go vet: %w\n%s", runErr, stderr.Bytes())
	}
	findings, err := decodeVet(&stdout)
	return findings, errors.Join(runErr, err)
}

// decodeVet reads the stream of objects, package to analyzer to findings.
func decodeVet(r io.Reader) ([]VetFinding, error) {
	var all []VetFinding
	for dec := json.NewDecoder(r); ; {
		var tree map[string]map[string]json.RawMessage
		if err := dec.Decode(&tree); err == io.EOF {
			break
		} else if err != nil {
			return nil, fmt.Errorf("decoding the output of go vet: %w", err)
		}
		for pkg, analyzers := range tree {
			for name, data := range analyzers {
				var list []struct{ Posn, Message, Category string }
				if err := json.Unmarshal(data, &list); err != nil {
					return nil, fmt.Errorf("analyzer %s failed on %s: %s", name, pkg, data)
				}
				for _, d := range list {
					f := VetFinding{Analyzer: name, Category: d.Category, Message: d.Message}
					f.File, f.Line = splitPosition(d.Posn)
					all = append(all, f)
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b VetFinding) int { return strings.Compare(a.String(), b.String()) })
	return slices.CompactFunc(all, func(a, b VetFinding) bool { return a.String() == b.String() }), nil
}

// splitPosition takes file:line:column apart; the file may hold colons.
func splitPosition(posn string) (file string, line int) {
	file = posn[:max(0, strings.LastIndexByte(posn, ':'))]
	i := strings.LastIndexByte(file, ':')
	if i < 0 {
		return posn, 0
	}
	line, _ = strconv.Atoi(file[i+1:])
	return file[:i], line
}

// checkVet runs the real driver on the testdata and compares with its wants, then on every variant with fixes applied,
// where nothing may be reported, by any analyzer, that was not reported before.
func (m module) checkVet(t testing.TB, analyzer string, flags, patterns []string, variants []variant) {
	before, err := Vet(t, m.dir, flags, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	wants, err := wantsIn(m.dir)
	if err != nil {
		t.Fatal(err)
	}
	covered, err := m.covered(patterns)
	if err != nil {
		t.Fatal(err)
	}
	compareWants(located{t, m}, analyzer, before, slices.DeleteFunc(wants, func(w want) bool { return !covered[filepath.Dir(w.file)] }))
	for _, v := range variants {
		fixed := module{m.name, m.src, m.copy(t)}
		for name, data := range v.files {
			rel, err := filepath.Rel(m.dir, name)
			if err != nil {
				t.Fatal(err)
			}
			writeFile(t, filepath.Join(fixed.dir, rel), data)
		}
		after, err := Vet(t, fixed.dir, flags, patterns...)
		if err != nil {
			located{t, fixed}.Errorf("%s: %v", v, err)
			continue
		}
		may := map[string]int{}
		for _, f := range before {
			may[kindOf(f.Category, f.Message)]++
		}
		for _, f := range after {
			if may[kindOf(f.Category, f.Message)]--; may[kindOf(f.Category, f.Message)] < 0 {
				located{t, fixed}.Errorf("%s: newly reported under go vet: %s", v, f)
			}
		}
	}
}

// covered returns the directories that hold packages matched by the patterns.
func (m module) covered(patterns []string) (map[string]bool, error) {
	cmd := exec.Command("go", append([]string{"list", "-f", "{{.Dir}}"}, patterns...)...)
	cmd.Dir, cmd.Env = m.dir, environment()
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	dirs := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		dirs[strings.TrimSpace(line)] = true
	}
	return dirs, nil
}

func compareWants(t located, analyzer string, findings []VetFinding, wants []want) {
	for _, f := range findings {
		if f.Analyzer != analyzer {
			continue
		}
		i := slices.IndexFunc(wants, func(w want) bool {
			return !w.met && w.file == f.File && w.line == f.Line && w.pattern.MatchString(f.Message)
		})
		if i < 0 {
			t.Errorf("under go vet: unexpected: %s", f)
			continue
		}
		wants[i].met = true
	}
	for _, w := range wants {
		if !w.met {
			t.Errorf("under go vet: not reported: %s", w)
		}
	}
}
