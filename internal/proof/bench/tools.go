package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Versions of the tools that are compared with.
const staticcheckModule = "honnef.co/go/tools/cmd/staticcheck@v0.8.2"

// A tool is one way to analyse all packages of a module.
type tool struct {
	name   string
	args   []string
	accept int                         // highest exit status that still means "analysed"
	env    func(cache string) []string // where the tool's own cache is, below a directory
}

func goCache(cache string) []string { return []string{"GOCACHE=" + filepath.Join(cache, "go")} }

// tools returns conclint in both modes, go vet, and those of the other tools that can be had here.
func tools(ctx context.Context, conclint, cache string, note func(string, ...any)) ([]tool, error) {
	all := []tool{
		{"conclint", []string{conclint, "./..."}, 1, goCache},
		{"conclint as vettool", []string{"go", "vet", "-vettool=" + conclint, "./..."}, 1, goCache},
		{"go vet", []string{"go", "vet", "./..."}, 1, goCache},
	}
	bin, err := install(ctx, filepath.Join(cache, "bin"), "staticcheck", staticcheckModule)
	if err != nil {
		note("staticcheck is left out: %v", err)
	} else {
		all = append(all, tool{"staticcheck", []string{bin, "./..."}, 1, func(cache string) []string {
			return append(goCache(cache), "STATICCHECK_CACHE="+filepath.Join(cache, "staticcheck"))
		}})
	}
	if bin, err := exec.LookPath("golangci-lint"); err != nil {
		note("golangci-lint is left out: not in PATH")
	} else {
		all = append(all, tool{"golangci-lint", []string{bin, "run", "--default=standard", "--allow-parallel-runners", "./..."}, 1, func(cache string) []string {
			return append(goCache(cache), "GOLANGCI_LINT_CACHE="+filepath.Join(cache, "golangci"))
		}})
	}
	return all, nil
}

// install builds a command once and returns its path.
func install(ctx context.Context, dir, name, module string) (string, error) {
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	cmd := exec.CommandContext(ctx, "go", "install", module)
	cmd.Dir = os.TempDir()
	cmd.Env = append(os.Environ(), "GOBIN="+dir, "GOWORK=off", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go install %s: %w\n%s", module, err, tail(out))
	}
	return path, nil
}
