package corpus

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// moduleOf returns the directory of the module that holds the package, both slash-separated below the root of the tree.
// Trees from before modules get a go.mod: the project's own vendor.mod, or one made up around their vendor directory;
// flags are the go command's flags that go with it.
func moduleOf(root, packageDir string) (dir, flags string, err error) {
	for dir = path.Clean(packageDir); ; dir = path.Dir(dir) {
		if exists(root, dir, "go.mod") {
			return dir, "", nil
		}
		if dir == "." {
			break
		}
	}
	if exists(root, "vendor.mod") {
		for from, to := range map[string]string{"vendor.mod": "go.mod", "vendor.sum": "go.sum"} {
			data, err := os.ReadFile(filepath.Join(root, from))
			if err != nil {
				return "", "", err
			}
			if err := os.WriteFile(filepath.Join(root, to), data, 0o666); err != nil {
				return "", "", err
			}
		}
		return ".", "-mod=vendor", nil
	}
	if !exists(root, "vendor") {
		return "", "", errors.New("neither go.mod nor vendor")
	}
	return ".", "-mod=vendor", writeVendored(root, packageDir)
}

func exists(elements ...string) bool {
	_, err := os.Stat(filepath.Join(elements...))
	return err == nil
}

// vendored is the made-up module that stands for everything in a vendor directory.
const vendored = "vendored.example/all v0.0.0"

// writeVendored writes a go.mod and a vendor/modules.txt that let the go command build a tree vendored by an older tool.
// With a go directive below 1.14 it does not compare the two.
func writeVendored(root, packageDir string) error {
	module, err := modulePath(root, packageDir)
	if err != nil {
		return err
	}
	var packages []string
	err = filepath.WalkDir(filepath.Join(root, "vendor"), func(name string, entry fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".go") && !entry.IsDir() {
			rel, _ := filepath.Rel(filepath.Join(root, "vendor"), filepath.Dir(name))
			if p := filepath.ToSlash(rel); len(packages) == 0 || packages[len(packages)-1] != p {
				packages = append(packages, p)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.Sort(packages)
	list := "# " + vendored + "\n" + strings.Join(slices.Compact(packages), "\n") + "\n"
	if err := os.WriteFile(filepath.Join(root, "vendor", "modules.txt"), []byte(list), 0o666); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, "go.mod"), fmt.Appendf(nil, "module %s\n\ngo 1.13\n\nrequire %s\n", module, vendored), 0o666)
}

// modulePath finds the import path of the tree's root: what is left of an import that is not vendored once the
// directory it names in the tree is cut off. The package itself is asked first, then the whole tree.
func modulePath(root, packageDir string) (string, error) {
	for _, below := range []string{packageDir, "."} {
		found := ""
		err := filepath.WalkDir(filepath.Join(root, below), func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.IsDir() && (entry.Name() == "vendor" || entry.Name() == ".git") {
				return fs.SkipDir
			}
			if !strings.HasSuffix(name, ".go") {
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
			if err != nil {
				return nil // a file that does not parse has nothing to say here
			}
			for _, spec := range file.Imports {
				imported, _ := strconv.Unquote(spec.Path.Value)
				if parts := strings.SplitN(imported, "/", 4); len(parts) == 4 && strings.Contains(parts[0], ".") &&
					!exists(root, "vendor", imported) && exists(root, parts[3]) {
					found = strings.Join(parts[:3], "/")
					return fs.SkipAll
				}
			}
			return nil
		})
		if err != nil || found != "" {
			return found, err
		}
	}
	return "", errors.New("cannot tell the import path of the tree")
}
