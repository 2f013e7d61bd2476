package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// readExample is the code of an example file, without its package clause.
func readExample(file, pkg string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	_, code, ok := strings.Cut(string(data), "package "+pkg+"\n")
	if !ok {
		return "", fmt.Errorf("%s is not of package %s", file, pkg)
	}
	return strings.TrimLeft(code, "\n"), nil
}

// section is the text below a heading of the second level.
func section(document, name string) string {
	_, rest, _ := strings.Cut("\n"+document, "\n## "+name+"\n")
	text, _, _ := strings.Cut(rest, "\n## ")
	return strings.TrimSpace(text)
}

// A miss is a function of the testdata that shows a known fault: FN_ a bug that is not found, FP_ a false alarm.
type miss struct {
	file, name, text string
}

// readMisses lists the known faults of an analyzer, in the order of files.
func readMisses(dir string) ([]miss, error) {
	var all []miss
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || !strings.HasPrefix(fn.Name.Name, "FN_") && !strings.HasPrefix(fn.Name.Name, "FP_") {
				continue
			}
			rel, err := filepath.Rel(dir, name)
			if err != nil {
				return err
			}
			text := strings.Join(strings.Fields(fn.Doc.Text()), " ")
			all = append(all, miss{filepath.ToSlash(rel), fn.Name.Name, strings.TrimPrefix(text, fn.Name.Name+" ")})
		}
		return nil
	})
	return all, err
}

// writeMisses lists the known faults, each of which a test holds on to.
func writeMisses(b *bytes.Buffer, m manual) {
	if len(m.misses) == 0 {
		return
	}
	b.WriteString("\nKnown faults, kept as tests: `FN_` is a bug that is not found, `FP_` a false alarm.\n\n")
	for _, x := range m.misses {
		fmt.Fprintf(b, "* [`%s`](../../testdata/src/%s/%s): %s\n", x.name, m.analyzer, x.file, x.text)
	}
}
