// Package modules prepares public modules, at pinned versions, for analysis.
package modules

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Public are the large services whose default reports are all read, at the versions of the judgements.
var Public = []string{
	"github.com/caddyserver/caddy/v2@v2.11.9",
	"github.com/prometheus/prometheus@v0.316.0",
	"go.etcd.io/etcd/server/v3@v3.7.3",
	"google.golang.org/grpc@v1.85.0",
	"github.com/nats-io/nats-server/v2@v2.15.2",
	"github.com/hashicorp/raft@v1.8.0",
}

// Prepare returns the directory of a writable copy of a module, path@version, below cache. The copy is made once.
// What only works inside the module's own repository is taken away: replacements by neighbouring directories and go.work.
func Prepare(ctx context.Context, module, cache string) (string, error) {
	path, version, ok := strings.Cut(module, "@")
	if !ok || path == "" || version == "" {
		return "", fmt.Errorf("module %q is not path@version", module)
	}
	dir := filepath.Join(cache, "modules", filepath.FromSlash(path)+"@"+version)
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
		return dir, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	source, err := download(ctx, module)
	if err != nil {
		return "", err
	}
	// Copied aside and renamed, so that a run that is interrupted leaves no half of a module.
	aside := dir + ".part"
	if err := os.RemoveAll(aside); err != nil {
		return "", err
	}
	if err := copyTree(source, aside); err != nil {
		return "", err
	}
	if err := detach(ctx, aside); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", "list", "-mod=mod", "-deps", "-test", "./...")
	cmd.Dir = aside
	cmd.Env = append(os.Environ(), "GOWORK=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: dependencies: %w\n%s", module, err, stderr.String())
	}
	return dir, os.Rename(aside, dir)
}

func download(ctx context.Context, module string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", module)
	cmd.Dir = os.TempDir() // outside any module
	out, runErr := cmd.Output()
	var info struct{ Dir, Error string }
	if err := json.Unmarshal(out, &info); err != nil {
		return "", fmt.Errorf("go mod download %s: %w", module, errors.Join(runErr, err))
	}
	if info.Error != "" {
		return "", fmt.Errorf("go mod download %s: %s", module, info.Error)
	}
	return info.Dir, runErr
}

// copyTree copies a tree of the module cache, whose files are read-only, and leaves out go.work.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o777)
		}
		if rel == "go.work" || rel == "go.work.sum" {
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o666)
	})
}

// detach drops the replacements in the go.mod of dir by directories outside the module.
func detach(ctx context.Context, dir string) error {
	cmd := exec.CommandContext(ctx, "go", "mod", "edit", "-json")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go mod edit: %w", err)
	}
	var mod struct {
		Replace []struct {
			Old, New struct{ Path, Version string }
		}
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		return fmt.Errorf("go mod edit: %w", err)
	}
	for _, r := range mod.Replace {
		if r.New.Version != "" || !strings.HasPrefix(r.New.Path, "..") {
			continue
		}
		old := strings.TrimSuffix(r.Old.Path+"@"+r.Old.Version, "@")
		cmd := exec.CommandContext(ctx, "go", "mod", "edit", "-dropreplace="+old)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go mod edit: %w\n%s", err, out)
		}
	}
	return nil
}
