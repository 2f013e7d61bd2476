package gopls

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/conclint/conclint/internal/pattern"
)

const (
	modulePath = "github.com/conclint/conclint"
	goplsPath  = "golang.org/x/tools/gopls"
	toolsPath  = "golang.org/x/tools"
)

// oldestGo is what this module and the oldest gopls of the table need.
const oldestGo = "go1.26"

// A release is a gopls for a Go language version.
type release struct {
	goLang string // the oldest that it builds with
	gopls  string
	tried  bool // this very combination is tested
}

// releases stand in the order of Go versions.
var releases = []release{
	{"go1.26", "v0.23.0", true},
	{"go1.27", "v0.24.0", false},
}

// releaseFor chooses the gopls for a go command's version, such as go1.26.8.
func releaseFor(goVersion string) (release, error) {
	lang := version.Lang(goVersion)
	if lang == "" { // a development version: newer than all
		return releases[len(releases)-1], nil
	}
	var best release
	for _, r := range releases {
		if version.Compare(r.goLang, lang) <= 0 {
			best = r
		}
	}
	if best.gopls == "" {
		return release{}, fmt.Errorf("this needs %s or later, and the go command is %s", oldestGo, goVersion)
	}
	return best, nil
}

// origin is where a build finds conclint's own module: at a version, or in a directory.
type origin struct{ version, dir string }

func (o origin) String() string {
	if o.dir != "" {
		return o.dir
	}
	return modulePath + "@" + o.version
}

var semver = pattern.New(`^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`)

// findOrigin finds the source of this very program: the directory that the
// user names, the module version that it was installed from, the checkout that
// it was built from, the checkout around dir.
func findOrigin(source, dir string) (origin, error) {
	if source != "" {
		abs, err := filepath.Abs(source)
		if err != nil {
			return origin{}, err
		}
		if !isOurs(abs) {
			return origin{}, fmt.Errorf("%s does not hold module %s", source, modulePath)
		}
		return origin{dir: abs}, nil
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		if m := mainOrDep(info); m != nil && m.Sum != "" && semver.MatchString(m.Version) {
			return origin{version: m.Version}, nil
		}
	}
	candidates := []string{}
	if _, file, _, ok := runtime.Caller(0); ok { // internal/gopls/release.go
		candidates = append(candidates, filepath.Dir(filepath.Dir(filepath.Dir(file))))
	}
	for at := dir; ; at = filepath.Dir(at) {
		candidates = append(candidates, at)
		if at == filepath.Dir(at) {
			break
		}
	}
	for _, c := range candidates {
		if filepath.IsAbs(c) && isOurs(c) {
			return origin{dir: c}, nil
		}
	}
	return origin{}, fmt.Errorf("this conclint was built from a checkout that is not found any more: name one with -source DIR, or install a released version: go install %s/cmd/conclint@latest", modulePath)
}

// mainOrDep is this module in a build: the main one, or, for go tool conclint,
// a requirement. Only what came from the module cache has a checksum.
func mainOrDep(info *debug.BuildInfo) *debug.Module {
	if info.Main.Path == modulePath {
		return &info.Main
	}
	for _, d := range info.Deps {
		if d.Path == modulePath && d.Replace == nil {
			return d
		}
	}
	return nil
}

// isOurs reports whether a directory holds this module.
func isOurs(dir string) bool {
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return false
	}
	for line := range bytes.Lines(mod) {
		if fields := strings.Fields(string(line)); len(fields) == 2 && fields[0] == "module" {
			return fields[1] == modulePath
		}
	}
	return false
}

// goCommand runs the go command and returns what it prints. The error holds
// what it said.
func goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	// The scratch module is nobody's workspace, and flags of the user's own
	// builds, such as -mod=vendor, are not for it.
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "PWD="+dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, errors.New("the go command is not in PATH")
	}
	if ctx.Err() != nil {
		return nil, errors.New("interrupted")
	}
	if err != nil {
		said := strings.TrimSpace(stderr.String())
		if said == "" {
			said = strings.TrimSpace(string(out))
		}
		return out, fmt.Errorf("go %s: %w\n%s", args[0], err, tail(said, 30))
	}
	return out, nil
}

// tail keeps the last lines of a long text.
func tail(s string, n int) string {
	lines := strings.Split(s, "\n")
	if len(lines) > n {
		lines = append([]string{fmt.Sprintf("… %d lines", len(lines)-n)}, lines[len(lines)-n:]...)
	}
	return strings.Join(lines, "\n")
}

// source is a gopls release in the module cache.
type source struct {
	dir   string
	goMin string // its go directive, such as 1.26.0
	tools string // the version of x/tools that it is written against
}

// download fetches a gopls release and reads what it needs.
func download(ctx context.Context, dir, release string) (source, error) {
	var mod struct{ Dir, Error string }
	out, err := goCommand(ctx, dir, "mod", "download", "-json", goplsPath+"@"+release)
	if json.Unmarshal(out, &mod) == nil && mod.Error != "" {
		return source{}, fmt.Errorf("cannot download gopls %s: %s", release, mod.Error)
	}
	if err != nil {
		return source{}, err
	}
	s := source{dir: mod.Dir}
	var file struct {
		Go      string
		Require []struct{ Path, Version string }
	}
	out, err = goCommand(ctx, dir, "mod", "edit", "-json", filepath.Join(mod.Dir, "go.mod"))
	if err != nil {
		return source{}, err
	}
	if err := json.Unmarshal(out, &file); err != nil {
		return source{}, fmt.Errorf("go.mod of gopls %s: %w", release, err)
	}
	s.goMin = file.Go
	for _, r := range file.Require {
		if r.Path == toolsPath {
			s.tools = r.Version
		}
	}
	if s.tools == "" {
		return source{}, fmt.Errorf("gopls %s does not require %s: it is built in a way that this conclint does not know", release, toolsPath)
	}
	list, err := os.ReadFile(filepath.Join(mod.Dir, "internal", "settings", "analysis.go"))
	if err != nil || !bytes.Contains(list, []byte("var AllAnalyzers")) {
		return source{}, fmt.Errorf("gopls %s keeps its analyzers where this conclint does not know: use a conclint that is newer, or -gopls with an older release", release)
	}
	return s, nil
}
