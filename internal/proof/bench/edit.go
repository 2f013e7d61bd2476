package bench

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// A goPackage is a package of the module under test.
type goPackage struct {
	ImportPath, Dir string
	GoFiles         []string
	Deps            []string
}

func listPackages(ctx context.Context, dir string) ([]goPackage, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-json=ImportPath,Dir,GoFiles,Deps", "./...")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list in %s: %w", dir, err)
	}
	var all []goPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
}

// leafAndCore chooses the packages to edit: the one with the most dependencies that no other package of the module
// imports, and the one that the most packages depend on. Packages without a function to change are passed over.
func leafAndCore(all []goPackage) (leaf, core edit, err error) {
	users := map[string]int{}
	for _, p := range all {
		for _, d := range p.Deps {
			users[d]++
		}
	}
	order := slices.Clone(all)
	slices.SortStableFunc(order, func(a, b goPackage) int {
		return cmp.Or(cmp.Compare(users[a.ImportPath], users[b.ImportPath]), cmp.Compare(len(b.Deps), len(a.Deps)), cmp.Compare(a.ImportPath, b.ImportPath))
	})
	if leaf, err = firstEdit(order); err != nil {
		return leaf, core, err
	}
	slices.Reverse(order)
	core, err = firstEdit(order)
	return leaf, core, err
}

func firstEdit(order []goPackage) (edit, error) {
	for _, p := range order {
		for _, name := range p.GoFiles {
			if e, ok := editOf(p.ImportPath, filepath.Join(p.Dir, name)); ok {
				return e, nil
			}
		}
	}
	return edit{}, errors.New("no package has a function to change")
}

// An edit changes the body of one function.
type edit struct {
	pkg      string
	file     string
	original []byte
	changed  []byte
}

// editOf puts a statement that has an effect, and needs no import, at the beginning of the largest function of a file,
// which the compiler does not inline into other packages.
func editOf(pkg, file string) (edit, bool) {
	src, err := os.ReadFile(file)
	if err != nil {
		return edit{}, false
	}
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, file, src, parser.SkipObjectResolution)
	if err != nil || ast.IsGenerated(parsed) {
		return edit{}, false
	}
	var largest *ast.FuncDecl
	for _, d := range parsed.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil && len(fn.Body.List) >= 5 &&
			(largest == nil || fn.End()-fn.Pos() > largest.End()-largest.Pos()) {
			largest = fn
		}
	}
	if largest == nil {
		return edit{}, false
	}
	at := fset.Position(largest.Body.Lbrace).Offset + 1
	changed := slices.Concat(src[:at], []byte("\n\tprint(\"\")"), src[at:])
	return edit{pkg, file, src, changed}, true
}

func (e edit) apply() error  { return os.WriteFile(e.file, e.changed, 0o666) }
func (e edit) revert() error { return os.WriteFile(e.file, e.original, 0o666) }
