package bench

import (
	"context"
	"path/filepath"

	"github.com/conclint/conclint/internal/proof/modules"
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
		bin, err := modules.Install(ctx, filepath.Join(cache, "bin"), peer.module)
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
