package fixcheck

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// A unit is a package, or its variant with tests, as the go command describes it to a vet tool.
type unit struct {
	ID          string
	ImportPath  string
	Dir         string
	GoFiles     []string
	ImportMap   map[string]string // import path to package path
	PackageVetx map[string]string // package path to file of types and facts
	VetxOnly    bool
	VetxOutput  string

	all      map[string]any // the whole description
	findings []diagnostic
}

func readUnit(name string) (*unit, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	u := new(unit)
	if err := json.Unmarshal(data, u); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return u, json.Unmarshal(data, &u.all)
}

// A broken is a unit that does not compile or that the tool cannot analyse.
type broken string

func (b broken) Error() string { return string(b) }

// analyse runs the tool on the unit with some files replaced: source files by their edited copies, files of types and facts
// by those of changed imports. Its own types and facts go to vetx. A unit that does not compile is an error of type broken.
func (r *recording) analyse(ctx context.Context, u *unit, replaced map[string]string, dir, vetx string) ([]diagnostic, error) {
	cfg := maps.Clone(u.all)
	files := make([]string, len(u.GoFiles))
	imports, facts := maps.Clone(u.ImportMap), maps.Clone(u.PackageVetx)
	for i, name := range u.GoFiles {
		files[i] = name
		if edited := replaced[name]; edited != "" {
			files[i] = edited
			if err := r.resolve(edited, imports, facts); err != nil {
				return nil, err
			}
		}
	}
	for path, file := range facts {
		if changed := replaced[file]; changed != "" {
			facts[path] = changed
		}
	}
	cfg["GoFiles"], cfg["ImportMap"], cfg["PackageVetx"] = files, imports, facts
	cfg["VetxOutput"], cfg["VetxOnly"], cfg["Stdout"] = vetx, false, ""
	data, err := json.Marshal(cfg)
	if err != nil {
		return nil, err
	}
	name := filepath.Join(dir, "unit.cfg")
	if err := os.WriteFile(name, data, 0o666); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, r.tool, "-conclint.all", "-json", name)
	cmd.Dir = u.Dir
	cmd.Env = append(os.Environ(), "PWD="+u.Dir)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &exit):
		return nil, broken(strings.TrimSpace(strings.ReplaceAll(stderr.String(), dir+string(filepath.Separator), "")))
	case err != nil:
		return nil, err
	}
	all, err := decode(&stdout)
	return all[u.ID], err
}

// resolve adds what an edited file imports and its package did not.
func (r *recording) resolve(name string, imports, facts map[string]string) error {
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	if err != nil {
		return broken(err.Error())
	}
	for _, spec := range f.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil || path == "C" || imports[path] != "" {
			continue
		}
		dep := r.plain[path]
		if dep == nil {
			return broken("import of " + path + ": no package of this module depends on it")
		}
		imports[path], facts[path] = path, dep.VetxOutput
	}
	return nil
}
