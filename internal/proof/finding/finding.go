// Package finding runs a built conclint and decodes the findings it prints.
//
// It decodes the versioned JSON format the way any outside program would, so that the
// measurements also test the format, and shares no code with the driver.
package finding

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Tier names as the JSON format spells them.
const (
	Default = "default"
	Strict  = "strict"
)

// A Finding is one diagnostic of conclint. File is slash-separated and relative to the directory analysed.
type Finding struct {
	Code    string
	Tier    string
	File    string
	Line    int
	Message string
	Also    []Place // related places and the steps of the witness
}

// A Place is a line of a file, named as in Finding.
type Place struct {
	File string
	Line int
}

// Analyzer returns the part of the code that names the analyzer.
func (f Finding) Analyzer() string {
	name, _, _ := strings.Cut(f.Code, "/")
	return name
}

// Default reports whether the finding is shown without -strict.
func (f Finding) Default() bool { return f.Tier != Strict }

func (f Finding) String() string {
	tier := ""
	if !f.Default() {
		tier = " (strict)"
	}
	return fmt.Sprintf("%s:%d: %s [%s]%s", f.File, f.Line, f.Message, f.Code, tier)
}

// A Report is the outcome of one run.
type Report struct {
	Findings []Finding
	// Trouble is what the run said about packages that did not load; empty when all did.
	Trouble string
	// InternalErrors counts the functions at which the analysis failed inside. Anything but zero is a bug of the tool.
	InternalErrors int
}

// A Tool is a conclint binary together with the environment it runs in.
type Tool struct {
	Path string   // absolute
	Args []string // flags of every run, before the packages
	Env  []string // additions to the environment
}

// Analyse is [Tool.Run] with further additions to the environment.
func (t Tool) Analyse(ctx context.Context, env []string, dir string, packages ...string) (Report, error) {
	t.Env = append(slices.Clone(t.Env), env...)
	return t.Run(ctx, dir, packages...)
}

// Run analyses the packages below dir in both tiers. It returns an error when the tool could not do its work at all;
// packages that did not load are Report.Trouble.
func (t Tool) Run(ctx context.Context, dir string, packages ...string) (Report, error) {
	args := append([]string{"-format", "json", "-strict", "-debug.stats"}, t.Args...)
	cmd := exec.CommandContext(ctx, t.Path, append(args, packages...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), t.Env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return Report{}, fmt.Errorf("running %s: %w", t.Path, err)
	}
	if ctx.Err() != nil {
		return Report{}, fmt.Errorf("%s in %s: %w", filepath.Base(t.Path), dir, ctx.Err())
	}
	code := cmd.ProcessState.ExitCode()
	if stdout.Len() == 0 && code != 0 {
		return Report{Trouble: cmp.Or(strings.TrimSpace(stderr.String()), fmt.Sprintf("exit status %d", code))}, nil
	}
	report, err := decode(stdout.Bytes(), dir)
	if err != nil {
		return report, fmt.Errorf("%s in %s: %w", filepath.Base(t.Path), dir, err)
	}
	if m := internalErrors.FindSubmatch(stderr.Bytes()); m != nil {
		report.InternalErrors, _ = strconv.Atoi(string(m[1]))
	}
	return report, nil
}

var internalErrors = regexp.MustCompile(`(?m)^internal errors: ([0-9]+)$`)

// decode reads the JSON document of one run and makes its file names relative to dir.
func decode(data []byte, dir string) (Report, error) {
	var doc struct {
		Version  int
		Errors   []string
		Findings []struct {
			Code, Tier, Message string
			Position            Place
			Related, Witness    []struct{ Position Place }
		}
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return Report{}, fmt.Errorf("decoding findings: %w", err)
	}
	if doc.Version != 1 {
		return Report{}, fmt.Errorf("decoding findings: version %d of the format is not understood", doc.Version)
	}
	r := Report{Trouble: strings.Join(doc.Errors, "\n")}
	for i, d := range doc.Findings {
		f := Finding{Code: d.Code, Tier: d.Tier, File: d.Position.File, Line: d.Position.Line, Message: d.Message}
		if f.Code == "" || f.Tier == "" || f.File == "" {
			return Report{}, fmt.Errorf("decoding findings: finding %d has no code, tier or file", i)
		}
		f.File = Relative(dir, f.File)
		for _, also := range append(d.Related, d.Witness...) {
			if also.Position.File != "" {
				f.Also = append(f.Also, Place{Relative(dir, also.Position.File), also.Position.Line})
			}
		}
		r.Findings = append(r.Findings, f)
	}
	return r, nil
}

// Relative returns a file that a tool named, relative to the directory that was analysed and slash-separated.
func Relative(dir, file string) string {
	if filepath.IsAbs(file) {
		if rel, err := filepath.Rel(dir, file); err == nil {
			file = rel
		}
	}
	return filepath.ToSlash(filepath.Clean(file))
}
