package analyzers_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/conclint/conclint/analyzers"
	"github.com/conclint/conclint/internal/report"
)

// A mutator changes programs step by step, as its bytes say.
type mutator struct {
	file  *ast.File
	lists []*[]ast.Stmt
	bytes []byte
}

// next returns a number below n.
func (m *mutator) next(n int) int {
	if len(m.bytes) == 0 || n < 2 {
		return 0
	}
	b := int(m.bytes[0])
	if m.bytes = m.bytes[1:]; n > 256 && len(m.bytes) > 0 {
		b = b<<8 | int(m.bytes[0])
		m.bytes = m.bytes[1:]
	}
	return b % n
}

// collect finds the statement lists that have something in them.
func (m *mutator) collect() {
	m.lists = nil
	ast.Inspect(m.file, func(n ast.Node) bool {
		var list *[]ast.Stmt
		switch n := n.(type) {
		case *ast.BlockStmt:
			list = &n.List
		case *ast.CaseClause:
			list = &n.Body
		case *ast.CommClause:
			list = &n.Body
		}
		if list == nil || len(*list) == 0 {
			return true
		}
		switch (*list)[0].(type) {
		case *ast.CaseClause, *ast.CommClause: // not statements of a block
		default:
			m.lists = append(m.lists, list)
		}
		return true
	})
}

// step makes one change: statements vanish, are doubled, change places, move into other functions, into goroutines, loops and branches.
func (m *mutator) step() {
	m.collect()
	if len(m.lists) == 0 {
		return
	}
	list := m.lists[m.next(len(m.lists))]
	i := m.next(len(*list))
	stmt := (*list)[i]
	closure := func() *ast.CallExpr {
		return &ast.CallExpr{Fun: &ast.FuncLit{Type: &ast.FuncType{Params: &ast.FieldList{}}, Body: &ast.BlockStmt{List: []ast.Stmt{stmt}}}}
	}
	switch m.next(11) {
	case 0:
		*list = slices.Delete(*list, i, i+1)
	case 1:
		*list = slices.Insert(*list, i, stmt)
	case 2:
		if i+1 < len(*list) {
			(*list)[i], (*list)[i+1] = (*list)[i+1], stmt
		}
	case 3:
		to := m.lists[m.next(len(m.lists))]
		if inside(stmt, to) {
			return
		}
		*list = slices.Delete(*list, i, i+1)
		*to = slices.Insert(*to, m.next(len(*to)+1), stmt)
	case 4:
		to := m.lists[m.next(len(m.lists))]
		if inside(stmt, to) {
			return
		}
		*to = slices.Insert(*to, m.next(len(*to)+1), stmt)
	case 5:
		(*list)[i] = &ast.GoStmt{Call: closure()}
	case 6:
		(*list)[i] = &ast.DeferStmt{Call: closure()}
	case 7:
		(*list)[i] = &ast.ForStmt{Body: &ast.BlockStmt{List: []ast.Stmt{stmt}}}
	case 8:
		(*list)[i] = &ast.IfStmt{Cond: condition(),
			Body: &ast.BlockStmt{List: []ast.Stmt{stmt}}}
	case 9:
		if call, ok := stmt.(*ast.ExprStmt); ok {
			if call, ok := call.X.(*ast.CallExpr); ok {
				(*list)[i] = &ast.GoStmt{Call: call}
			}
		}
	case 10:
		if d, ok := stmt.(*ast.DeferStmt); ok {
			(*list)[i] = &ast.ExprStmt{X: d.Call}
		}
	}
}

// condition returns one that nobody can decide: a receive from a channel of truth values.
func condition() ast.Expr {
	expr, err := parser.ParseExpr("<-make(chan bool, 1)")
	if err != nil {
		panic(err)
	}
	return expr
}

// inside reports whether list is part of stmt, which then cannot be put there.
func inside(stmt ast.Stmt, list *[]ast.Stmt) bool {
	m := mutator{file: &ast.File{Name: ast.NewIdent("p"), Decls: []ast.Decl{&ast.FuncDecl{
		Name: ast.NewIdent("f"), Type: &ast.FuncType{}, Body: &ast.BlockStmt{List: []ast.Stmt{stmt}}}}}}
	m.collect()
	return slices.Contains(m.lists, list)
}

// maxSource bounds what mutations make of a program, in bytes.
const maxSource = 40_000

// mutate returns src changed as data says, formatted, or nil if nothing that can be printed came of it.
func mutate(src []byte, data []byte) []byte {
	m := &mutator{bytes: data}
	for range 1 + len(data)/4 {
		fset := token.NewFileSet()
		var err error
		m.file, err = parser.ParseFile(fset, "p.go", src, parser.SkipObjectResolution) // without comments, which would end up anywhere
		if err != nil {
			return nil
		}
		m.step()
		var out bytes.Buffer
		if err := format.Node(&out, fset, m.file); err != nil || out.Len() > maxSource {
			return nil
		}
		src = out.Bytes()
	}
	return src
}

// A seed is a file of the analyzers' testdata that may be a package of its own.
type seed struct {
	name string // below testdata/src
	text []byte
}

var seeds = sync.OnceValues(func() ([]seed, error) {
	var out []seed
	root := filepath.Join("..", "testdata", "src")
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil || len(data) >= 12_000 {
			return err
		}
		name, err = filepath.Rel(root, name)
		out = append(out, seed{filepath.ToSlash(name), data})
		return err
	})
	if err == nil && len(out) == 0 {
		err = errors.New("no testdata")
	}
	return out, err
})

