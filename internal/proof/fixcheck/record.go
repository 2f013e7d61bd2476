package fixcheck

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// The environment that makes this program the vet tool of a recorded run.
const (
	envTool = "CONCLINT_FIXCHECK_TOOL" // the tool that does the work
	envDir  = "CONCLINT_FIXCHECK_DIR"  // where to keep the descriptions of units; "" for nowhere
	envID   = "CONCLINT_FIXCHECK_ID"   // part of the key of the go command's cache
)

// IsRecorder reports whether the go command runs this program as a vet tool.
func IsRecorder() bool { return os.Getenv(envTool) != "" }

// Recorder keeps a copy of the unit's description and runs the tool on it. It returns the exit code.
func Recorder(args []string) int {
	if slices.Contains(args, "-V=full") {
		// A version of its own: results of earlier runs of the tool would leave nothing to record.
		fmt.Printf("fixcheck version %s\n", os.Getenv(envID))
		return 0
	}
	last := args[len(args)-1]
	if dir := os.Getenv(envDir); dir != "" && strings.HasSuffix(last, ".cfg") {
		if err := keep(dir, last); err != nil {
			fmt.Fprintln(os.Stderr, "fixcheck:", err)
			return 1
		}
	}
	cmd := exec.Command(os.Getenv(envTool), args...)
	cmd.Env = append(os.Environ(), envTool+"=") // the tool itself records nothing
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, "fixcheck:", err)
		return 1
	}
	return cmd.ProcessState.ExitCode()
}

func keep(dir, cfg string) error {
	data, err := os.ReadFile(cfg)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, fmt.Sprintf("%x.cfg", sha256.Sum256(data))), data, 0o666)
}

// A target is a tree of packages to be checked.
type target struct {
	name     string
	dir      string
	env      []string
	flags    []string // of the go command
	patterns []string
}

// A recording is a run of go vet over a target together with the units that it analysed.
type recording struct {
	target
	tool    string // the linter
	scratch string // holds all files of the run
	id      string
	units   []*unit
	plain   map[string]*unit   // by import path: the variants that other packages import
	users   map[string][]*unit // by file of types and facts: the units that read it
}

// record runs the tool over the target. Files of the run stay below scratch.
func record(ctx context.Context, tool, scratch string, t target) (*recording, error) {
	r := &recording{target: t, tool: tool, scratch: scratch, plain: map[string]*unit{}, users: map[string][]*unit{}}
	r.id = fmt.Sprintf("%x", sha256.Sum256([]byte(scratch)))
	cfgs, work := filepath.Join(scratch, "units"), filepath.Join(scratch, "work")
	for _, dir := range []string{cfgs, work} {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
	}
	findings, trouble, err := r.vet(ctx, cfgs, []string{"-work"})
	if err != nil {
		return nil, err
	}
	if trouble != "" {
		fmt.Fprintf(os.Stderr, "%s: %s\n", t.name, trouble)
	}
	names, err := filepath.Glob(filepath.Join(cfgs, "*.cfg"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		u, err := readUnit(name)
		if err != nil {
			return nil, err
		}
		u.findings = findings[u.ID]
		r.units = append(r.units, u)
		// A package with tests is described twice under one name: without them, for those who import it, and with them.
		if known := r.plain[u.ImportPath]; !strings.Contains(u.ID, " ") && (known == nil || u.VetxOnly) {
			r.plain[u.ImportPath] = u
		}
		for _, file := range u.PackageVetx {
			r.users[file] = append(r.users[file], u)
		}
	}
	if len(r.units) == 0 {
		return nil, fmt.Errorf("%s: go vet analysed nothing: %s", t.name, trouble)
	}
	slices.SortFunc(r.units, byID)
	for _, users := range r.users {
		slices.SortFunc(users, byID)
	}
	return r, nil
}

func byID(a, b *unit) int { return cmp.Compare(a.ID, b.ID) }

// vet runs go vet with the recorder and returns the findings of each unit. What the go command complains about is trouble.
func (r *recording) vet(ctx context.Context, cfgs string, flags []string) (findings map[string][]diagnostic, trouble string, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	args := append([]string{"vet", "-vettool=" + self, "-trimpath=false", "-json", "-conclint.all"}, flags...)
	args = append(append(args, r.flags...), r.patterns...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = r.dir
	cmd.Env = append(append(os.Environ(), r.env...), envTool+"="+r.tool, envDir+"="+cfgs, envID+"="+r.id, "GOTMPDIR="+filepath.Join(r.scratch, "work"), "PWD="+r.dir)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	runErr := cmd.Run()
	if ctx.Err() != nil {
		return nil, "", ctx.Err()
	}
	findings, err = decode(&stdout)
	if err != nil {
		return nil, "", errors.Join(runErr, fmt.Errorf("%s: %w\n%s", r.name, err, stderr.Bytes()))
	}
	if runErr != nil {
		trouble = strings.TrimSpace(stderr.String())
	}
	return findings, trouble, nil
}

// A diagnostic is a finding as a vet tool prints it.
type diagnostic struct {
	Category string
	Posn     string
	Message  string
	Fixes    []fix `json:"suggested_fixes"`
}

// A fix is one of the ways to repair a finding.
type fix struct {
	Message string
	Edits   []edit
}

// An edit replaces the bytes from Start to End of a file.
type edit struct {
	Filename   string
	Start, End int
	New        string
}

// decode reads a sequence of objects, unit to analyzer to findings. Notes of the engine are left out.
func decode(r io.Reader) (map[string][]diagnostic, error) {
	all := map[string][]diagnostic{}
	for dec := json.NewDecoder(r); ; {
		var tree map[string]map[string]json.RawMessage
		if err := dec.Decode(&tree); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("decoding the output of go vet: %w", err)
		}
		for id, analyzers := range tree {
			for name, data := range analyzers {
				var list []diagnostic
				if err := json.Unmarshal(data, &list); err != nil {
					return nil, fmt.Errorf("analyzer %s failed on %s: %s", name, id, data)
				}
				all[id] = append(all[id], list...)
			}
			slices.SortFunc(all[id], func(a, b diagnostic) int {
				return cmp.Or(cmp.Compare(a.Posn, b.Posn), cmp.Compare(a.Category, b.Category), cmp.Compare(a.Message, b.Message))
			})
		}
	}
}
