package plugin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The page shows what is run here: its blocks are the files and commands.
const page = "../docs/golangci.md"

const golangci = "github.com/golangci/golangci-lint/v2"

// block returns a code block of the page by the name behind its language.
func block(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	m := regexp.MustCompile("(?ms)^```[a-z]+ " + regexp.QuoteMeta(name) + "\n(.*?)^```$").FindSubmatch(text)
	require.NotNil(t, m, "no block %s in %s", name, page)
	return string(m[1])
}

// The blocks are there and mean something, without building anything.
func TestPage(t *testing.T) {
	assert.Contains(t, block(t, "main.go"), `_ "github.com/conclint/conclint/plugin"`)
	assert.Contains(t, block(t, ".custom-gcl.yml"), "import: github.com/conclint/conclint/plugin")
	version := regexp.MustCompile(`(?m)^version: (v2\S+)$`).FindStringSubmatch(block(t, ".custom-gcl.yml"))
	require.NotNil(t, version)
	assert.Contains(t, block(t, "build"), golangci+"@"+version[1])
	assert.Contains(t, block(t, ".golangci.yml"), "type: module")
}

func needE2E(t *testing.T) {
	t.Helper()
	if os.Getenv("CONCLINT_E2E") == "" {
		t.Skip("builds golangci-lint: make e2e-golangci")
	}
}

func command(t *testing.T, dir string, env []string, name string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), append([]string{"GOFLAGS=", "GOWORK=off", "PWD=" + dir}, env...)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		exit := (*exec.ExitError)(nil)
		require.True(t, errors.As(err, &exit), "%s: %v", name, err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func must(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	out, errs, code := command(t, dir, nil, name, args...)
	require.Zero(t, code, "%s %v\n%s%s", name, args, out, errs)
	return out
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
}

// buildByHand makes a golangci-lint as the page says, with this checkout.
func buildByHand(t *testing.T) string {
	t.Helper()
	dir, root := t.TempDir(), checkout(t)
	write(t, dir, "main.go", block(t, "main.go"))
	for line := range strings.Lines(block(t, "build")) {
		words := strings.Fields(line)
		if strings.HasPrefix(line, "go mod tidy") {
			must(t, dir, "go", "mod", "edit", "-require=github.com/conclint/conclint@v0.0.0", "-replace=github.com/conclint/conclint="+root)
		}
		must(t, dir, words[0], words[1:]...)
	}
	return filepath.Join(dir, "golangci-lint-conclint")
}

func checkout(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	return root
}

const bad = `package bad

import "sync"

type Hits struct {
	mu     sync.Mutex
	byPath map[string]int
	closed bool
}

func (h *Hits) Add(path string) bool {
	h.mu.Lock()
	if h.closed {
		return false
	}
	h.byPath[path]++
	h.mu.Unlock()
	return true
}

func (h *Hits) Silenced(path string) bool {
	h.mu.Lock()
	if h.closed {
		return false //nolint:conclint // the test wants it
	}
	h.byPath[path]++
	h.mu.Unlock()
	return true
}

func (h *Hits) Ignored(path string) bool {
	h.mu.Lock()
	if h.closed {
		return false //conclint:ignore unreleased/return the test wants it
	}
	h.byPath[path]++
	h.mu.Unlock()
	return true
}

func Each(urls []string) {
	for _, u := range urls {
		go func() { println(u) }()
	}
}
`

// use, of another package, locks twice through a function whose summary is a fact.
const lib = "package lib\n\nimport \"sync\"\n\ntype T struct{ Mu sync.Mutex }\n\nfunc (t *T) Get() int {\n\tt.Mu.Lock()\n\tdefer t.Mu.Unlock()\n\treturn 1\n}\n"
const use = "package use\n\nimport \"example.com/m/lib\"\n\nfunc F(t *lib.T) int {\n\tt.Mu.Lock()\n\tdefer t.Mu.Unlock()\n\treturn t.Get()\n}\n"

func sample(t *testing.T, config string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "go.mod", "module example.com/m\n\ngo 1.26\n")
	write(t, dir, "bad/bad.go", bad)
	write(t, dir, "lib/lib.go", lib)
	write(t, dir, "use/use.go", use)
	write(t, dir, ".golangci.yml", config)
	return dir
}

// issues runs a golangci-lint and returns "file:line code" of each issue.
func issues(t *testing.T, binary, dir string, args ...string) []string {
	t.Helper()
	report := filepath.Join(t.TempDir(), "report.json")
	args = append([]string{"run", "--allow-parallel-runners", "--show-stats=false", "--output.json.path=" + report}, args...)
	out, errs, code := command(t, dir, nil, binary, append(args, "./...")...)
	require.LessOrEqual(t, code, 1, "%s%s", out, errs)
	data, err := os.ReadFile(report)
	require.NoError(t, err, "%s%s", out, errs)
	var r struct {
		Issues []struct {
			FromLinter, Text string
			Pos              struct {
				Filename string
				Line     int
			}
		}
	}
	require.NoError(t, json.Unmarshal(data, &r))
	code1 := regexp.MustCompile(`^([a-z]+): .* \[([a-z]+)(/[a-z-]+)\]$`)
	var list []string
	for _, i := range r.Issues {
		m := code1.FindStringSubmatch(i.Text)
		if assert.NotNil(t, m, i.Text) && assert.Equal(t, Name, i.FromLinter) {
			assert.Equal(t, m[1], m[2], i.Text)
			list = append(list, fmt.Sprintf("%s:%d %s", filepath.ToSlash(i.Pos.Filename), i.Pos.Line, m[2]+m[3]))
		}
	}
	return list
}

