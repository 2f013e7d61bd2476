package corpus

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/proof/finding"
)

// A Verdict is how one labelled case came out in one tier.
type Verdict struct {
	Found bool // a finding that claims the bug stands at its place
	False bool // a finding of the case's category stands on the fixed version
}

// A Result is one case after its runs.
type Result struct {
	ID       string
	Category string
	High     bool   // confidence of the label; kernels are always high
	HasFixed bool   // false for kernels, which have no fixed version
	Trouble  string // why the case could not be judged; empty when it was
	Note     string
	Default  Verdict
	Strict   Verdict           // both tiers together
	Evidence []string          // the findings that made Found or False true
	Others   []finding.Finding // all other findings of the case's files, for -v
	Errors   int               // internal errors of the tool
}

// judgeKernel compares the findings in the kernel's file, whose source is src, with its label.
func judgeKernel(k Kernel, claims Claims, src []byte, findings []finding.Finding) (Result, error) {
	r := Result{ID: k.ID, Category: k.Category, High: true, Note: k.Note}
	functions, err := functionLines(src)
	if err != nil {
		return r, fmt.Errorf("kernel %s: %w", k.ID, err)
	}
	categories := append([]string{k.Category}, k.AltCategories...)
	for _, f := range findings {
		if claims.claim(f.Analyzer(), categories...) && k.holds(functions.at(f.Line)) {
			r.found(f)
		} else {
			r.Others = append(r.Others, f)
		}
	}
	return r, nil
}

// holds reports whether a function is one of the label's. The labels name functions as the original suite does; the copies in the Go
// tree carry the kernel's name at the end of theirs, dropped the word Test and changed the case of a few.
func (k Kernel) holds(function string) bool {
	return slices.ContainsFunc(k.Functions, func(label string) bool {
		return strings.EqualFold(strings.TrimPrefix(label, "Test"), kernelSuffix.ReplaceAllString(function, ""))
	})
}

var kernelSuffix = regexp.MustCompile(`_[a-z]+[0-9]+\b`)

// judgeBug compares the findings on both versions with the label.
func judgeBug(b Bug, claims Claims, buggy, fixed []finding.Finding) (Result, error) {
	r := Result{ID: b.ID, Category: b.Category, High: b.Confidence == "high", HasFixed: true, Note: b.Note}
	bad, good, err := b.places()
	if err != nil {
		return r, err
	}
	categories := append([]string{b.Category}, b.AltCategories...)
	for _, f := range buggy {
		if claims.claim(f.Analyzer(), categories...) && near(f, bad, 1) {
			r.found(f)
		} else if near(f, bad, 30) {
			r.Others = append(r.Others, f)
		}
	}
	for _, f := range fixed {
		if claims.claim(f.Analyzer(), b.Category) && near(f, good, 0) {
			r.Strict.False = true
			r.Default.False = r.Default.False || f.Default()
			r.Evidence = append(r.Evidence, "fixed: "+f.String())
		}
	}
	return r, nil
}

func (r *Result) found(f finding.Finding) {
	r.Strict.Found = true
	r.Default.Found = r.Default.Found || f.Default()
	r.Evidence = append(r.Evidence, "found: "+f.String())
}

// found counts the cases found in the default tier.
func found(results []Result) int {
	n := 0
	for _, r := range results {
		if r.Default.Found {
			n++
		}
	}
	return n
}

// near reports whether the finding stands within reach lines of one of the places.
func near(f finding.Finding, places []place, reach int) bool {
	return slices.ContainsFunc(places, func(p place) bool {
		return f.File == p.file && f.Line >= p.line-reach && f.Line <= p.line+reach
	})
}

// spans are the functions of a file with their first and last lines.
type spans []span

type span struct {
	name        string
	first, last int
}

// at returns the name of the declared function around a line. Function literals belong to the declaration around them.
func (s spans) at(line int) string {
	for _, f := range s {
		if f.first <= line && line <= f.last {
			return f.name
		}
	}
	return ""
}

func functionLines(src []byte) (spans, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "kernel.go", src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var all spans
	for _, decl := range file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok {
			all = append(all, span{functionName(fn), fset.Position(fn.Pos()).Line, fset.Position(fn.End()).Line})
		}
	}
	return all, nil
}

// functionName spells a declaration the way the labels do: F, (T).F or (*T).F.
func functionName(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return fn.Name.Name
	}
	star, t := "", fn.Recv.List[0].Type
	if p, ok := t.(*ast.StarExpr); ok {
		star, t = "*", p.X
	}
	if generic, ok := t.(*ast.IndexExpr); ok {
		t = generic.X
	}
	if name, ok := t.(*ast.Ident); ok {
		return fmt.Sprintf("(%s%s).%s", star, name.Name, fn.Name.Name)
	}
	return fn.Name.Name
}
