package driver

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/ctrlflow"
	"golang.org/x/tools/go/analysis/unitchecker"
)

// IsUnit reports whether the arguments are those of go vet's tool protocol:
// a description of one unit in a file *.cfg, or a question about the tool.
func IsUnit(args []string) bool {
	if len(args) == 0 {
		return false
	}
	return strings.HasSuffix(args[len(args)-1], ".cfg") || args[0] == "-flags" || args[0] == "-V=full"
}

// unit is the part of a unit's description that decides which analyzers run.
type unit struct {
	ImportPath string
	Dir        string
	VetxOnly   bool // a dependency: only facts are wanted
	ModulePath string
	Module     *struct{ Path string }
}

// std reports whether the unit belongs to the standard library.
func (u unit) std() bool {
	if u.ModulePath != "" || u.Module != nil || u.ImportPath == "command-line-arguments" {
		return false
	}
	// In GOPATH mode packages have no module either.
	root, ok := strings.CutSuffix(filepath.ToSlash(u.Dir), "/src/"+u.ImportPath)
	if !ok {
		return false
	}
	_, err := os.Stat(filepath.Join(root, "src", "unsafe", "unsafe.go"))
	return err == nil
}

// runUnit analyses one unit for go vet and exits.
//
// A dependency runs for its facts only. The standard library's effects are in
// a table, so that for its packages no engine runs: only ctrlflow does, whose
// facts say which functions do not return. Other dependencies run the engine,
// and copies of the reporters that return at once: the flags of the command
// line must stay valid.
func (t *Tool) runUnit(args []string) {
	collectLate(os.Getenv)
	last := args[len(args)-1]
	reporters := t.Reporters
	if strings.HasSuffix(last, ".cfg") {
		// What cannot be read here is reported by unitchecker.
		if u, err := readUnit(last); err == nil && u.VetxOnly {
			if u.std() {
				unitchecker.Run(last, []*analysis.Analyzer{ctrlflow.Analyzer}) // does not return
			}
			reporters = t.silent()
			args = withoutNotes(args)
		}
	}
	if t.RegisterFlags != nil {
		t.RegisterFlags(flag.CommandLine)
	}
	os.Args = append(os.Args[:1:1], args...)
	unitchecker.Main(append([]*analysis.Analyzer{t.Engine}, reporters...)...)
}

// withoutNotes leaves out the flags that ask for notes about a unit, which cost
// more than facts do and which nobody would see of a dependency.
func withoutNotes(args []string) []string {
	return slices.DeleteFunc(slices.Clone(args), func(a string) bool {
		name, _, _ := strings.Cut(strings.TrimLeft(a, "-"), "=")
		return strings.HasPrefix(a, "-") && slices.Contains([]string{flagStats, flagWhy, flagGraph}, name)
	})
}

func readUnit(file string) (unit, error) {
	var u unit
	data, err := os.ReadFile(file)
	if err != nil {
		return u, err
	}
	return u, json.Unmarshal(data, &u)
}

// silent returns copies of the reporters that have the same names and flags,
// require the engine, so that it runs whichever of them is selected, and
// report nothing.
func (t *Tool) silent() []*analysis.Analyzer {
	out := make([]*analysis.Analyzer, len(t.Reporters))
	for i, a := range t.Reporters {
		out[i] = &analysis.Analyzer{
			Name: a.Name, Doc: a.Doc, URL: a.URL, Flags: a.Flags,
			Requires: []*analysis.Analyzer{t.Engine},
			Run:      func(*analysis.Pass) (any, error) { return nil, nil },
		}
	}
	return out
}
