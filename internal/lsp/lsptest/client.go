// Package lsptest is a language client for tests: it starts a server, edits
// files as an editor does, and waits for what the server has to say. Only
// tests import it.
package lsptest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/conclint/conclint/internal/lsp/jsonrpc"
	"github.com/conclint/conclint/internal/lsp/text"
)

// patience bounds each wait: the first analysis on a busy machine takes long.
const patience = 2 * time.Minute

// Object is a JSON object.
type Object = map[string]any

// Diagnostic is a finding as a server publishes it.
type Diagnostic struct {
	Range           text.Range `json:"range"`
	Severity        int        `json:"severity"`
	Code            any        `json:"code"`
	CodeDescription struct {
		Href string `json:"href"`
	} `json:"codeDescription"`
	Source  string `json:"source"`
	Message string `json:"message"`
	Related []struct {
		Location struct {
			URI   string     `json:"uri"`
			Range text.Range `json:"range"`
		} `json:"location"`
		Message string `json:"message"`
	} `json:"relatedInformation"`
	Data json.RawMessage `json:"data,omitempty"`
}

// Edit replaces a range.
type Edit struct {
	Range   text.Range `json:"range"`
	NewText string     `json:"newText"`
}

// Action is a code action.
type Action struct {
	Title       string `json:"title"`
	Kind        string `json:"kind"`
	IsPreferred bool   `json:"isPreferred"`
	Edit        struct {
		Changes         map[string][]Edit `json:"changes"`
		DocumentChanges []struct {
			TextDocument struct {
				URI     string `json:"uri"`
				Version *int   `json:"version"`
			} `json:"textDocument"`
			Edits []Edit `json:"edits"`
		} `json:"documentChanges"`
	} `json:"edit"`
}

// Client is connected to one server.
type Client struct {
	t        *testing.T
	cmd      *exec.Cmd
	w        *jsonrpc.Writer
	sending  sync.Mutex
	settings Object
	ended    chan struct{} // closed when the server hangs up

	mu        sync.Mutex
	changed   chan struct{} // closed and made anew at each news
	responses map[string]*jsonrpc.Message
	published map[string]publication // by file
	shown     []string               // window/showMessage
	requests  []string               // methods that the server called
	docs      map[string]*doc
}

type doc struct {
	version int
	text    []byte
}

type publication struct {
	version     *int
	count       int
	diagnostics []Diagnostic
}

// Start runs a server; settings are what it may ask for by workspace/configuration.
// The server ends with the test at the latest.
func Start(t *testing.T, cmd *exec.Cmd, settings Object) *Client {
	t.Helper()
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	cmd.Stderr = os.Stderr
	must(t, cmd.Start())
	c := &Client{
		t: t, cmd: cmd, w: jsonrpc.NewWriter(in), settings: settings, ended: make(chan struct{}),
		changed: make(chan struct{}), responses: map[string]*jsonrpc.Message{}, published: map[string]publication{}, docs: map[string]*doc{},
	}
	go c.read(out)
	t.Cleanup(func() {
		_ = in.Close()
		select {
		case <-c.ended:
		case <-time.After(patience):
			_ = cmd.Process.Kill()
			<-c.ended
		}
		_ = cmd.Wait()
	})
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (c *Client) read(out io.Reader) {
	defer close(c.ended)
	r := jsonrpc.NewReader(out)
	for {
		m, err := r.Read()
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, os.ErrClosed) {
				fmt.Fprintln(os.Stderr, "lsptest: reading from the server:", err)
			}
			return
		}
		c.take(m)
	}
}

func (c *Client) take(m *jsonrpc.Message) {
	if m.IsRequest() {
		var result any
		if m.Method == "workspace/configuration" {
			var p struct {
				Items []any `json:"items"`
			}
			_ = m.Decode(&p)
			result = slices.Repeat([]any{c.settings}, len(p.Items))
		}
		c.sending.Lock()
		_ = c.w.Reply(m.ID, result, nil)
		c.sending.Unlock()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case m.IsResponse():
		c.responses[string(m.ID)] = m
	case m.IsRequest():
		c.requests = append(c.requests, m.Method)
	case m.Method == "textDocument/publishDiagnostics":
		var p struct {
			URI         string       `json:"uri"`
			Version     *int         `json:"version"`
			Diagnostics []Diagnostic `json:"diagnostics"`
		}
		if err := m.Decode(&p); err == nil {
			file := Path(p.URI)
			c.published[file] = publication{p.Version, c.published[file].count + 1, p.Diagnostics}
		}
	case m.Method == "window/showMessage":
		var p struct {
			Message string `json:"message"`
		}
		_ = m.Decode(&p)
		c.shown = append(c.shown, p.Message)
	}
	close(c.changed)
	c.changed = make(chan struct{})
}

