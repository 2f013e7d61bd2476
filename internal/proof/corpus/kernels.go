package corpus

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/conclint/conclint/internal/proof/finding"
)

// RunKernels lays every kernel out as a command of one module below work, analyses the module in one run and
// judges each kernel. With library set, the functions that drive the
// kernels are left out, so that what is found is found without a caller to look at. Without claims, any finding at the place counts.
func RunKernels(ctx context.Context, tool Tool, kernels []Kernel, claims Claims, work string, library bool) ([]Result, error) {
	if len(kernels) == 0 {
		return nil, nil
	}
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOROOT: %w", err)
	}
	goroot := strings.TrimSpace(string(out))
	module := filepath.Join(work, "kernels")
	release, err := lock(ctx, module)
	if err != nil {
		return nil, err
	}
	defer release()
	sources, err := layOut(kernels, goroot, module, library)
	if err != nil {
		return nil, err
	}
	report, err := tool.Analyse(ctx, []string{"GOWORK=off"}, module, "./...")
	if err != nil {
		return nil, err
	}
	byFile := map[string][]finding.Finding{}
	for _, f := range report.Findings {
		byFile[f.File] = append(byFile[f.File], f)
	}
	results := make([]Result, len(kernels))
	for i, k := range kernels {
		if results[i], err = judgeKernel(k, claims, sources[i], byFile[k.relative()]); err != nil {
			return nil, err
		}
		if report.Trouble != "" && strings.Contains(report.Trouble, filepath.Dir(k.relative())) {
			results[i].Trouble = report.Trouble
		}
	}
	results[0].Errors = report.InternalErrors // of one run over all kernels
	if report.Trouble != "" && len(report.Findings) == 0 {
		return nil, fmt.Errorf("kernels: %s", report.Trouble)
	}
	return results, nil
}

// relative returns the kernel's file below the module that holds all of them.
func (k Kernel) relative() string {
	base := filepath.Base(k.File)
	return strings.TrimSuffix(base, ".go") + "/" + base
}

// layOut writes the module afresh, so that a kernel no longer asked for is not analysed, and returns the kernels' sources.
func layOut(kernels []Kernel, goroot, module string, library bool) ([][]byte, error) {
	if err := os.RemoveAll(module); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(module, 0o777); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(module, "go.mod"), []byte("module kernels\n\ngo 1.26\n"), 0o666); err != nil {
		return nil, err
	}
	var sources [][]byte
	for _, k := range kernels {
		from := filepath.Join(goroot, "src", filepath.FromSlash(k.File))
		src, err := os.ReadFile(from)
		if err != nil {
			return nil, fmt.Errorf("kernel %s: %w (the kernels come with Go 1.26)", k.ID, err)
		}
		if library {
			if src, err = withoutDriver(src); err != nil {
				return nil, fmt.Errorf("kernel %s: %w", k.ID, err)
			}
		}
		entry, err := os.ReadFile(filepath.Join(filepath.Dir(from), "main.go"))
		if err != nil {
			return nil, fmt.Errorf("kernel %s: %w", k.ID, err)
		}
		to := filepath.Join(module, filepath.FromSlash(k.relative()))
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return nil, err
		}
		if err := os.WriteFile(to, src, 0o666); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(filepath.Dir(to), "main.go"), entry, 0o666); err != nil {
			return nil, err
		}
		sources = append(sources, src)
	}
	return sources, nil
}
