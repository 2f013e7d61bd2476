package driver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/edit"
)

// requirement finds out, once, what it takes for the main module to import the
// runtime module.
type requirement struct {
	dir   string
	build []string // build flags of the command line
	asked bool
	texts map[string][]byte // go.mod and go.sum with the requirement; nil if it is there
	err   error             // why it cannot be added, with what to do
}

// needed returns the changed module files, none if the requirement is there.
// They are proved and written like any file that a fix changes.
func (r *requirement) needed(ctx context.Context) (map[string][]byte, error) {
	if !r.asked {
		r.asked = true
		r.texts, r.err = r.add(ctx)
	}
	return r.texts, r.err
}

// present reports whether the main module requires the runtime module already, or is it.
func (r *requirement) present(ctx context.Context) bool {
	m, err := r.mainModule(ctx)
	return err == nil && m.requires
}

// mainModule is what a requirement depends on.
type mainModule struct {
	gomod, gowork string
	requires      bool
}

func (r *requirement) mainModule(ctx context.Context) (m mainModule, err error) {
	var env struct{ GOMOD, GOWORK string }
	if err := r.goJSON(ctx, &env, "env", "-json", "GOMOD", "GOWORK"); err != nil {
		return m, err
	}
	m = mainModule{gomod: env.GOMOD, gowork: env.GOWORK}
	if env.GOMOD == "" || env.GOMOD == os.DevNull {
		return m, r.advise("there is no main module")
	}
	var mod struct {
		Module  struct{ Path string }
		Require []struct{ Path string }
	}
	if err := r.goJSON(ctx, &mod, "mod", "edit", "-json", env.GOMOD); err != nil {
		return m, err
	}
	m.requires = mod.Module.Path == edit.RuntimeModule
	for _, req := range mod.Require {
		m.requires = m.requires || req.Path == edit.RuntimeModule
	}
	return m, nil
}

func (r *requirement) add(ctx context.Context) (map[string][]byte, error) {
	m, err := r.mainModule(ctx)
	if err != nil || m.requires {
		return nil, err
	}
	switch _, err := os.Stat(filepath.Join(filepath.Dir(m.gomod), "vendor", "modules.txt")); {
	case m.gowork != "" && m.gowork != "off":
		return nil, r.advise("in a workspace the module to change is yours to choose")
	case err == nil:
		return nil, r.advise("dependencies are vendored")
	case slices.ContainsFunc(r.build, func(f string) bool { return strings.HasPrefix(f, "-modfile=") }):
		return nil, r.advise("-modfile is in use")
	}
	return r.get(ctx, m.gomod)
}

// get lets go get change copies of go.mod and go.sum.
func (r *requirement) get(ctx context.Context, gomod string) (map[string][]byte, error) {
	tmp, err := os.MkdirTemp("", "conclint-mod-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	gosum := strings.TrimSuffix(gomod, ".mod") + ".sum"
	copies := map[string]string{gomod: filepath.Join(tmp, "go.mod"), gosum: filepath.Join(tmp, "go.sum")}
	for _, file := range sortedKeys(copies) {
		data, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) && file == gosum {
			continue
		}
		if err == nil {
			err = os.WriteFile(copies[file], data, 0o644)
		}
		if err != nil {
			return nil, err
		}
	}
	cmd := exec.CommandContext(ctx, "go", "get", "-modfile="+copies[gomod], edit.RuntimeModule+"@"+edit.RuntimeVersion)
	cmd.Dir = r.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return nil, r.advise(lines[len(lines)-1])
	}
	texts := map[string][]byte{}
	for _, file := range sortedKeys(copies) {
		data, err := os.ReadFile(copies[file])
		if err != nil {
			return nil, err
		}
		if before, err := os.ReadFile(file); err != nil || !bytes.Equal(before, data) {
			texts[file] = data
		}
	}
	return texts, nil
}

// advise says why the requirement cannot be added and how the user can.
func (r *requirement) advise(why string) error {
	return fmt.Errorf("the fix needs module %s, and %s; run go get %s@%s first", edit.RuntimeModule, why, edit.RuntimeModule, edit.RuntimeVersion)
}

func (r *requirement) goJSON(ctx context.Context, to any, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = r.dir
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return json.Unmarshal(out, to)
}
