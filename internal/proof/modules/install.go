package modules

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// Install builds the command of a package, path@version, below dir and returns the path of the binary. It is built once
// per version.
func Install(ctx context.Context, dir, pkg string) (string, error) {
	name, version, ok := strings.Cut(pkg, "@")
	if !ok || name == "" || version == "" {
		return "", fmt.Errorf("command %q is not path@version", pkg)
	}
	dir = filepath.Join(dir, version)
	binary := filepath.Join(dir, path.Base(name))
	if _, err := os.Stat(binary); err == nil {
		return binary, nil
	}
	cmd := exec.CommandContext(ctx, "go", "install", pkg)
	cmd.Dir = os.TempDir() // outside any module
	cmd.Env = append(os.Environ(), "GOBIN="+dir, "GOWORK=off", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go install %s: %w\n%s", pkg, err, out[max(0, len(out)-2000):])
	}
	return binary, nil
}
