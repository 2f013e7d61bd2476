// Package lsp is a language server that stands beside gopls and shows
// conclint's findings: on opening and saving, and, through go vet's overlays,
// of text that is not saved yet. It has no analysis of its own; each run is one
// of the driver's, so that build cache, configuration and fixes are the same.
//
// One goroutine owns all state. Runs of the analysis post their results to it.
package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/conclint/conclint/internal/driver"
	"github.com/conclint/conclint/internal/lsp/jsonrpc"
)

// Main runs a server over two streams until the client says exit or hangs up,
// and returns the exit code. flags are those of the command line that say what
// is analysed and shown.
func Main(ctx context.Context, tool *driver.Tool, flags []string, in io.Reader, out, stderr io.Writer) int {
	flags = slices.DeleteFunc(slices.Clone(flags), func(f string) bool { return f == "-stdio" || f == "--stdio" })
	if slices.ContainsFunc(flags, func(f string) bool { return slices.Contains([]string{"-h", "-help", "--help"}, f) }) {
		fmt.Fprint(stderr, usage)
		return 0
	}
	if _, err := tool.Session(ctx, flags); err != nil {
		fmt.Fprintf(stderr, "conclint lsp: %v\n", err)
		return 2
	}
	if f, ok := in.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 && f.Name() != os.DevNull {
			fmt.Fprintln(stderr, "conclint lsp waits for a language client on standard input; editors start it: see docs/editors.md")
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	s := &server{
		ctx: ctx, tool: tool, flags: flags, w: jsonrpc.NewWriter(out),
		events: make(chan event), slot: make(chan struct{}, 1),
		docs: map[string]*document{}, roots: map[string]*root{}, shown: map[string][]*item{}, said: map[string]bool{},
		options: options{Debounce: 500, Scope: scopeOpen},
	}
	err := s.serve(in)
	cancel()
	s.running.Wait()
	for _, session := range s.sessions {
		err = errors.Join(err, session.Close())
	}
	if err != nil {
		fmt.Fprintf(stderr, "conclint lsp: %v\n", err)
		return 2
	}
	if !s.shutdown {
		return 1
	}
	return 0
}

const usage = `conclint lsp speaks the Language Server Protocol on standard input and output.

Usage:
	conclint lsp [flags]

An editor starts it, beside gopls: see docs/editors.md. Flags are those of the
standalone mode that say what is analysed and what is shown, such as -strict,
-disable, -config and -tags. The configuration file of each module counts.

Initialization options of the client:
	flags     more flags, a list
	debounce  milliseconds of quiet after a change before the analysis, 500
	scope     "open": the packages of open files; "workspace": all packages
	          of the workspace's modules
`

// options are the initialization options.
type options struct {
	Flags    []string `json:"flags"`
	Debounce int      `json:"debounce"` // milliseconds
	Scope    string   `json:"scope"`
}

const (
	scopeOpen      = "open"
	scopeWorkspace = "workspace"
)

type server struct {
	ctx     context.Context
	tool    *driver.Tool
	flags   []string
	w       *jsonrpc.Writer
	events  chan event    // for the goroutine that owns the rest
	slot    chan struct{} // one run at a time
	running sync.WaitGroup

	session   *driver.Session   // nil before initialize
	sessions  []*driver.Session // all, to be closed in the end
	caps      capabilities
	options   options
	shutdown  bool
	exited    bool
	writeErr  error
	folders   []string
	docs      map[string]*document // by path
	roots     map[string]*root     // by directory
	shown     map[string][]*item   // by file; what the client has been told
	said      map[string]bool      // messages that the user has seen
	registers string               // id of the request to watch files
}

// serve handles messages and events until the end.
func (s *server) serve(in io.Reader) error {
	type incoming struct {
		msg *jsonrpc.Message
		err error
	}
	messages := make(chan incoming)
	go func() { // ends with the stream, at the latest with the process
		r := jsonrpc.NewReader(in)
		for {
			m, err := r.Read()
			select {
			case messages <- incoming{m, err}:
			case <-s.ctx.Done():
				return
			}
			if bad := (*jsonrpc.Error)(nil); err != nil && !errors.As(err, &bad) {
				return
			}
		}
	}()
	for !s.exited && s.writeErr == nil {
		select {
		case <-s.ctx.Done():
			return nil
		case e := <-s.events:
			s.on(e)
		case m := <-messages:
			bad := (*jsonrpc.Error)(nil)
			switch {
			case errors.As(m.err, &bad):
				s.sent(s.w.Reply(nil, nil, bad))
			case errors.Is(m.err, io.EOF):
				return nil
			case m.err != nil:
				return m.err
			default:
				s.handle(m.msg)
			}
		}
	}
	return s.writeErr
}

// sent notes that the client is gone.
func (s *server) sent(err error) {
	if err != nil && s.writeErr == nil {
		s.writeErr = fmt.Errorf("cannot write to the client: %w", err)
	}
}

// event is what happens to a run of a root. It is void when another run is wanted.
type event struct {
	root *root
	run  int
	kind eventKind
	out  *outcome // when it is done
}

type eventKind int

const (
	due  eventKind = iota // it is time to start
	slow                  // it takes long
	done
)

// post hands an event to the owner of the state.
func (s *server) post(e event) {
	select {
	case s.events <- e:
	case <-s.ctx.Done():
	}
}

func (s *server) on(e event) {
	if e.root.wanted != e.run {
		return
	}
	switch e.kind {
	case due:
		s.start(e.root)
	case slow:
		s.showProgress(e.root)
	case done:
		s.finish(e.root, e.out)
	}
}

// handlers of requests return what the answer holds, those of notifications nil.
var handlers = map[string]func(*server, *jsonrpc.Message) (any, error){
	"initialize":                          (*server).initialize,
	"initialized":                         (*server).initialized,
	"shutdown":                            (*server).stop,
	"textDocument/didOpen":                (*server).didOpen,
	"textDocument/didChange":              (*server).didChange,
	"textDocument/didSave":                (*server).didSave,
	"textDocument/didClose":               (*server).didClose,
	"workspace/didChangeWorkspaceFolders": (*server).didChangeFolders,
	"workspace/didChangeWatchedFiles":     (*server).didChangeWatched,
	"workspace/didChangeConfiguration":    (*server).didChangeConfiguration,
	"textDocument/hover":                  (*server).hover,
	"textDocument/codeAction":             (*server).codeAction,
}

func (s *server) handle(m *jsonrpc.Message) {
	if m.IsResponse() {
		if m.Error != nil && string(m.ID) == s.registers {
			s.log("the client does not watch files: " + m.Error.Message)
		}
		return
	}
	result, err := s.call(m)
	if !m.IsRequest() {
		if err != nil {
			s.log(fmt.Sprintf("%s: %v", m.Method, err))
		}
		return
	}
	var failed *jsonrpc.Error
	if err != nil && !errors.As(err, &failed) {
		failed = jsonrpc.Errorf(jsonrpc.InternalError, "%v", err)
	}
	s.sent(s.w.Reply(m.ID, result, failed))
}

// call runs a handler. A panic in one costs its answer, not the server.
func (s *server) call(m *jsonrpc.Message) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			result, err = nil, jsonrpc.Errorf(jsonrpc.InternalError, "%s: %v", m.Method, p)
		}
	}()
	if m.Method == "exit" {
		s.exited = true
		return nil, nil
	}
	handler, known := handlers[m.Method]
	switch {
	case s.shutdown:
		return nil, jsonrpc.Errorf(jsonrpc.InvalidRequest, "the server is shut down")
	case s.session == nil && m.Method != "initialize":
		return nil, jsonrpc.Errorf(jsonrpc.NotInitialized, "the server is not initialized")
	case known:
		return handler(s, m)
	case m.IsRequest():
		return nil, jsonrpc.Errorf(jsonrpc.MethodNotFound, "there is no method %s here", m.Method)
	}
	return nil, nil // notifications may be ignored
}

