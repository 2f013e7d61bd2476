package script

import (
	"archive/zip"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/conclint/conclint/internal/edit"
)

// RuntimeProxy lays out the runtime module in a directory as a module proxy that the
// go command can read from disk, at the version that fixes require. It serves nothing else.
func RuntimeProxy(t testing.TB, runtime string) string {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, filepath.FromSlash(edit.RuntimeModule), "@v")
	gomod, err := os.ReadFile(filepath.Join(runtime, "go.mod"))
	v := filepath.Join(dir, edit.RuntimeVersion)
	err = errors.Join(err, os.MkdirAll(dir, 0o755),
		os.WriteFile(filepath.Join(dir, "list"), []byte(edit.RuntimeVersion+"\n"), 0o644),
		os.WriteFile(v+".info", []byte(`{"Version":"`+edit.RuntimeVersion+`"}`), 0o644),
		os.WriteFile(v+".mod", gomod, 0o644),
		zipModule(v+".zip", os.DirFS(runtime)))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// zipModule packs what belongs to a module: not its tests, not the modules below it.
func zipModule(name string, tree fs.FS) (err error) {
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	zw := zip.NewWriter(out)
	defer func() { err = errors.Join(err, zw.Close(), out.Close()) }()
	return fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && path != "." {
			if _, err := fs.Stat(tree, path+"/go.mod"); err == nil {
				return fs.SkipDir
			}
		}
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") || filepath.Ext(path) != ".go" && filepath.Ext(path) != ".mod" {
			return err
		}
		data, err := fs.ReadFile(tree, path)
		if err != nil {
			return err
		}
		w, err := zw.Create(edit.RuntimeModule + "@" + edit.RuntimeVersion + "/" + path)
		if err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	})
}
