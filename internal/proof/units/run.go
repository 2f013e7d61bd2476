package units

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"
)

// A Runner runs a tool on packages. Its results are kept by what they depend on, so that a package that several modules
// share is analysed once.
type Runner struct {
	Tool    string   // the binary
	Flags   []string // before the unit
	Procs   int      // GOMAXPROCS of a unit
	Workers int      // units at a time
	Reverse bool     // of two packages that could be next, take the later one
	Timeout time.Duration
	Dir     string              // for fact files
	IsRoot  func(*Package) bool // whether a package is analysed for its reports, or for its facts only
	Started func(*Package)      // called before a unit starts, if not nil

	done map[string]*Result
}

// A Result is what came out of one unit.
type Result struct {
	Package *Package
	CPU     time.Duration
	Peak    int64                   // bytes, 0 where the system does not tell
	Output  []byte                  // the JSON that the tool printed
	Diags   map[string][]Diagnostic // by analyzer
	Facts   []byte                  // the facts alone, without the types
	Failed  string                  // why the unit did not come to an end, "" if it did
}

// A Diagnostic is what the go command's JSON says of one.
type Diagnostic struct {
	Category string `json:"category"`
	Posn     string `json:"posn"`
	Message  string `json:"message"`
}

func (r *Runner) vetx(p *Package) string { return filepath.Join(r.Dir, p.key+".vetx") }

// unit analyses one package whose imports have been analysed.
func (r *Runner) unit(ctx context.Context, p *Package, byPath map[string]*Package) *Result {
	res := &Result{Package: p}
	cfg := unitchecker.Config{
		ID: p.ImportPath, Compiler: "gc", Dir: p.Dir, ImportPath: p.ImportPath, GoFiles: p.files(), IgnoredFiles: p.IgnoredGoFiles,
		ImportMap: map[string]string{}, PackageVetx: map[string]string{}, Standard: map[string]bool{},
		VetxOnly: !r.IsRoot(p), VetxOutput: r.vetx(p), Stdout: r.vetx(p) + ".json",
	}
	if m := p.Module; m != nil {
		cfg.ModulePath, cfg.ModuleVersion = m.Path, m.Version
		if m.GoVersion != "" {
			cfg.GoVersion = "go" + m.GoVersion
		}
		cfg.Module = &analysis.Module{Path: m.Path, Version: m.Version, GoVersion: m.GoVersion}
	}
	for _, path := range p.Imports {
		cfg.ImportMap[path] = path
	}
	for from, to := range p.ImportMap {
		cfg.ImportMap[from] = to
	}
	for _, path := range p.deps() {
		if dep := byPath[path]; dep != nil {
			cfg.PackageVetx[path] = r.vetx(dep)
			if dep.Standard {
				cfg.Standard[path] = true
			}
		}
	}
	data, err := json.Marshal(cfg)
	if err != nil {
		res.Failed = err.Error()
		return res
	}
	name := r.vetx(p) + ".cfg"
	if err := os.WriteFile(name, data, 0o666); err != nil {
		res.Failed = err.Error()
		return res
	}
	defer os.Remove(name)
	defer os.Remove(cfg.Stdout)
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.Tool, append(append([]string{"-json"}, r.Flags...), name)...)
	cmd.Dir = p.Dir
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", r.Procs))
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err = cmd.Run()
	if state := cmd.ProcessState; state != nil {
		res.CPU, res.Peak = state.UserTime()+state.SystemTime(), Peak(state)
	}
	switch {
	case ctx.Err() != nil:
		res.Failed = fmt.Sprintf("no end within %v", r.Timeout)
	case err != nil:
		res.Failed = fmt.Sprintf("%v: %s", err, head(output.String()))
	default:
		res.Failed = res.read(cfg)
	}
	return res
}

// read takes in what the tool wrote, and returns what is wrong with it.
func (res *Result) read(cfg unitchecker.Config) string {
	vetx, err := os.ReadFile(cfg.VetxOutput)
	if err != nil {
		return err.Error()
	}
	if res.Facts, err = factsOf(vetx); err != nil {
		return err.Error()
	}
	if cfg.VetxOnly {
		return ""
	}
	if res.Output, err = os.ReadFile(cfg.Stdout); err != nil {
		return err.Error()
	}
	var tree map[string]map[string]json.RawMessage
	if err := json.Unmarshal(res.Output, &tree); err != nil {
		return fmt.Sprintf("output: %v", err)
	}
	res.Diags = map[string][]Diagnostic{}
	for _, byAnalyzer := range tree {
		for name, raw := range byAnalyzer {
			var diags []Diagnostic
			if err := json.Unmarshal(raw, &diags); err != nil {
				return fmt.Sprintf("%s: %s", name, head(string(raw))) // {"error": …}
			}
			res.Diags[name] = diags
		}
	}
	return ""
}

// factsOf cuts the facts out of a fact file of x/tools' unitchecker: a magic word, the lengths of types and facts, types, facts.
func factsOf(vetx []byte) ([]byte, error) {
	if len(vetx) < 12 || string(vetx[:4]) != "vetx" {
		return nil, errors.New("the fact file has an unknown format")
	}
	length := func(at int) int {
		return int(vetx[at]) | int(vetx[at+1])<<8 | int(vetx[at+2])<<16 | int(vetx[at+3])<<24
	}
	types, facts := length(4), length(8)
	if 12+types+facts > len(vetx) {
		return nil, errors.New("the fact file is cut off")
	}
	return vetx[12+types : 12+types+facts], nil
}

func head(s string) string {
	s = strings.TrimSpace(s)
	return s[:min(len(s), 600)]
}