func (s *server) initialize(m *jsonrpc.Message) (any, error) {
	if s.session != nil {
		return nil, jsonrpc.Errorf(jsonrpc.InvalidRequest, "the server is initialized already")
	}
	var p initializeParams
	if err := m.Decode(&p); err != nil {
		return nil, err
	}
	if err := s.configure(p.Options); err != nil {
		return nil, err
	}
	s.caps = p.Capabilities
	if p.WorkspaceFolders == nil && p.RootURI != "" {
		p.WorkspaceFolders = []workspaceFolder{{p.RootURI}}
	}
	s.addFolders(p.WorkspaceFolders)
	return object{
		"serverInfo": object{"name": "conclint", "version": driver.Version()},
		"capabilities": object{
			"positionEncoding":   "utf-16",
			"textDocumentSync":   object{"openClose": true, "change": 2, "save": object{"includeText": false}},
			"hoverProvider":      true,
			"codeActionProvider": object{"codeActionKinds": []string{quickFix}},
			"workspace":          object{"workspaceFolders": object{"supported": true, "changeNotifications": true}},
		},
	}, nil
}

// configure takes over the client's options; nil leaves them as they are.
func (s *server) configure(raw json.RawMessage) error {
	o := s.options
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &o); err != nil {
			return jsonrpc.Errorf(jsonrpc.InvalidParams, "options: %v", err)
		}
	}
	if o.Debounce < 0 || o.Debounce > 60_000 {
		return jsonrpc.Errorf(jsonrpc.InvalidParams, "options: debounce is in milliseconds, at most 60000")
	}
	if o.Scope != scopeOpen && o.Scope != scopeWorkspace {
		return jsonrpc.Errorf(jsonrpc.InvalidParams, "options: scope is %q or %q", scopeOpen, scopeWorkspace)
	}
	session, err := s.tool.Session(s.ctx, append(slices.Clone(s.flags), o.Flags...))
	if err != nil {
		return jsonrpc.Errorf(jsonrpc.InvalidParams, "options: flags: %v", err)
	}
	s.session, s.options = session, o
	s.sessions = append(s.sessions, session) // what runs still uses the last one
	return nil
}

