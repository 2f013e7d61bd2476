package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/driver/yaml"
)

// get walks down a YAML document by keys.
func get(n yaml.Node, keys ...string) yaml.Node {
	for _, k := range keys {
		i := slices.IndexFunc(n.Pairs, func(p yaml.Pair) bool { return p.Key == k })
		if i < 0 {
			return yaml.Node{}
		}
		n = n.Pairs[i].Value
	}
	return n
}

func readYAML(t *testing.T, file string) yaml.Node {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	n, err := yaml.Parse(data)
	require.NoError(t, err, file)
	return n
}

// A runner runs the steps of action.yml as GitHub's does, as far as they use it.
type runner struct {
	dir             string // the user's repository
	temp            string
	output, summary string // files
	ready           bool   // the linter is built
}

var expression = regexp.MustCompile(`\$\{\{ inputs\.([a-z-]+) \}\}`)

// run runs the steps until one fails, with these inputs, and returns the exit code and what they print.
func (r *runner) run(t *testing.T, inputs map[string]string) (code int, stdout string) {
	t.Helper()
	action := readYAML(t, "../../action.yml")
	given := maps.Clone(inputs)
	values := map[string]string{}
	for _, in := range get(action, "inputs").Pairs {
		values[in.Key] = get(in.Value, "default").Text
		if v, ok := given[in.Key]; ok {
			values[in.Key] = v
			delete(given, in.Key)
		}
	}
	require.Empty(t, given, "unknown inputs")
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	r.output, r.summary = filepath.Join(r.temp, "output"), filepath.Join(r.temp, "summary")
	for _, f := range []string{r.output, r.summary} {
		require.NoError(t, os.WriteFile(f, nil, 0o644))
	}
	var out bytes.Buffer
	for _, step := range get(action, "runs", "steps").Items {
		require.Equal(t, "bash", get(step, "shell").Text)
		if get(step, "id").Text == "" && r.ready {
			continue // built by an earlier run
		}
		cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", get(step, "run").Text)
		cmd.Dir = r.dir
		cmd.Env = append(os.Environ(), "GITHUB_ACTION_PATH="+root, "RUNNER_TEMP="+r.temp, "GITHUB_OUTPUT="+r.output, "GITHUB_STEP_SUMMARY="+r.summary, "GOWORK=off", "PWD="+r.dir)
		for _, e := range get(step, "env").Pairs {
			cmd.Env = append(cmd.Env, e.Key+"="+expression.ReplaceAllStringFunc(e.Value.Text, func(x string) string {
				name := expression.FindStringSubmatch(x)[1]
				v, ok := values[name]
				require.True(t, ok, "no input %s", name)
				return v
			}))
		}
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Run(); err != nil {
			require.IsType(t, &exec.ExitError{}, err)
			return cmd.ProcessState.ExitCode(), out.String()
		}
		r.ready = true
	}
	return 0, out.String()
}

