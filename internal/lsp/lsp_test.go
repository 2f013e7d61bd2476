package lsp_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/lsp/jsonrpc"
	"github.com/conclint/conclint/internal/lsp/lsptest"
)

var built string // the command, built once

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "conclint-lsp-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	built = filepath.Join(dir, "conclint")
	if runtime.GOOS == "windows" {
		built += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", built, "../../cmd/conclint").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// fast keeps tests short; the order of events does not depend on it.
var fast = lsptest.Object{"debounce": 20}

// server starts conclint lsp.
func server(t *testing.T, flags ...string) *lsptest.Client {
	t.Helper()
	cmd := exec.Command(built, append([]string{"lsp"}, flags...)...)
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=")
	return lsptest.Start(t, cmd, nil)
}

// module writes files, given as name and text in turn, below a new module.
func module(t *testing.T, files ...string) string {
	t.Helper()
	return write(t, t.TempDir(), append([]string{"go.mod", "module example.com/m\n\ngo 1.26\n"}, files...)...)
}

func write(t *testing.T, dir string, files ...string) string {
	t.Helper()
	for i := 0; i < len(files); i += 2 {
		file := filepath.Join(dir, files[i])
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(files[i+1]), 0o644))
	}
	return dir
}

// hits has a lock that the path of line 15 keeps.
const hits = `package hits

import "sync"

type Hits struct {
	mu     sync.Mutex
	byPath map[string]int
	closed bool
}

// Add counts.
func (h *Hits) Add(path string) bool {
	h.mu.Lock()
	if h.closed {
		return false
	}
	h.byPath[path]++
	h.mu.Unlock()
	return true
}
`

// mean, of the same package, locks twice in line 11.
const mean = `package hits

func (h *Hits) Len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.byPath)
}

func (h *Hits) Mean() int {
	h.mu.Lock()
	n := h.Len()
	h.mu.Unlock()
	return n
}
`

func TestEditing(t *testing.T) {
	dir := module(t, "hits.go", hits)
	file := filepath.Join(dir, "hits.go")
	c := server(t)
	c.Initialize(fast, dir)
	c.Requested("client/registerCapability")
	c.Open(file, hits)
	d := c.Want(file, "15:unreleased/return")[0]
	assert.Equal(t, "conclint", d.Source)
	assert.Equal(t, 1, d.Severity, "a defect")
	assert.Contains(t, d.CodeDescription.Href, "unreleased.md")
	assert.Equal(t, "return", within(hits, d))
	require.NotEmpty(t, d.Related)
	assert.Contains(t, d.Related[0].Message, "[1] G1 in (*Hits).Add: locks h.mu")
	assert.Equal(t, 12, d.Related[0].Location.Range.Start.Line)

	var hover struct {
		Contents struct{ Kind, Value string } `json:"contents"`
	}
	c.Call("textDocument/hover", lsptest.Object{"textDocument": lsptest.Object{"uri": lsptest.URI(file)}, "position": d.Range.Start}, &hover)
	assert.Equal(t, "markdown", hover.Contents.Kind)
	for _, part := range []string{"1. G1 in (\\*Hits).Add: locks h.mu ([hits.go:13](" + lsptest.URI(file) + "#L13))", "`unreleased/return`", "Quick fixes: "} {
		assert.Contains(t, hover.Contents.Value, part)
	}
	hover.Contents.Value = ""
	c.Call("textDocument/hover", lsptest.Object{"textDocument": lsptest.Object{"uri": lsptest.URI(file)}, "position": lsptest.Object{"line": 0, "character": 0}}, &hover)
	assert.Empty(t, hover.Contents.Value, "nothing there")

	actions := c.Actions(file, d)
	require.NotEmpty(t, actions)
	assert.Equal(t, "quickfix", actions[0].Kind)
	assert.True(t, actions[0].IsPreferred)
	c.Apply(actions[0])
	assert.Contains(t, c.Text(file), "\n\tdefer h.mu.Unlock()\n")
	c.Want(file)
	assert.Equal(t, 2, c.Version(file))
	disk, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, hits, string(disk), "nothing but the buffer has changed")

	// Typing brings it back, without saving, and the old fix is not offered for a text that it does not fit.
	c.Replace(file, "\tdefer h.mu.Unlock()\n", "")
	c.Want(file, "15:unreleased/return")
	c.Save(file)
	c.Want(file, "15:unreleased/return")
	assert.Equal(t, 0, c.Shutdown())
}