// imported are the packages that seeds may import, from export data.
var imported = sync.OnceValues(func() (map[string]*types.Package, error) {
	pkgs, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps | packages.NeedExportFile},
		"bufio", "bytes", "context", "errors", "fmt", "io", "log", "math/rand", "net", "net/http", "os", "os/exec", "runtime", "slices", "sort", "strconv",
		"strings", "sync", "sync/atomic", "testing", "time")
	if err != nil {
		return nil, err
	}
	all := map[string]*types.Package{}
	for p := range packages.Postorder(pkgs) {
		if len(p.Errors) > 0 {
			return nil, p.Errors[0]
		}
		all[p.PkgPath] = p.Types
	}
	return all, nil
})

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

// check type-checks a package of one file. Variables and imports that nobody uses do not matter to what follows, and mutations leave many.
func check(src []byte) (*packages.Package, error) {
	known, err := imported()
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Instances: map[*ast.Ident]types.Instance{}, Scopes: map[ast.Node]*types.Scope{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, FileVersions: map[*ast.File]string{},
	}
	var hard error
	sizes := types.SizesFor("gc", runtime.GOARCH)
	conf := types.Config{GoVersion: "go1.26", Sizes: sizes, Importer: importerFunc(func(path string) (*types.Package, error) {
		if p := known[path]; p != nil {
			return p, nil
		}
		return nil, fmt.Errorf("%s is not at hand", path)
	}), Error: func(err error) {
		unused := strings.HasPrefix(err.(types.Error).Msg, "declared and not used") || strings.HasSuffix(err.(types.Error).Msg, "imported and not used")
		if hard == nil && !unused {
			hard = err
		}
	}}
	pkg, _ := conf.Check("p", fset, []*ast.File{file}, info)
	if hard != nil {
		return nil, hard
	}
	return &packages.Package{ID: "p", PkgPath: "p", Name: pkg.Name(), Fset: fset, Syntax: []*ast.File{file}, Types: pkg, TypesInfo: info, TypesSizes: sizes}, nil
}

// analyse runs the suite on a package and returns its diagnostics.
func analyse(pkg *packages.Package) ([]analysis.Diagnostic, error) {
	settings := new(analyzers.Settings)
	settings.Report.Strict, settings.Engine.Stats = true, true
	graph, err := checker.Analyze(analyzers.New(settings).All(), []*packages.Package{pkg}, nil)
	if err != nil {
		return nil, err
	}
	var all []analysis.Diagnostic
	for _, act := range graph.Roots {
		if act.Err != nil {
			return nil, act.Err
		}
		all = append(all, act.Diagnostics...)
	}
	return all, nil
}

// FuzzMutations runs the suite on programs made out of the testdata of its analyzers: no panic, no internal error, an end, and fixes that can be parsed.
func FuzzMutations(f *testing.F) {
	all, err := seeds()
	if err != nil {
		f.Fatal(err)
	}
	for i, s := range all {
		if s.name == "spinwait/closed/closed.go" {
			f.Add(uint16(i), []byte("=01")) // a receive that is a case of a select has no statement of its own
		}
		f.Add(uint16(i), []byte{byte(i), byte(3 * i), byte(i / 2), byte(7 * i), 5, byte(i), 3, byte(11 * i)})
	}
	f.Fuzz(func(t *testing.T, at uint16, data []byte) {
		if len(data) > 64 {
			return
		}
		src := mutate(all[int(at)%len(all)].text, data)
		if src == nil {
			return
		}
		pkg, err := check(src)
		if err != nil {
			return // no program
		}
		type outcome struct {
			diags []analysis.Diagnostic
			err   error
		}
		done := make(chan outcome, 1)
		go func() {
			diags, err := analyse(pkg)
			done <- outcome{diags, err}
		}()
		select {
		case got := <-done:
			if got.err != nil {
				t.Fatalf("%v\n%s", got.err, src)
			}
			for _, d := range got.diags {
				if d.Category == report.CodeInternalError {
					t.Fatalf("%s\n%s", d.Message, src)
				}
				for _, fix := range d.SuggestedFixes {
					fixed := apply(pkg.Fset, src, fix)
					if _, err := parser.ParseFile(token.NewFileSet(), "p.go", fixed, parser.SkipObjectResolution); err != nil {
						t.Fatalf("%s: %s: %v\n%s\nfixed:\n%s", d.Category, fix.Message, err, src, fixed)
					}
				}
			}
		case <-time.After(2 * time.Minute): // against what never ends; it takes milliseconds
			t.Fatalf("no end\n%s", src)
		}
	})
}

// apply makes the edits of a fix, which do not overlap; an insertion comes before what else begins in its place.
func apply(fset *token.FileSet, src []byte, fix analysis.SuggestedFix) []byte {
	edits := slices.Clone(fix.TextEdits)
	for i := range edits {
		if !edits[i].End.IsValid() {
			edits[i].End = edits[i].Pos
		}
	}
	slices.SortStableFunc(edits, func(a, b analysis.TextEdit) int { return cmp.Or(cmp.Compare(a.Pos, b.Pos), cmp.Compare(a.End, b.End)) })
	out := slices.Clone(src)
	for _, e := range slices.Backward(edits) {
		out = slices.Replace(out, fset.Position(e.Pos).Offset, fset.Position(e.End).Offset, e.NewText...)
	}
	return out
}