func TestGolangciLint(t *testing.T) {
	needE2E(t)
	binary := buildByHand(t)
	config := block(t, ".golangci.yml")
	onPage := "          strict: false\n          disable: [nosemaphore]\n          enable: [lostpanic/unprotected]\n"
	require.Contains(t, config, onPage)
	with := func(settings string) string { return strings.Replace(config, onPage, settings, 1) }

	dir := sample(t, config)
	assert.Equal(t, []string{"bad/bad.go:14 unreleased/return", "use/use.go:8 relock/call"}, issues(t, binary, dir))
	assert.Equal(t, []string{"bad/bad.go:14 unreleased/return", "use/use.go:8 relock/call"}, issues(t, binary, dir), "from the cache")

	t.Run("settings", func(t *testing.T) {
		write(t, dir, ".golangci.yml", with("          disable: [all]\n          enable: [nosemaphore, relock/call]\n"))
		assert.Equal(t, []string{"bad/bad.go:43 nosemaphore/perelement", "use/use.go:8 relock/call"}, issues(t, binary, dir))
		write(t, dir, ".golangci.yml", with("          disable: [relock/call, unreleased]\n"))
		assert.Equal(t, []string{"bad/bad.go:43 nosemaphore/perelement"}, issues(t, binary, dir))
		write(t, dir, ".golangci.yml", with("          disable: [all]\n          enable: [engine/suppression]\n"))
		assert.Empty(t, issues(t, binary, dir))
	})
	t.Run("mistakes", func(t *testing.T) {
		for settings, want := range map[string]string{
			"          stric: true\n":                     `conclint: decoding settings: json: unknown field "stric"`,
			"          enable: [nosuch]\n":                `no analyzer or code matches "nosuch"`,
			"          analyzers: {relock: {limit: 3}}\n": "relock has no option limit",
			"          api: [\"what is this\"]\n":         "conclint: settings: api: ",
			"          enable: relock\n":                  "cannot unmarshal string",
			"          analyzers: {nosuch: {limit: 3}}\n": "there is no analyzer nosuch",
		} {
			write(t, dir, ".golangci.yml", with(settings))
			out, errs, code := command(t, dir, nil, binary, "run", "--allow-parallel-runners", "./...")
			assert.NotZero(t, code)
			assert.Contains(t, out+errs, want)
		}
	})
	t.Run("fix", func(t *testing.T) {
		write(t, dir, ".golangci.yml", config)
		left := issues(t, binary, dir, "--fix")
		assert.NotContains(t, left, "bad/bad.go:14 unreleased/return")
		after, err := os.ReadFile(filepath.Join(dir, "bad", "bad.go"))
		require.NoError(t, err)
		assert.Contains(t, string(after), "func (h *Hits) Add(path string) bool {\n\th.mu.Lock()\n\tdefer h.mu.Unlock()\n")
		assert.Equal(t, 1, strings.Count(string(after), "defer"), "what is silenced is left alone")
		must(t, dir, "go", "build", "./...")
		assert.NotContains(t, issues(t, binary, dir), "bad/bad.go:15 unreleased/return")
	})
	t.Run("custom", func(t *testing.T) { testCustom(t, binary) })
}

// testCustom lets golangci-lint's own command build, from a clone that is made
// of the module in the cache: git need not reach any host.
func testCustom(t *testing.T, binary string) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("golangci-lint custom needs git")
	}
	config := block(t, ".custom-gcl.yml")
	version := regexp.MustCompile(`(?m)^version: (v2\S+)$`).FindStringSubmatch(config)[1]
	var mod struct{ Dir string }
	require.NoError(t, json.Unmarshal([]byte(must(t, t.TempDir(), "go", "mod", "download", "-json", golangci+"@"+version)), &mod))
	origin := t.TempDir()
	require.NoError(t, os.CopyFS(origin, os.DirFS(mod.Dir)))
	identity := []string{"-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"}
	must(t, origin, "git", "init", "-q")
	must(t, origin, "git", "add", "-A", "-f", ".")
	must(t, origin, "git", append(identity, "commit", "-q", "-m", version)...)
	must(t, origin, "git", append(identity, "tag", version)...)

	dir := t.TempDir()
	published := regexp.MustCompile(`(?m)^    version: v\S+$`)
	require.Regexp(t, published, config)
	write(t, dir, ".custom-gcl.yml", published.ReplaceAllLiteralString(config, "    path: "+checkout(t)))
	out, errs, code := command(t, dir, []string{
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url." + "file://" + filepath.ToSlash(origin) + ".insteadOf",
		"GIT_CONFIG_VALUE_0=https://github.com/golangci/golangci-lint.git",
	}, binary, "custom", "-v")
	require.Zero(t, code, "%s%s", out, errs)
	custom := filepath.Join(dir, "golangci-lint-conclint")
	assert.Contains(t, must(t, dir, custom, "version"), version+"-custom-gcl-")
	assert.Equal(t, []string{"bad/bad.go:14 unreleased/return", "use/use.go:8 relock/call"}, issues(t, custom, sample(t, block(t, ".golangci.yml"))))
}