// within is the text that a diagnostic marks; all is ASCII.
func within(src string, d lsptest.Diagnostic) string {
	return strings.Split(src, "\n")[d.Range.Start.Line][d.Range.Start.Character:d.Range.End.Character]
}

// Columns count UTF-16 code units, lines may end with \r\n, and a fix keeps that.
func TestColumnsAndLineEnds(t *testing.T) {
	src := strings.ReplaceAll(hits, "\t\treturn false\n", "\t\t/* Ünïcödé 🧵 */ return false\n")
	src = strings.ReplaceAll(src, "\n", "\r\n")
	dir := module(t, "hits.go", src)
	file := filepath.Join(dir, "hits.go")
	c := server(t)
	c.Initialize(fast, dir)
	c.Open(file, src)
	d := c.Want(file, "15:unreleased/return")[0]
	assert.Equal(t, 19, d.Range.Start.Character, "two tabs, the comment of 16 units, a space")
	assert.Equal(t, 25, d.Range.End.Character)
	actions := c.Actions(file, d)
	require.NotEmpty(t, actions)
	c.Apply(actions[0])
	c.Want(file)
	assert.Contains(t, c.Text(file), "\r\n\tdefer h.mu.Unlock()\r\n")
	assert.Equal(t, strings.Count(c.Text(file), "\n"), strings.Count(c.Text(file), "\r\n"))
	assert.Contains(t, c.Text(file), "/* Ünïcödé 🧵 */ return false\r\n")
}

// While a buffer does not compile its last findings stay; other packages go on.
func TestSyntaxError(t *testing.T) {
	dir := module(t, "hits.go", hits, "other/other.go", strings.ReplaceAll(hits, "package hits", "package other"))
	file, other := filepath.Join(dir, "hits.go"), filepath.Join(dir, "other", "other.go")
	c := server(t)
	c.Initialize(fast, dir)
	c.Open(file, hits)
	c.Open(other, strings.ReplaceAll(hits, "package hits", "package other"))
	c.Want(file, "15:unreleased/return")
	c.Want(other, "15:unreleased/return")
	c.Replace(file, "// Add counts.", "func (")
	c.Replace(other, "\t\treturn false\n", "\t\th.mu.Unlock()\n\t\treturn false\n")
	c.Want(other)
	c.Want(file, "15:unreleased/return")
	c.Replace(file, "func (\n", "// Add\n// counts.\n")
	c.Want(file, "16:unreleased/return")
	c.Replace(file, "h.byPath[path]++", "h.byPath[path] = nosuch")
	c.Replace(other, "\t\th.mu.Unlock()\n", "")
	c.Want(other, "15:unreleased/return")
	c.Want(file, "16:unreleased/return")
	assert.Equal(t, 0, c.Shutdown())
}

// Findings stand in files that are not open, and what is not saved counts for the whole package.
func TestPackageOfSeveralFiles(t *testing.T) {
	dir := module(t, "hits.go", hits, "mean.go", mean)
	file, second := filepath.Join(dir, "hits.go"), filepath.Join(dir, "mean.go")
	c := server(t)
	c.Initialize(fast, dir)
	c.Open(file, hits)
	d := c.Want(second, "11:relock/call")[0]
	assert.Empty(t, c.Version(second), "it is not open")
	for _, a := range c.Actions(second, d) {
		for _, dc := range a.Edit.DocumentChanges {
			assert.Nil(t, dc.TextDocument.Version)
		}
	}
	c.Open(second, mean)
	c.Replace(second, "\th.mu.Lock()\n\tn := h.Len()\n\th.mu.Unlock()\n", "\tn := h.Len()\n")
	c.Want(second)
	c.Want(file, "15:unreleased/return")
	// A new file that is on no disk yet.
	third := filepath.Join(dir, "third.go")
	c.Open(third, strings.NewReplacer("Len", "Count", "Mean", "Average").Replace(mean))
	c.Want(third, "11:relock/call")
	// Closing throws away what was not saved, and with the last file of a package its findings.
	c.Close(third)
	c.Want(third)
	c.Close(second)
	c.Want(second, "11:relock/call")
	c.Close(file)
	c.Want(file)
	c.Want(second)
}

