package fixcheck

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/proof/audit"
	"github.com/conclint/conclint/internal/proof/modules"
)

const (
	runtimeModule = "github.com/conclint/conclint/runtime"
	syncModule    = "golang.org/x/sync"
)

// pinned are the modules of the judged reports, in order.
func pinned(records string) ([]string, error) {
	all, err := audit.Load(records)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, r := range all {
		names = append(names, r.Module)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// publicModule is a copy of a public module. So that fixes may import the runtime module, it is required, in a go.mod
// beside the copy's own.
func publicModule(ctx context.Context, module, cache, scratch, root string) (target, error) {
	dir, err := modules.Prepare(ctx, module, cache)
	if err != nil {
		return target{}, err
	}
	modfile := filepath.Join(scratch, "go.mod")
	for from, to := range map[string]string{"go.mod": modfile, "go.sum": filepath.Join(scratch, "go.sum")} {
		data, err := os.ReadFile(filepath.Join(dir, from))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return target{}, err
		}
		if err := os.WriteFile(to, data, 0o666); err != nil {
			return target{}, err
		}
	}
	if err := requireRuntime(ctx, modfile, root); err != nil {
		return target{}, err
	}
	return target{
		name: module, dir: dir, env: []string{"GOWORK=off"}, flags: []string{"-modfile=" + modfile},
		patterns: []string{"./...", runtimeModule + "/..."},
	}, nil
}

func requireRuntime(ctx context.Context, modfile, root string) error {
	cmd := exec.CommandContext(ctx, "go", "mod", "edit", "-require="+runtimeModule+"@v0.0.0", "-replace="+runtimeModule+"="+filepath.Join(root, "runtime"), modfile)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go mod edit: %w\n%s", err, out)
	}
	return nil
}

// testdata is a workspace of copies of the testdata, one module for each folder. Together they are one target, so that
// what they import is analysed once.
func testdata(ctx context.Context, root, scratch string) (target, error) {
	dir := filepath.Join(scratch, "testdata")
	t := target{name: "testdata", dir: dir, env: []string{"GOPROXY=off", "GOFLAGS=", "GOWORK=" + filepath.Join(dir, "go.work")}}
	folders, err := filepath.Glob(filepath.Join(root, "testdata", "src", "*"))
	if err != nil {
		return t, err
	}
	folders = append(folders, filepath.Join(root, "testdata", "canary"))
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return t, err
	}
	version, err := required(ctx, root, syncModule)
	if err != nil {
		return t, err
	}
	work := "go 1.26.0\n"
	for _, folder := range folders {
		name := filepath.Base(folder)
		copied := filepath.Join(dir, name)
		if err := os.CopyFS(copied, os.DirFS(folder)); err != nil {
			return t, err
		}
		mod := fmt.Sprintf("module %s\n\ngo 1.26.0\n\nrequire %s %s\n", name, syncModule, version)
		if err := os.WriteFile(filepath.Join(copied, "go.mod"), []byte(mod), 0o666); err != nil {
			return t, err
		}
		if err := os.WriteFile(filepath.Join(copied, "go.sum"), sum, 0o666); err != nil {
			return t, err
		}
		if err := requireRuntime(ctx, filepath.Join(copied, "go.mod"), root); err != nil {
			return t, err
		}
		work += "use ./" + name + "\n"
		t.patterns = append(t.patterns, "./"+name+"/...")
	}
	t.patterns = append(t.patterns, runtimeModule+"/...")
	return t, os.WriteFile(filepath.Join(dir, "go.work"), []byte(work), 0o666)
}

// required is the version of a module that the root module requires.
func required(ctx context.Context, root, module string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Version}}", module)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go list -m %s: %w", module, err)
	}
	return strings.TrimSpace(string(out)), nil
}

// owns reports whether the unit belongs to the target itself.
func (t target) owns(u *unit) bool {
	rel, err := filepath.Rel(t.dir, u.Dir)
	return err == nil && filepath.IsLocal(rel)
}

// repository is the directory of the repository, from which these measures run.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Join(dir, "testdata", "src")); err != nil {
		return "", fmt.Errorf("fixcheck runs in the root of the repository: %w", err)
	}
	return dir, nil
}
