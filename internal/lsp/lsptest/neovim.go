package lsptest

import (
	_ "embed"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

//go:embed edit.lua
var editing string

// Server is a language server as Neovim is to start it.
type Server struct {
	Name     string   `json:"name"`
	Cmd      []string `json:"cmd"`
	Options  Object   `json:"options,omitempty"`
	Settings Object   `json:"settings,omitempty"`
}

// Job is what a person does in Neovim: open File, delete the line that holds
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
	Version  string   // of Neovim
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

// Shown is a diagnostic in Neovim.
type Shown struct {
	Line    int
	Source  string
	Code    string
	Message string
}

// Neovim does a job in a headless Neovim; the test is skipped where there is none.
func Neovim(t *testing.T, job Job) Seen {
	t.Helper()
	nvim, err := exec.LookPath("nvim")
	if err != nil {
		t.Skip("there is no Neovim here")
	}
	// Not that of the test: servers may still write their caches when Neovim has ended.
	dir, err := os.MkdirTemp("", "conclint-neovim-")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	report, lua := filepath.Join(dir, "report.json"), filepath.Join(dir, "edit.lua")
	must(t, os.WriteFile(lua, []byte(editing), 0o644))
	text, err := json.Marshal(struct {
		Job
		Report   string `json:"report"`
		Patience int64  `json:"patience"`
	}{job, report, patience.Milliseconds()})
	must(t, err)
	cmd := exec.Command(nvim, "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", "luafile "+lua)
	cmd.Dir = job.Root
	cmd.Env = append(os.Environ(), "CONCLINT_JOB="+string(text), "GOFLAGS=", "XDG_STATE_HOME="+dir, "XDG_CACHE_HOME="+dir)
	timer := time.AfterFunc(4*patience, func() { _ = cmd.Process.Kill() })
	out, err := cmd.CombinedOutput()
	timer.Stop()
	data, missing := os.ReadFile(report)
	if missing != nil {
		t.Fatalf("nvim: %v\n%s", err, out)
	}
	var seen Seen
	must(t, json.Unmarshal(data, &seen))
	if seen.Failed != nil {
		t.Fatalf("in Neovim: %s; diagnostics: %v; actions: %q\n%s", *seen.Failed, seen.Last, seen.Actions, out)
	}
	return seen
}