// An unsaved change of a dependency counts in packages that import it.
func TestDependency(t *testing.T) {
	lib := "package lib\n\nimport \"sync\"\n\ntype T struct{ Mu sync.Mutex }\n\nfunc (t *T) Get() int {\n\tt.Mu.Lock()\n\tdefer t.Mu.Unlock()\n\treturn 1\n}\n"
	use := "package m\n\nimport \"example.com/m/lib\"\n\nfunc F(t *lib.T) int {\n\tt.Mu.Lock()\n\tdefer t.Mu.Unlock()\n\treturn t.Get()\n}\n"
	dir := module(t, "lib/lib.go", lib, "use.go", use)
	file, dep := filepath.Join(dir, "use.go"), filepath.Join(dir, "lib", "lib.go")
	c := server(t)
	c.Initialize(fast, dir)
	c.Open(file, use)
	c.Want(file, "8:relock/call")
	c.Open(dep, lib)
	c.Replace(dep, "\tt.Mu.Lock()\n\tdefer t.Mu.Unlock()\n", "")
	c.Want(file)
}

func TestWithoutModule(t *testing.T) {
	single := "package main\n" + strings.TrimPrefix(hits, "package hits\n") + "\nfunc main() { new(Hits).Add(\"x\") }\n"
	dir := write(t, t.TempDir(), "a.go", single, "b.go", "package main\n\nfunc main() {}\n")
	c := server(t)
	c.Initialize(fast, dir)
	c.Open(filepath.Join(dir, "a.go"), single)
	c.Want(filepath.Join(dir, "a.go"), "15:unreleased/return") // beside another program

	pkg := write(t, t.TempDir(), "hits.go", hits, "mean.go", mean)
	c.Open(filepath.Join(pkg, "mean.go"), mean)
	c.Want(filepath.Join(pkg, "mean.go"), "11:relock/call") // in a package of two files
	c.Replace(filepath.Join(pkg, "mean.go"), "n := h.Len()", "n := 1")
	c.Want(filepath.Join(pkg, "mean.go"))
	assert.Equal(t, 0, c.Shutdown())
}

// A file goes by the name that the editor gives it, also behind a link and with strange letters.
func TestNames(t *testing.T) {
	target := module(t, "hits.go", hits)
	dir := filepath.Join(t.TempDir(), "a b%20#[ü]")
	if err := os.Symlink(target, dir); err != nil {
		t.Skip(err)
	}
	file := filepath.Join(dir, "hits.go")
	c := server(t)
	c.Initialize(fast, dir)
	c.Open(file, hits)
	c.Want(file, "15:unreleased/return")
	c.Replace(file, "\t\treturn false\n", "\t\th.mu.Unlock()\n\t\treturn false\n")
	c.Want(file)
	c.Replace(file, "\t\th.mu.Unlock()\n", "")
	d := c.Want(file, "15:unreleased/return")[0]
	assert.Equal(t, lsptest.URI(file), d.Related[0].Location.URI)
	c.Apply(c.Actions(file, d)[0])
	c.Want(file)
	assert.Zero(t, c.Published(filepath.Join(target, "hits.go")))
	assert.Equal(t, 0, c.Shutdown())
}

// A workspace of two modules, one of which imports the other as it is in the buffer.
func TestWorkspace(t *testing.T) {
	lib := "package lib\n\nimport \"sync\"\n\ntype T struct{ Mu sync.Mutex }\n\nfunc (t *T) Get() int {\n\tt.Mu.Lock()\n\tdefer t.Mu.Unlock()\n\treturn 1\n}\n"
	use := "package app\n\nimport \"example.com/lib\"\n\nfunc F(t *lib.T) int {\n\tt.Mu.Lock()\n\tdefer t.Mu.Unlock()\n\treturn t.Get()\n}\n"
	dir := write(t, t.TempDir(), "go.work", "go 1.26\n\nuse (\n\t./app\n\t./lib\n)\n",
		"lib/go.mod", "module example.com/lib\n\ngo 1.26\n", "lib/lib.go", lib,
		"app/go.mod", "module example.com/app\n\ngo 1.26\n", "app/app.go", use,
		"other/go.mod", "module example.com/other\n\ngo 1.26\n", "other/other.go", strings.Replace(hits, "package hits", "package other", 1))
	file := filepath.Join(dir, "app", "app.go")
	c := server(t)
	c.Initialize(lsptest.Object{"debounce": 20, "scope": "workspace"}, dir)
	c.Want(file, "8:relock/call") // of all modules of the workspace, nothing being open
	// What one module saves counts in the others; closing it keeps the findings of all.
	dep := filepath.Join(dir, "lib", "lib.go")
	c.Open(dep, lib)
	c.Replace(dep, "\tt.Mu.Lock()\n\tdefer t.Mu.Unlock()\n", "")
	c.Save(dep)
	c.Want(file)
	c.Replace(dep, "\treturn 1\n", "\tt.Mu.Lock()\n\tdefer t.Mu.Unlock()\n\treturn 1\n")
	c.Save(dep)
	c.Want(file, "8:relock/call")
	c.Close(dep)
	c.Open(filepath.Join(dir, "other", "other.go"), strings.Replace(hits, "package hits", "package other", 1))
	assert.Contains(t, c.Shown("go.work"), filepath.Join(dir, "other"), "a module that the workspace does not have")
	assert.Equal(t, 0, c.Shutdown())
}