func newRunner(t *testing.T, files map[string]string) *runner {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the command, and runs go vet many times")
	}
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("no bash here")
	}
	r := &runner{dir: t.TempDir(), temp: t.TempDir()}
	for name, text := range files {
		file := filepath.Join(r.dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	return r
}

func (r *runner) file(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(data)
}

const buggy = `package m

import "sync"

var mu sync.Mutex

func f(ok bool) {
	mu.Lock()
	if ok {
		return
	}
	mu.Unlock()
}
`

func TestAction(t *testing.T) {
	r := newRunner(t, map[string]string{"go/go.mod": "module example.com/m\n\ngo 1.26\n", "go/m.go": buggy, "go/clean/c.go": "package clean\n"})

	code, out := r.run(t, map[string]string{"working-directory": "go", "sarif": "out.sarif", "html": "report.html"})
	assert.Equal(t, 1, code, out)
	assert.Contains(t, out, "::error file=m.go,line=10,")
	assert.Equal(t, "findings=1\n", r.file(t, r.output))
	assert.Contains(t, r.file(t, r.summary), "unreleased/return")
	assert.Contains(t, r.file(t, filepath.Join(r.dir, "go", "report.html")), "<!DOCTYPE html>")
	var sarif struct {
		Runs []struct{ Results []json.RawMessage }
	}
	require.NoError(t, json.Unmarshal([]byte(r.file(t, filepath.Join(r.dir, "go", "out.sarif"))), &sarif))
	require.Len(t, sarif.Runs, 1)
	assert.Len(t, sarif.Runs[0].Results, 1)

	code, out = r.run(t, map[string]string{"working-directory": "go", "fail": "false"})
	assert.Equal(t, 0, code, out)
	assert.Contains(t, out, "::error file=m.go,line=10,", "annotations stay")

	code, out = r.run(t, map[string]string{"working-directory": "go", "packages": "./clean"})
	assert.Equal(t, 0, code, out)
	assert.Equal(t, "findings=0\n", r.file(t, r.output))
	assert.Contains(t, r.file(t, r.summary), "No findings.")

	code, out = r.run(t, map[string]string{"working-directory": "go", "flags": "-disable unreleased -tests=false"})
	assert.Equal(t, 0, code, out)
}

func TestActionRefuses(t *testing.T) {
	r := newRunner(t, map[string]string{"go.mod": "module example.com/m\n\ngo 1.26\n", "m.go": "package m\n\nfunc f() { nothing() }\n"})
	code, out := r.run(t, map[string]string{"sarif": "out.sarif", "fail": "false"})
	assert.Equal(t, 2, code, "what could not be analysed fails the job: %s", out)
	assert.Contains(t, r.file(t, r.summary), "could not be analysed")
	assert.Contains(t, r.file(t, filepath.Join(r.dir, "out.sarif")), "executionSuccessful")

	code, out = r.run(t, map[string]string{"fail": "maybe"})
	assert.Equal(t, 2, code)
	assert.Contains(t, out, `input fail is "maybe"`)

	code, out = r.run(t, map[string]string{"working-directory": "nosuch"})
	assert.Equal(t, 2, code)
	assert.Contains(t, out, "no directory nosuch")

	code, out = r.run(t, map[string]string{"flags": "-nosuch"})
	assert.Equal(t, 2, code)
	assert.Contains(t, out, "flag provided but not defined: -nosuch")
}

// A pull request counts for what it adds.
func TestActionNewFrom(t *testing.T) {
	r := newRunner(t, map[string]string{"go.mod": "module example.com/m\n\ngo 1.26\n", "m.go": buggy})
	git := func(args ...string) {
		cmd := exec.Command("git", append([]string{"-c", "user.name=n", "-c", "user.email=e@example.com"}, args...)...)
		cmd.Dir = r.dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	git("init", "-q")
	git("add", ".")
	git("commit", "-q", "-m", "old")
	code, out := r.run(t, map[string]string{"new-from": "HEAD"})
	assert.Equal(t, 0, code, out)
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "n.go"), []byte(strings.NewReplacer("func f", "func g", "var mu sync.Mutex", "var nu sync.Mutex", "mu.", "nu.").Replace(buggy)), 0o644))
	code, out = r.run(t, map[string]string{"new-from": "HEAD"})
	assert.Equal(t, 1, code, out)
	assert.Contains(t, out, "::error file=n.go")
	assert.NotContains(t, out, "file=m.go")
}

// pre-commit installs the module's commands into a directory of its own and runs
// the entry with its arguments at the top of the user's repository.
func TestPreCommitHooks(t *testing.T) {
	for _, hook := range readYAML(t, "../../.pre-commit-hooks.yaml").Items {
		t.Run(get(hook, "id").Text, func(t *testing.T) {
			r := newRunner(t, map[string]string{"go.mod": "module example.com/m\n\ngo 1.26\n", "m.go": buggy})
			assert.Equal(t, "golang", get(hook, "language").Text)
			assert.Equal(t, "false", get(hook, "pass_filenames").Text, "conclint takes packages")
			words := strings.Fields(get(hook, "entry").Text)
			require.Equal(t, "conclint", words[0], "go install makes no other command of this name")
			for _, a := range get(hook, "args").Items {
				words = append(words, a.Text)
			}
			cmd := exec.Command(built, words[1:]...)
			cmd.Dir = r.dir
			cmd.Env = append(os.Environ(), "GOWORK=off", "PWD="+r.dir)
			out, err := cmd.CombinedOutput()
			if slices.Contains(words, "-fix") {
				require.NoError(t, err, "%s", out)
				assert.Contains(t, r.file(t, filepath.Join(r.dir, "m.go")), "defer mu.Unlock()", "pre-commit sees the change and fails")
				return
			}
			assert.Equal(t, 1, cmd.ProcessState.ExitCode())
			assert.Contains(t, string(out), "[unreleased/return]")
		})
	}
}

// The workflows of docs/ci.md use inputs that there are.
func TestWorkflowsInDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/ci.md")
	require.NoError(t, err)
	var inputs []string
	for _, in := range get(readYAML(t, "../../action.yml"), "inputs").Pairs {
		inputs = append(inputs, in.Key)
	}
	uses := 0
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(page, -1) {
		n, err := yaml.Parse(block[1])
		require.NoError(t, err, "%s", block[1])
		for _, job := range get(n, "jobs").Pairs {
			for _, step := range get(job.Value, "steps").Items {
				if !strings.HasPrefix(get(step, "uses").Text, "conclint/conclint@") {
					continue
				}
				uses++
				for _, w := range get(step, "with").Pairs {
					assert.Contains(t, inputs, w.Key)
				}
			}
		}
	}
	assert.Positive(t, uses, "docs/ci.md shows no workflow")
	for _, in := range inputs {
		assert.Contains(t, string(page), "`"+in+"`", "docs/ci.md does not name the input")
	}
}