// until waits until ok, which is called with the lock held, says so.
func (c *Client) until(what string, ok func() bool) {
	c.t.Helper()
	limit := time.After(patience)
	for {
		c.mu.Lock()
		done, changed := ok(), c.changed
		c.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-c.ended:
			c.t.Fatalf("the server has ended; still waiting for %s", what)
		case <-limit:
			c.t.Fatalf("waited too long for %s; last published: %s", what, c.describe())
		}
	}
}

func (c *Client) describe() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	for _, file := range slices.Sorted(maps.Keys(c.published)) {
		for _, d := range c.published[file].diagnostics {
			fmt.Fprintf(&b, "\n%s:%d: %s [%v]", filepath.Base(file), d.Range.Start.Line+1, d.Message, d.Code)
		}
	}
	return b.String() + "\nshown: " + strings.Join(c.shown, "; ")
}

// Notify sends a notification.
func (c *Client) Notify(method string, params any) {
	c.t.Helper()
	c.sending.Lock()
	defer c.sending.Unlock()
	must(c.t, c.w.Notify(method, params))
}

// Try sends a request, and returns the error of the answer.
func (c *Client) Try(method string, params, result any) *jsonrpc.Error {
	c.t.Helper()
	c.sending.Lock()
	id, err := c.w.Request(method, params)
	c.sending.Unlock()
	must(c.t, err)
	var m *jsonrpc.Message
	c.until("the answer to "+method, func() bool { m = c.responses[id]; return m != nil })
	if m.Error == nil && result != nil && len(m.Result) > 0 {
		must(c.t, json.Unmarshal(m.Result, result))
	}
	return m.Error
}

// Call sends a request whose answer must be no error.
func (c *Client) Call(method string, params, result any) {
	c.t.Helper()
	if failed := c.Try(method, params, result); failed != nil {
		c.t.Fatalf("%s: %v", method, failed)
	}
}

// Initialize greets the server: folders are the workspace.
func (c *Client) Initialize(options Object, folders ...string) {
	c.t.Helper()
	var workspace []Object
	for _, f := range folders {
		workspace = append(workspace, Object{"uri": URI(f), "name": filepath.Base(f)})
	}
	c.Call("initialize", Object{
		"processId": os.Getpid(), "rootUri": URI(folders[0]), "workspaceFolders": workspace, "initializationOptions": options,
		"capabilities": Object{
			"workspace": Object{"configuration": true, "workspaceFolders": true, "workspaceEdit": Object{"documentChanges": true},
				"didChangeWatchedFiles": Object{"dynamicRegistration": true}},
			"textDocument": Object{
				"publishDiagnostics": Object{"relatedInformation": true},
				"codeAction":         Object{"codeActionLiteralSupport": Object{"codeActionKind": Object{"valueSet": []string{"quickfix"}}}},
				"hover":              Object{"contentFormat": []string{"markdown"}},
			},
		},
	}, nil)
	c.Notify("initialized", Object{})
}

// Open opens a file with a text, which need not be that on disk.
func (c *Client) Open(file, content string) {
	c.t.Helper()
	c.docs[file] = &doc{1, []byte(content)}
	c.Notify("textDocument/didOpen", Object{"textDocument": Object{"uri": URI(file), "languageId": "go", "version": 1, "text": content}})
}

// Text is an open file as the client has it.
func (c *Client) Text(file string) string { return string(c.docs[file].text) }

// Replace replaces old, which is in the file once, as typing does.
func (c *Client) Replace(file, old, with string) {
	c.t.Helper()
	d := c.docs[file]
	at := strings.Index(string(d.text), old)
	if at < 0 || strings.Count(string(d.text), old) != 1 {
		c.t.Fatalf("%s is not once in %s", old, file)
	}
	m := text.NewMap(d.text)
	c.apply(file, []Edit{{text.Range{Start: m.Position(at), End: m.Position(at + len(old))}, with}})
}