func TestFolders(t *testing.T) {
	one, two := module(t, "hits.go", hits), module(t, "hits.go", hits, "sub/sub.go", strings.ReplaceAll(hits, "package hits", "package sub"))
	c := server(t)
	c.Initialize(lsptest.Object{"debounce": 20, "scope": "workspace"}, one)
	c.Want(filepath.Join(one, "hits.go"), "15:unreleased/return")
	event := func(added, removed []lsptest.Object) {
		c.Notify("workspace/didChangeWorkspaceFolders", lsptest.Object{"event": lsptest.Object{"added": added, "removed": removed}})
	}
	event([]lsptest.Object{{"uri": lsptest.URI(two)}}, nil)
	c.Want(filepath.Join(two, "sub", "sub.go"), "15:unreleased/return")
	// A change on disk that the client has seen.
	write(t, two, "sub/sub.go", "package sub\n")
	c.Notify("workspace/didChangeWatchedFiles", lsptest.Object{"changes": []lsptest.Object{{"uri": lsptest.URI(filepath.Join(two, "sub", "sub.go")), "type": 2}}})
	c.Want(filepath.Join(two, "sub", "sub.go"))
	c.Want(filepath.Join(two, "hits.go"), "15:unreleased/return")
	event(nil, []lsptest.Object{{"uri": lsptest.URI(one)}})
	c.Want(filepath.Join(one, "hits.go"))
	assert.Equal(t, 0, c.Shutdown())
}

func TestConfiguration(t *testing.T) {
	dir := module(t, "hits.go", hits, "mean.go", mean, ".conclint.yaml", "disable: relock\n")
	file, second, config := filepath.Join(dir, "hits.go"), filepath.Join(dir, "mean.go"), filepath.Join(dir, ".conclint.yaml")
	c := server(t)
	c.Initialize(fast, dir)
	c.Open(file, hits)
	c.Want(file, "15:unreleased/return")
	rewrite := func(text string) {
		write(t, dir, ".conclint.yaml", text)
		c.Notify("workspace/didChangeWatchedFiles", lsptest.Object{"changes": []lsptest.Object{{"uri": lsptest.URI(config), "type": 2}}})
	}
	rewrite("disable: nosuch\n")
	assert.Contains(t, c.Shown("nosuch"), ".conclint.yaml:1: no analyzer or code matches")
	rewrite("disable: unreleased\nseverity:\n  relock: note\n")
	c.Want(file)
	assert.Equal(t, 3, c.Want(second, "11:relock/call")[0].Severity)

	c.Notify("workspace/didChangeConfiguration", lsptest.Object{"settings": lsptest.Object{"conclint": lsptest.Object{"flags": []string{"-disable=all"}}}})
	c.Want(second)
	c.Notify("workspace/didChangeConfiguration", lsptest.Object{"settings": lsptest.Object{"conclint": lsptest.Object{"flags": []string{"-fix"}}}})
	c.Shown("flag -fix has no meaning here")
	// A client that has no settings for us.
	c.Notify("workspace/didChangeConfiguration", lsptest.Object{"settings": lsptest.Object{}})
	assert.Equal(t, 0, c.Shutdown())
}

// Only the last of many changes counts.
func TestTyping(t *testing.T) {
	dir := module(t, "hits.go", hits)
	file := filepath.Join(dir, "hits.go")
	c := server(t)
	c.Initialize(lsptest.Object{"debounce": 300}, dir)
	c.Open(file, hits)
	c.Want(file, "15:unreleased/return")
	before := c.Published(file)
	for i := range 40 {
		c.Replace(file, "package hits\n", "package hits\n\n")
		_ = i
	}
	c.Want(file, "55:unreleased/return")
	assert.Equal(t, 41, c.Version(file))
	assert.LessOrEqual(t, c.Published(file), before+2, "changes in a row are one")
}

