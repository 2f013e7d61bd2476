// Package racetests measures the race family on the tests of Go's own race detector.
//
// Every Go installation carries them, below $(go env GOROOT)/src/runtime/race/testdata. The functions TestRace… hold a
// data race that the detector sees at run time, TestNoRace… hold none. They are copied into a temporary module and
// analysed; a finding of an analyzer of the race family inside a function counts for it. They are small closed worlds,
// so a miss tells which way of sharing or ordering the model does not know.
package racetests

import (
	"context"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/conclint/conclint/internal/proof/finding"
)

// left out: one needs cgo, the other a bubble of fake time.
var skipped = []string{"cgo_test.go", "synctest_test.go"}

// A test is one function of the race detector's tests.
type test struct {
	File     string
	Name     string
	From, To int // lines
	Racy     bool
	Flagged  bool
}

// Command analyses the tests and prints found, missed and false per file.
func Command(ctx context.Context, args []string, out io.Writer) error {
	fs := flag.NewFlagSet("racetests", flag.ContinueOnError)
	binary := fs.String("conclint", "bin/conclint", "the `binary` under test")
	verbose := fs.Bool("v", false, "print the names of what was missed and of what was flagged wrongly")
	minFound := fs.Int("min", 0, "fail unless this many racy tests are found")
	maxFalse := fs.Int("max-false", -1, "fail if more tests without a race are flagged; -1 for no limit")
	if err := fs.Parse(args); err != nil {
		return err
	}
	path, err := filepath.Abs(*binary)
	if err != nil {
		return err
	}
	tests, err := run(ctx, finding.Tool{Path: path, Args: []string{"-race", "-enable", "racy*", "-tests"}})
	if err != nil {
		return err
	}
	found, wrong := print(out, tests, *verbose)
	if found < *minFound {
		return fmt.Errorf("%d racy tests found, want at least %d", found, *minFound)
	}
	if *maxFalse >= 0 && wrong > *maxFalse {
		return fmt.Errorf("%d tests without a race flagged, want at most %d", wrong, *maxFalse)
	}
	return nil
}

func run(ctx context.Context, tool finding.Tool) ([]test, error) {
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOROOT: %w", err)
	}
	dir, err := os.MkdirTemp("", "racetests")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	src := filepath.Join(strings.TrimSpace(string(root)), "src", "runtime", "race", "testdata")
	tests, err := copyTests(src, dir)
	if err != nil {
		return nil, err
	}
	report, err := tool.Run(ctx, dir, ".")
	if err != nil {
		return nil, err
	}
	if report.Trouble != "" {
		return nil, fmt.Errorf("the tests do not load: %s", report.Trouble)
	}
	judge(tests, report.Findings)
	return tests, nil
}

// judge marks the tests in which a finding of the default tier stands.
func judge(tests []test, findings []finding.Finding) {
	for _, f := range findings {
		if !f.Default() || !strings.HasPrefix(f.Code, "racy") {
			continue
		}
		for i := range tests {
			if t := &tests[i]; t.File == filepath.Base(f.File) && t.From <= f.Line && f.Line <= t.To {
				t.Flagged = true
			}
		}
	}
}

// copyTests copies the test files into a module at dir and lists their test functions.
func copyTests(src, dir string) ([]test, error) {
	files, err := filepath.Glob(filepath.Join(src, "*_test.go"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no tests in %s", src)
	}
	var tests []test
	for _, file := range files {
		name := filepath.Base(file)
		if slices.Contains(skipped, name) {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return nil, err
		}
		list, err := functions(name, data)
		if err != nil {
			return nil, err
		}
		tests = append(tests, list...)
	}
	return tests, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module racetests\n\ngo 1.26\n"), 0o644)
}

func functions(name string, data []byte) ([]test, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, data, 0)
	if err != nil {
		return nil, err
	}
	var out []test
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		racy := strings.HasPrefix(fn.Name.Name, "TestRace")
		if !racy && !strings.HasPrefix(fn.Name.Name, "TestNoRace") {
			continue
		}
		out = append(out, test{
			File: name, Name: fn.Name.Name, Racy: racy,
			From: fset.Position(fn.Pos()).Line, To: fset.Position(fn.End()).Line,
		})
	}
	return out, nil
}

func print(out io.Writer, tests []test, verbose bool) (found, wrong int) {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "file\tracy\tfound\tmissed\tnot racy\tfalse")
	var racy, clean int
	var files []string
	for _, t := range tests {
		if !slices.Contains(files, t.File) {
			files = append(files, t.File)
		}
	}
	for _, file := range files {
		var r, f, c, x int
		for _, t := range tests {
			switch {
			case t.File != file:
			case t.Racy:
				r++
				if t.Flagged {
					f++
				}
			default:
				c++
				if t.Flagged {
					x++
				}
			}
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\n", file, r, f, r-f, c, x)
		racy, found, clean, wrong = racy+r, found+f, clean+c, wrong+x
	}
	fmt.Fprintf(w, "all\t%d\t%d\t%d\t%d\t%d\n", racy, found, racy-found, clean, wrong)
	w.Flush()
	if verbose {
		for _, t := range tests {
			if t.Racy && !t.Flagged {
				fmt.Fprintf(out, "missed  %s:%d %s\n", t.File, t.From, t.Name)
			}
			if !t.Racy && t.Flagged {
				fmt.Fprintf(out, "false   %s:%d %s\n", t.File, t.From, t.Name)
			}
		}
	}
	return found, wrong
}