func (s *server) initialized(*jsonrpc.Message) (any, error) {
	if s.caps.Workspace.DidChangeWatchedFiles.DynamicRegistration {
		var watchers []object
		for _, glob := range []string{"**/*.go", "**/go.mod", "**/go.work", "**/.conclint.yaml"} {
			watchers = append(watchers, object{"globPattern": glob})
		}
		id, err := s.w.Request("client/registerCapability", object{"registrations": []object{{
			"id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": object{"watchers": watchers},
		}}})
		s.registers = id
		s.sent(err)
	}
	s.scheduleAll(0)
	return nil, nil
}

func (s *server) stop(*jsonrpc.Message) (any, error) {
	s.shutdown = true
	for _, r := range s.roots {
		s.cancel(r)
	}
	return nil, nil
}

func (s *server) didChangeConfiguration(m *jsonrpc.Message) (any, error) {
	var p configurationParams
	if err := m.Decode(&p); err != nil {
		return nil, err
	}
	if err := s.configure(p.Settings.Conclint); err != nil {
		s.show(sevError, "conclint: "+err.Error())
		return nil, nil
	}
	s.scheduleAll(0)
	return nil, nil
}

// log writes to the client's log.
func (s *server) log(text string) {
	s.sent(s.w.Notify("window/logMessage", object{"type": sevLog, "message": text}))
}

// show tells the user, each text once until it is forgotten.
func (s *server) show(severity int, text string) {
	if !s.said[text] {
		s.said[text] = true
		s.sent(s.w.Notify("window/showMessage", object{"type": severity, "message": text}))
	}
}

func (s *server) debounce() time.Duration {
	return time.Duration(s.options.Debounce) * time.Millisecond
}
