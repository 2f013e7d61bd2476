package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Versions of the tools that are compared with.
const (
	staticcheckModule = "honnef.co/go/tools/cmd/staticcheck@v0.8.2"
	golangciModule    = "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0"
)

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
	for _, peer := range []struct {
		name, module, cacheVar string
		args                   []string
	}{
		{"staticcheck", staticcheckModule, "STATICCHECK_CACHE", []string{"./..."}},
		{"golangci-lint", golangciModule, "GOLANGCI_LINT_CACHE", []string{"run", "--default=standard", "--allow-parallel-runners", "./..."}},
	} {
		bin, err := install(ctx, filepath.Join(cache, "bin"), peer.name, peer.module)
		if err != nil {
			note("%s is left out: %v", peer.name, err)
			continue
		}
		all = append(all, tool{peer.name, append([]string{bin}, peer.args...), 1, func(cache string) []string {
			return append(goCache(cache), peer.cacheVar+"="+filepath.Join(cache, peer.name))
		}})
	}
	return all, nil
}

// install builds a command at its version once and returns its path.
func install(ctx context.Context, dir, name, module string) (string, error) {
	_, version, _ := strings.Cut(module, "@")
	dir = filepath.Join(dir, version)
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
