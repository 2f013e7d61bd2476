package lsp

import (
	"context"
	"path/filepath"
	"strings"
	"time"
)

// A root is a directory in which the go command runs: that of a module, or one
// that belongs to none.
type root struct {
	dir      string
	module   bool
	wanted   int         // number of the run that is wanted
	timer    *time.Timer // starts it; nil if none is to start
	stop     context.CancelFunc
	progress string // token of what the client shows, "" if nothing
}

func (r *root) key() module { return module{r.dir, r.module} }

func (s *server) rootOf(path string) *root { return s.root(moduleOf(filepath.Dir(path))) }

func (s *server) root(m module) *root {
	r := s.roots[m.dir]
	if r == nil {
		r = &root{dir: m.dir}
		s.roots[m.dir] = r
	}
	r.module = m.has
	return r
}

// scheduleAll runs everything again.
func (s *server) scheduleAll(delay time.Duration) {
	again := map[*root]bool{}
	for _, d := range s.docs {
		again[s.rootOf(d.path)] = true
	}
	if s.options.Scope == scopeWorkspace {
		for _, dir := range s.folders {
			if r := (&root{dir: dir}); s.whole(r) {
				again[s.root(module{dir, true})] = true
			}
		}
	}
	for r := range again {
		s.scheduleRoot(r, delay)
	}
}

func (s *server) schedule(path string, delay time.Duration) {
	if s.ours(path) {
		s.scheduleRoot(s.rootOf(path), delay)
	}
}

// scheduleRoot starts a run when delay has passed without another call. What
// runs is out of date and stops.
func (s *server) scheduleRoot(r *root, delay time.Duration) {
	s.cancel(r)
	number := r.wanted
	r.timer = time.AfterFunc(delay, func() { s.post(event{root: r, run: number, kind: due}) })
}

// cancel ends what runs or is to run in a root.
func (s *server) cancel(r *root) {
	r.wanted++
	if r.timer != nil {
		r.timer.Stop()
		r.timer = nil
	}
	if r.stop != nil {
		r.stop()
		r.stop = nil
	}
	s.endProgress(r)
}

func (s *server) start(r *root) {
	r.timer = nil
	p := s.plan(r)
	if len(p.parts) == 0 {
		return
	}
	ctx, stop := context.WithCancel(s.ctx)
	r.stop = stop
	number, session, related := r.wanted, s.session, s.caps.TextDocument.PublishDiagnostics.RelatedInformation
	s.awaitProgress(r)
	s.running.Go(func() {
		defer stop()
		select {
		case s.slot <- struct{}{}:
			defer func() { <-s.slot }()
		case <-ctx.Done():
			return
		}
		s.post(event{r, number, done, p.run(ctx, session, related)})
	})
}

// finish shows what a run has found. Where it could not judge, the last
// findings stay: they come back as soon as the code compiles again.
func (s *server) finish(r *root, out *outcome) {
	r.stop = nil
	s.endProgress(r)
	if out.err != nil {
		s.show(sevError, "conclint: "+out.err.Error())
		return
	}
	for _, text := range out.problems {
		if strings.HasPrefix(text, "# ") { // code that does not compile, which others say better
			s.log(text)
		} else {
			s.show(sevWarning, "conclint, in "+r.dir+": "+text)
		}
	}
	if len(out.problems) == 0 {
		clear(s.said)
	}
	// A run of another root may come upon a file that has changed meanwhile; its own root will have it anew.
	speaks := func(file string) bool {
		d := s.docs[file]
		return out.covers(file) && (d == nil || d.version == out.versions[file])
	}
	s.clear(func(file string) bool { return speaks(file) && out.items[file] == nil })
	for _, file := range sortedFiles(out.items) {
		if speaks(file) {
			s.publish(file, out.items[file])
		}
	}
}

// clear withdraws the findings of files.
func (s *server) clear(of func(file string) bool) {
	for _, file := range sortedFiles(s.shown) {
		if len(s.shown[file]) > 0 && of(file) {
			s.publish(file, nil)
		}
	}
}

func (s *server) publish(file string, items []*item) {
	p := publishParams{URI: uriOf(file), Diagnostics: []diagnostic{}}
	if d := s.docs[file]; d != nil {
		p.URI, p.Version = d.uri, &d.version
	}
	for _, it := range items {
		p.Diagnostics = append(p.Diagnostics, it.diagnostic)
	}
	s.shown[file] = items
	if len(items) == 0 {
		delete(s.shown, file)
	}
	s.sent(s.w.Notify("textDocument/publishDiagnostics", p))
}
