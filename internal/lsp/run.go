package lsp

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"github.com/conclint/conclint/internal/driver"
)

// A plan is one run: what is asked, and what it will have judged.
type plan struct {
	dir      string
	parts    []part
	changed  map[string][]byte
	versions map[string]int // of the open files
}

// part is a package, or all of them.
type part struct {
	patterns []string
	covers   func(file string) bool
	whole    bool   // all packages
	singles  []part // what to ask for instead if it does not load
}

func (s *server) plan(r *root) plan {
	p := plan{dir: r.dir, changed: s.unsaved(), versions: map[string]int{}}
	for _, d := range s.docs {
		p.versions[d.path] = d.version
	}
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

// outcome is what a run has found.
type outcome struct {
	items    map[string][]*item // by file
	judged   []part             // for these there is nothing else
	problems []string
	versions map[string]int // of the open files then
	err      error
}

// run asks for all parts at once. Where something cannot be loaded go vet does
// not say which packages it has left out, so then each part is asked for alone.
func (p plan) run(ctx context.Context, session *driver.Session, related bool) *outcome {
	out := &outcome{items: map[string][]*item{}, versions: p.versions}
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
