package lsp

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/modfile"

	"github.com/conclint/conclint/internal/driver"
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

// module says where the go command runs for a directory.
type module struct {
	dir string
	has bool // it has a go.mod
}

func (r *root) key() module { return module{r.dir, r.module} }

// moduleOf finds the module that a directory belongs to.
func moduleOf(dir string) module {
	for at := dir; ; {
		if info, err := os.Stat(filepath.Join(at, "go.mod")); err == nil && !info.IsDir() {
			return module{at, true}
		}
		parent := filepath.Dir(at)
		if parent == at {
			return module{dir, false}
		}
		at = parent
	}
}

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

// whole reports whether all packages of a root are looked at.
func (s *server) whole(r *root) bool {
	return s.options.Scope == scopeWorkspace && slices.Contains(s.folders, r.dir) && len(modulesIn(r.dir)) > 0
}

// wholeRootOf is the root in which all packages are looked at, that of a file
// among them; nil if there is none.
func (s *server) wholeRootOf(path string) *root {
	for _, dir := range s.folders {
		if r := (&root{dir: dir}); s.whole(r) && wholePart(dir).covers(path) {
			return s.root(module{dir, true})
		}
	}
	return nil
}

// modulesIn are the directories of the modules that the go command knows in a
// folder: those of its workspace, or its own.
func modulesIn(folder string) []string {
	if data, err := os.ReadFile(filepath.Join(folder, "go.work")); err == nil {
		// A file with mistakes names none; the go command will say so for any open file.
		work, err := modfile.ParseWork("go.work", data, nil)
		if err != nil {
			return nil
		}
		var dirs []string
		for _, use := range work.Use {
			dir := filepath.FromSlash(use.Path)
			if !filepath.IsAbs(dir) {
				dir = filepath.Join(folder, dir)
			}
			dirs = append(dirs, filepath.Clean(dir))
		}
		return dirs
	}
	if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
		return []string{folder}
	}
	return nil
}

// wholePart is all packages of the modules in a folder.
func wholePart(folder string) part {
	dirs := modulesIn(folder)
	p := part{whole: true, covers: func(file string) bool { return slices.Contains(dirs, moduleOf(filepath.Dir(file)).dir) }}
	for _, dir := range dirs {
		if rel, err := filepath.Rel(folder, dir); err == nil {
			p.patterns = append(p.patterns, pattern(rel, "..."))
		}
	}
	return p
}

// pattern is what the go command calls a package below its directory.
func pattern(elements ...string) string {
	p := filepath.ToSlash(filepath.Join(elements...))
	if strings.HasPrefix(p, "../") {
		return p
	}
	return "./" + p
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

// A plan is one run: what is asked, and what it will have judged.
type plan struct {
	dir     string
	parts   []part
	changed map[string][]byte
}

// part is a package, or all of them.
type part struct {
	patterns []string
	covers   func(file string) bool
	whole    bool   // all packages
	singles  []part // what to ask for instead if it does not load
}

func (s *server) plan(r *root) plan {
	p := plan{dir: r.dir, changed: s.unsaved()}
	if s.whole(r) {
		p.parts = append(p.parts, wholePart(r.dir))
	}
	if !r.module && len(s.openDirs(r)) > 0 {
		p.parts = append(p.parts, s.loose(r.dir, p.changed))
		return p
	}
	for _, dir := range s.openDirs(r) {
		if rel, err := filepath.Rel(r.dir, dir); err == nil {
			p.parts = append(p.parts, part{patterns: []string{pattern(rel)}, covers: in(dir)})
		}
	}
	return p
}

func in(dir string) func(string) bool {
	return func(file string) bool { return filepath.Dir(file) == dir }
}

// loose is a directory without module, whose files the go command knows only
// by their names. They may be a package, or programs of one file each.
func (s *server) loose(dir string, changed map[string][]byte) part {
	var names []string
	entries, _ := os.ReadDir(dir) // if it cannot be read there are the open files
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".go" && !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	for file := range changed {
		if filepath.Dir(file) == dir {
			names = append(names, filepath.Base(file))
		}
	}
	slices.Sort(names)
	p := part{patterns: slices.Compact(names), covers: in(dir)}
	for _, file := range sortedFiles(s.docs) {
		if s.ours(file) && filepath.Dir(file) == dir && len(p.patterns) > 1 {
			p.singles = append(p.singles, part{patterns: []string{filepath.Base(file)}, covers: func(f string) bool { return f == file }})
		}
	}
	return p
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

// outcome is what a run has found.
type outcome struct {
	items    map[string][]*item // by file
	judged   []part             // for these there is nothing else
	problems []string
	err      error
}

// run asks for all parts at once. Where something cannot be loaded go vet does
// not say which packages it has left out, so then each part is asked for alone.
func (p plan) run(ctx context.Context, session *driver.Session, related bool) *outcome {
	out := &outcome{items: map[string][]*item{}}
	ask := func(patterns []string) *driver.Analysis {
		var a *driver.Analysis
		if out.err == nil && len(patterns) > 0 {
			a, out.err = session.Analyse(ctx, driver.Request{Dir: p.dir, Packages: patterns, Changed: p.changed})
		}
		return a
	}
	if len(p.parts) > 1 {
		a := ask(p.all())
		if a != nil && len(a.Errors) == 0 {
			out.add(a, p.parts, related)
			return out
		}
	}
	for _, one := range p.parts {
		a := ask(one.patterns)
		if a == nil {
			continue
		}
		if len(a.Errors) == 0 || len(one.singles) == 0 {
			out.add(a, []part{one}, related)
			continue
		}
		for _, single := range one.singles {
			if a := ask(single.patterns); a != nil {
				out.add(a, []part{single}, related)
			}
		}
	}
	return out
}

// all are the patterns of all parts.
func (p plan) all() []string {
	var all []string
	for _, one := range p.parts {
		if one.whole {
			return one.patterns // the others are among them
		}
		all = append(all, one.patterns...)
	}
	return all
}

func (o *outcome) add(a *driver.Analysis, parts []part, related bool) {
	o.problems = append(o.problems, a.Errors...)
	if len(a.Errors) == 0 {
		o.judged = append(o.judged, parts...)
	} else {
		// What was analysed besides is worth showing, but that something is
		// missing proves nothing.
		for _, f := range a.Findings {
			o.judged = append(o.judged, part{covers: func(file string) bool { return file == f.Pos.File }})
		}
	}
	c := &converter{analysis: a, related: related}
	for _, f := range a.Findings {
		if it := c.item(f); it != nil && !slices.ContainsFunc(o.items[f.Pos.File], it.same) {
			o.items[f.Pos.File] = append(o.items[f.Pos.File], it)
		}
	}
}

func (o *outcome) covers(file string) bool {
	return slices.ContainsFunc(o.judged, func(p part) bool { return p.covers(file) })
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
	s.clear(func(file string) bool { return out.covers(file) && out.items[file] == nil })
	for _, file := range sortedFiles(out.items) {
		if out.covers(file) {
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
