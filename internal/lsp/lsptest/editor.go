package lsptest

import (
	"embed"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Server is a language server as an editor is to start it.
type Server struct {
	Name     string   `json:"name"`
	Cmd      []string `json:"cmd"`
	Options  Object   `json:"options,omitempty"`
	Settings Object   `json:"settings,omitempty"`
}

// Job is what a person does in an editor: open File, delete the line that holds
// Remove, wait for the finding Code, take the first quick fix, save.
type Job struct {
	Servers []Server `json:"servers"`
	Root    string   `json:"root"`
	File    string   `json:"file"`
	Remove  string   `json:"remove"`
	Code    string   `json:"code"`
	Also    string   `json:"also,omitempty"` // a source of another diagnostic to wait for
}

// Seen is what the person saw.
type Seen struct {
	Version  string   // of the editor
	Typed    []Shown  // after typing
	Both     []Shown  // with the other server
	Modified bool     // the buffer was not saved then
	Actions  []string // the titles that were offered
	Fixed    string   // the text after the fix
	Left     []Shown  // after the fix
	Saved    []Shown  // and after saving
	Failed   *string  // what went wrong
	Last     []Shown  // then
}

// Shown is a diagnostic in the editor.
type Shown struct {
	Line    int
	Source  string
	Code    string
	Message string
}

// Neovim does a job in a headless Neovim; the test is skipped where there is none.
func Neovim(t *testing.T, job Job) Seen {
	t.Helper()
	return inEditor(t, job, "nvim", "edit.lua", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", "luafile ")
}

// Emacs does a job with one server in an Emacs in batch mode, by eglot; the
// test is skipped where there are not both.
func Emacs(t *testing.T, job Job) Seen {
	t.Helper()
	if emacs, err := exec.LookPath("emacs"); err == nil {
		if exec.Command(emacs, "--batch", "--eval", "(progn (package-initialize) (require 'eglot) (require 'go-mode))").Run() != nil {
			t.Skip("this Emacs has no eglot or no go-mode")
		}
	}
	return inEditor(t, job, "emacs", "edit.el", "--batch", "-l")
}

//go:embed edit.lua edit.el
var scripts embed.FS

// inEditor lets an editor run a script; the last argument gets the script's
// name behind it, joined to it if it ends with a space.
func inEditor(t *testing.T, job Job, editor, script string, args ...string) Seen {
	t.Helper()
	program, err := exec.LookPath(editor)
	if err != nil {
		t.Skipf("there is no %s here", editor)
	}
	// Not that of the test: servers may still write their caches when the editor has ended.
	dir, err := os.MkdirTemp("", "conclint-editor-")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	report, file := filepath.Join(dir, "report.json"), filepath.Join(dir, script)
	source, err := scripts.ReadFile(script)
	must(t, err)
	must(t, os.WriteFile(file, source, 0o644))
	text, err := json.Marshal(struct {
		Job
		Report   string `json:"report"`
		Patience int64  `json:"patience"` // milliseconds
	}{job, report, patience.Milliseconds()})
	must(t, err)
	if last := args[len(args)-1]; strings.HasSuffix(last, " ") {
		args[len(args)-1] = last + file
	} else {
		args = append(args, file)
	}
	cmd := exec.Command(program, args...)
	cmd.Dir = job.Root
	cache, err := exec.Command("go", "env", "GOCACHE").Output() // which would move with the other caches
	must(t, err)
	cmd.Env = append(os.Environ(), "CONCLINT_JOB="+string(text), "GOFLAGS=", "GOCACHE="+strings.TrimSpace(string(cache)), "XDG_STATE_HOME="+dir, "XDG_CACHE_HOME="+dir)
	timer := time.AfterFunc(4*patience, func() { _ = cmd.Process.Kill() })
	out, err := cmd.CombinedOutput()
	timer.Stop()
	data, missing := os.ReadFile(report)
	if missing != nil {
		t.Fatalf("%s: %v\n%s", editor, err, out)
	}
	var seen Seen
	must(t, json.Unmarshal(data, &seen))
	if seen.Failed != nil {
		t.Fatalf("in %s: %s; diagnostics: %v; actions: %q\n%s", editor, *seen.Failed, seen.Last, seen.Actions, out)
	}
	t.Logf("%s %s", editor, seen.Version)
	return seen
}
