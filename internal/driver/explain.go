package driver

import (
	"errors"
	"fmt"
	"go/version"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/report"
)

// Version is the version of this build: that of the module, or "devel".
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}

func versionLine() string {
	return fmt.Sprintf("conclint %s (built with %s, %s/%s)", Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// newerGo says so if the go command's language is newer than this program's:
// it may meet syntax or library that its type checker does not know.
func newerGo(goVersion string) string {
	theirs, ours := version.Lang(goVersion), version.Lang(runtime.Version())
	if theirs == "" || ours == "" || version.Compare(theirs, ours) <= 0 {
		return ""
	}
	return fmt.Sprintf("conclint: note: the go command is %s, but conclint was built with %s and may not understand the newer one; rebuild it: go install github.com/conclint/conclint/cmd/conclint@latest", goVersion, runtime.Version())
}

// list prints all analyzers of the tool with their codes.
func list(w io.Writer, t *Tool) {
	for _, a := range append([]*analysis.Analyzer{t.Engine}, t.Reporters...) {
		fmt.Fprintf(w, "%s: %s\n", a.Name, title(a))
		for _, c := range report.CodesOf(owner(t, a)) {
			fmt.Fprintf(w, "  %-28s %-8s %-7s %s\n", c.Code, c.Tier, c.Claim, c.Title)
		}
	}
}

// owner is the first part of the codes of an analyzer: its name, but "engine" for the engine.
func owner(t *Tool, a *analysis.Analyzer) string {
	if a == t.Engine {
		return "engine"
	}
	return a.Name
}

// title is the first line of an analyzer's documentation, without its name.
func title(a *analysis.Analyzer) string {
	line, _, _ := strings.Cut(strings.TrimSpace(a.Doc), "\n")
	return strings.TrimSpace(strings.TrimPrefix(line, a.Name+":"))
}

// explain prints what a code, or an analyzer with all its codes, is about.
func explain(w io.Writer, t *Tool, name string) error {
	codes := report.CodesOf(name)
	if c, ok := report.Lookup(name); ok {
		codes = []report.CodeInfo{c}
	}
	if len(codes) == 0 {
		return errors.New(unknownCode(name))
	}
	for _, c := range codes {
		fmt.Fprintf(w, "%s: %s\n  %s, %s tier\n  %s\n", c.Code, c.Title, c.Claim, c.Tier, c.Page)
	}
	for _, a := range append([]*analysis.Analyzer{t.Engine}, t.Reporters...) {
		if owner(t, a) == codes[0].Analyzer {
			fmt.Fprintf(w, "\n%s\n", strings.TrimSpace(a.Doc))
		}
	}
	fmt.Fprintf(w, "\nTo silence one finding, with a reason, at the end of its line or on the line above:\n\n\t//conclint:ignore %s reason\n", codes[0].Code)
	return nil
}

// unknownCode suggests the codes that look like name.
func unknownCode(name string) string {
	_, check, _ := strings.Cut(name, "/")
	var near []string
	for _, c := range report.Codes() {
		if strings.HasPrefix(name, c.Analyzer) || check != "" && c.Check == check || strings.HasPrefix(c.Code, name) {
			near = append(near, c.Code)
		}
	}
	msg := fmt.Sprintf("there is no code or analyzer %q; conclint -list shows all", name)
	if len(near) > 0 {
		slices.Sort(near)
		msg += "; did you mean " + strings.Join(near[:min(len(near), 8)], ", ") + "?"
	}
	return msg
}