// Code that one only reads is not judged.
func TestForeignFiles(t *testing.T) {
	dir := module(t, "hits.go", hits)
	c := server(t)
	c.Initialize(fast, dir)
	out, err := exec.Command("go", "env", "GOROOT").Output()
	require.NoError(t, err)
	std := filepath.Join(strings.TrimSpace(string(out)), "src", "sync", "mutex.go")
	src, err := os.ReadFile(std)
	require.NoError(t, err)
	c.Open(std, string(src))
	c.Notify("textDocument/didOpen", lsptest.Object{"textDocument": lsptest.Object{"uri": "untitled:Untitled-1", "languageId": "go", "version": 1, "text": hits}})
	c.Open(filepath.Join(dir, "hits.go"), hits)
	c.Want(filepath.Join(dir, "hits.go"), "15:unreleased/return")
	assert.Zero(t, c.Published(std))
	assert.Equal(t, 0, c.Shutdown())
}

// What a client gets wrong is answered, and the server goes on.
func TestProtocolErrors(t *testing.T) {
	dir := module(t, "hits.go", hits)
	c := server(t)
	failed := func(method string, params any) int {
		if e := c.Try(method, params, nil); e != nil {
			return e.Code
		}
		return 0
	}
	uri := lsptest.Object{"textDocument": lsptest.Object{"uri": lsptest.URI(filepath.Join(dir, "hits.go"))}}
	assert.Equal(t, jsonrpc.NotInitialized, failed("textDocument/hover", uri))
	assert.Equal(t, jsonrpc.InvalidParams, failed("initialize", []int{1}))
	for _, options := range []lsptest.Object{{"debounce": -1}, {"debounce": "fast"}, {"scope": "world"}, {"flags": []string{"-nosuch"}}, {"flags": []string{"./..."}}} {
		assert.Equal(t, jsonrpc.InvalidParams, failed("initialize", lsptest.Object{"initializationOptions": options}), "%v", options)
	}
	c.Initialize(fast, dir)
	assert.Equal(t, jsonrpc.InvalidRequest, failed("initialize", lsptest.Object{}))
	assert.Equal(t, jsonrpc.MethodNotFound, failed("textDocument/rename", uri))
	assert.Equal(t, jsonrpc.InvalidParams, failed("textDocument/codeAction", lsptest.Object{"range": 7}))
	assert.Zero(t, failed("textDocument/codeAction", uri))
	c.Notify("textDocument/didChange", lsptest.Object{"textDocument": 3})
	c.Notify("textDocument/didChange", uri) // never opened
	c.Notify("$/cancelRequest", lsptest.Object{"id": 1})
	assert.Zero(t, failed("textDocument/hover", uri))
	c.Call("shutdown", nil, nil)
	assert.Equal(t, jsonrpc.InvalidRequest, failed("textDocument/hover", uri))
	assert.Equal(t, jsonrpc.InvalidRequest, failed("shutdown", nil))
}

func TestEnds(t *testing.T) {
	for _, c := range []struct {
		name, input string
		args        []string
		code        int
		out         string
	}{
		{"no shutdown before exit", frame(`{"jsonrpc":"2.0","method":"exit"}`), nil, 1, ""},
		{"hung up", "", nil, 1, ""},
		{"cut off", "Content-Length: 10\r\n\r\n{", nil, 2, "unexpected EOF"},
		{"no client", "what is this?\n\n" + frame(`{"jsonrpc":"2.0","method":"exit"}`), nil, 1, "has no colon"},
		{"stdio", frame(`{"jsonrpc":"2.0","method":"exit"}`), []string{"--stdio"}, 1, ""},
		{"bad flag", "", []string{"-nosuch"}, 2, "-nosuch"},
		{"package", "", []string{"./..."}, 2, "unexpected argument"},
		{"help", "", []string{"-help"}, 0, "Language Server Protocol"},
	} {
		cmd := exec.Command(built, append([]string{"lsp"}, c.args...)...)
		cmd.Stdin = strings.NewReader(c.input)
		out, err := cmd.CombinedOutput()
		if exit := (*exec.ExitError)(nil); err != nil {
			require.ErrorAs(t, err, &exit, c.name)
		}
		assert.Equal(t, c.code, cmd.ProcessState.ExitCode(), "%s: %s", c.name, out)
		assert.Contains(t, string(out), c.out, c.name)
	}
}

func frame(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body) }