// apply makes edits that do not overlap, last first, so that none moves another.
func (c *Client) apply(file string, edits []Edit) {
	c.t.Helper()
	d := c.docs[file]
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int {
		switch {
		case b.Range.Start.Before(a.Range.Start):
			return -1
		case a.Range.Start.Before(b.Range.Start):
			return 1
		}
		return 0
	})
	var changes []Object
	for _, e := range edits {
		d.text = text.NewMap(d.text).Replace(e.Range, e.NewText)
		changes = append(changes, Object{"range": e.Range, "text": e.NewText})
	}
	d.version++
	c.Notify("textDocument/didChange", Object{"textDocument": Object{"uri": URI(file), "version": d.version}, "contentChanges": changes})
}

// Save writes an open file to disk and says so.
func (c *Client) Save(file string) {
	c.t.Helper()
	must(c.t, os.WriteFile(file, c.docs[file].text, 0o644))
	c.Notify("textDocument/didSave", Object{"textDocument": Object{"uri": URI(file)}})
}

// Close closes a file.
func (c *Client) Close(file string) {
	c.t.Helper()
	delete(c.docs, file)
	c.Notify("textDocument/didClose", Object{"textDocument": Object{"uri": URI(file)}})
}

// Codes waits until what the server says about a file satisfies ok, which gets
// "line:code" of each diagnostic in order, lines from 1; and returns them all.
func (c *Client) Codes(file, what string, ok func(codes []string) bool) []Diagnostic {
	c.t.Helper()
	var out []Diagnostic
	c.until(what, func() bool {
		p := c.published[file]
		out = p.diagnostics
		return p.count > 0 && ok(codes(out))
	})
	return out
}

func codes(ds []Diagnostic) []string {
	var out []string
	for _, d := range ds {
		out = append(out, fmt.Sprintf("%d:%v", d.Range.Start.Line+1, d.Code))
	}
	return out
}

// Want waits until the diagnostics of a file are these, given as "line:code".
func (c *Client) Want(file string, want ...string) []Diagnostic {
	c.t.Helper()
	return c.Codes(file, fmt.Sprintf("%s: %v", filepath.Base(file), want), func(got []string) bool { return slices.Equal(got, want) })
}

// Version is the version of the text that the last diagnostics of a file are for.
func (c *Client) Version(file string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v := c.published[file].version; v != nil {
		return *v
	}
	return 0
}

// Published counts how often the diagnostics of a file were published.
func (c *Client) Published(file string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.published[file].count
}

// Shown waits for a message to the user that contains a text.
func (c *Client) Shown(part string) string {
	c.t.Helper()
	var found string
	c.until("a message with "+part, func() bool {
		for _, m := range c.shown {
			if strings.Contains(m, part) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// Requested waits until the server has called a method.
func (c *Client) Requested(method string) {
	c.t.Helper()
	c.until("a call of "+method, func() bool { return slices.Contains(c.requests, method) })
}

// Actions asks for the quick fixes of a diagnostic.
func (c *Client) Actions(file string, d Diagnostic) []Action {
	c.t.Helper()
	var out []Action
	c.Call("textDocument/codeAction", Object{
		"textDocument": Object{"uri": URI(file)}, "range": d.Range,
		"context": Object{"diagnostics": []Diagnostic{d}, "only": []string{"quickfix"}},
	}, &out)
	return out
}

// Apply makes the edits of an action, all in open files of the right version.
func (c *Client) Apply(a Action) {
	c.t.Helper()
	for _, uri := range slices.Sorted(maps.Keys(a.Edit.Changes)) {
		c.apply(Path(uri), a.Edit.Changes[uri])
	}
	for _, dc := range a.Edit.DocumentChanges {
		file := Path(dc.TextDocument.URI)
		if v := dc.TextDocument.Version; v == nil || *v != c.docs[file].version {
			c.t.Fatalf("the action %q is for another version of %s", a.Title, file)
		}
		c.apply(file, dc.Edits)
	}
}

// Shutdown ends the server as the protocol wants and returns its exit code.
func (c *Client) Shutdown() int {
	c.t.Helper()
	c.Call("shutdown", nil, nil)
	c.Notify("exit", nil)
	<-c.ended
	_ = c.cmd.Wait()
	return c.cmd.ProcessState.ExitCode()
}

// URI names a file.
func URI(path string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
}

// Path is the inverse of URI.
func Path(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return uri
	}
	return filepath.FromSlash(u.Path)
}
