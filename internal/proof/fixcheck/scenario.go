package fixcheck

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// scenarioFile holds, behind the build tag scenario, tests that run the functions of a package of testdata under
// the race detector. TestFooBad runs fooBad and fails, for the bug shows; it passes when a fix is applied to the
// function. All others, those of the repaired twins above all, pass.
const scenarioFile = "scenario_test.go"

// patience is how long a bug that hangs is waited for.
const patience = 5 * time.Second

// A drama is a package of testdata with scenarios.
type drama struct {
	dir   string
	tests []string
}

// dramas lists the packages of the target that have scenarios.
func (r *recording) dramas() ([]drama, error) {
	var all []drama
	seen := map[string]bool{}
	for _, u := range r.units {
		file := filepath.Join(u.Dir, scenarioFile)
		if _, err := os.Stat(file); err != nil || seen[file] || !r.owns(u) {
			continue
		}
		seen[file] = true
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		d := drama{dir: u.Dir}
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Test") {
				d.tests = append(d.tests, fn.Name.Name)
			}
		}
		all = append(all, d)
	}
	return all, nil
}

// play runs the scenarios of the target: first of the code as it is, then with its fixes applied, one in each function at a time.
func (r *recording) play(ctx context.Context, outcomes []outcome, all *results) error {
	dramas, err := r.dramas()
	if err != nil {
		return err
	}
	for _, d := range dramas {
		name := r.place(d.dir)
		bin, err := r.buildTest(ctx, d, nil)
		if err != nil {
			all.failed = append(all.failed, fmt.Sprintf("%s: scenarios: %v", name, err))
			continue
		}
		for _, test := range d.tests {
			out, ok := runTest(ctx, bin, d.dir, test)
			bad := strings.HasSuffix(test, "Bad")
			switch {
			case bad && !ok:
				all.shown++
			case !bad && ok:
				all.passed++
			case bad:
				all.failed = append(all.failed, fmt.Sprintf("%s: %s passes: it does not show its bug", name, test))
			default:
				all.failed = append(all.failed, fmt.Sprintf("%s: %s fails:\n%s", name, test, out))
			}
		}
		if err := r.playFixed(ctx, d, outcomes, all); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (r *recording) playFixed(ctx context.Context, d drama, outcomes []outcome, all *results) error {
	for round, more := 0, true; more; round++ {
		more = false
		byTest := map[string]outcome{}
		var edits []edit
		for _, o := range outcomes {
			file, _ := splitPosn(o.Posn)
			if !o.clean || filepath.Dir(file) != d.dir {
				continue
			}
			test := testOf(o.Posn)
			if !slices.Contains(d.tests, test) {
				continue
			}
			if o.n > round {
				more = true
			}
			if _, taken := byTest[test]; o.n == round && !taken {
				byTest[test] = o
				edits = append(edits, o.Edits...)
			}
		}
		if len(byTest) == 0 {
			continue
		}
		dir := filepath.Join(r.scratch, fmt.Sprintf("scenario-%d", round))
		replaced, err := apply(edits, dir)
		if err != nil {
			return err
		}
		bin, err := r.buildTest(ctx, d, replaced)
		if err != nil {
			all.failed = append(all.failed, fmt.Sprintf("%s: scenarios with fixes: %v", r.place(d.dir), err))
			continue
		}
		for _, test := range d.tests {
			o, ok := byTest[test]
			if !ok {
				continue
			}
			if out, ok := runTest(ctx, bin, d.dir, test); ok {
				all.cured++
			} else {
				all.failed = append(all.failed, fmt.Sprintf("%s: %s fails after %q:\n%s", r.place(d.dir), test, o.fix.Message, out))
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	return nil
}

// buildTest compiles the tests of a package with its scenarios and the race detector.
func (r *recording) buildTest(ctx context.Context, d drama, replaced map[string]string) (string, error) {
	bin := filepath.Join(r.scratch, "scenario.test")
	args := []string{"test", "-c", "-race", "-vet=off", "-tags=scenario", "-o", bin}
	if len(replaced) > 0 {
		data, err := json.Marshal(map[string]any{"Replace": replaced})
		if err != nil {
			return "", err
		}
		overlay := filepath.Join(r.scratch, "scenario.json")
		if err := os.WriteFile(overlay, data, 0o666); err != nil {
			return "", err
		}
		args = append(args, "-overlay="+overlay)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, ".")...)
	cmd.Dir = d.dir
	cmd.Env = append(append(os.Environ(), r.env...), "PWD="+d.dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return bin, nil
}

// runTest runs one test and returns the end of its output.
func runTest(ctx context.Context, bin, dir, test string) (output string, ok bool) {
	cmd := exec.CommandContext(ctx, bin, "-test.run=^"+test+"$", "-test.timeout="+patience.String(), "-test.count=1")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return err.Error(), false
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return strings.Join(lines[:min(len(lines), 12)], "\n"), err == nil
}

var posn = regexp.MustCompile(`^(.*):([0-9]+):[0-9]+$`)

func splitPosn(s string) (file string, line int) {
	m := posn.FindStringSubmatch(s)
	if m == nil {
		return s, 0
	}
	_, _ = fmt.Sscan(m[2], &line)
	return m[1], line
}

// testOf is the scenario of the function around a position.
func testOf(at string) string {
	file, line := splitPosn(at)
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
	if err != nil {
		return ""
	}
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if ok && fset.Position(fn.Pos()).Line <= line && line <= fset.Position(fn.End()).Line {
			name := []rune(fn.Name.Name)
			name[0] = unicode.ToUpper(name[0])
			return "Test" + string(name)
		}
	}
	return ""
}
