// Package edit makes and applies the text edits of fixes.
package edit

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Text is one edit: the bytes [Start, End) of a file become New. Start == End
// is an insertion.
type Text struct {
	File       string `json:"file"`
	Start, End int    // byte offsets in the file before any edit
	New        string `json:"new"`
}

// ErrOverlap says that two edits want the same bytes.
var ErrOverlap = errors.New("edits overlap")

// Apply returns src with all edits made. They may be in any order and must not
// overlap; identical edits count once; different insertions at one place stay
// in the order given. The file names are not looked at.
func Apply(src []byte, edits []Text) ([]byte, error) {
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, byPlace)
	var out []byte
	done := 0
	for i, e := range sorted {
		if e.Start < 0 || e.End < e.Start || e.End > len(src) {
			return nil, fmt.Errorf("edit of bytes %d to %d is outside the file of %d bytes", e.Start, e.End, len(src))
		}
		if slices.ContainsFunc(sorted[:i], func(o Text) bool { return same(o, e) }) {
			continue
		}
		if e.Start < done {
			return nil, fmt.Errorf("%w at byte %d", ErrOverlap, e.Start)
		}
		out = append(out, src[done:e.Start]...)
		out = append(out, e.New...)
		done = e.End
	}
	return append(out, src[done:]...), nil
}

func byPlace(a, b Text) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
}

func same(a, b Text) bool { return a.Start == b.Start && a.End == b.End && a.New == b.New }

// overlap reports whether two edits of one file cannot both be made. Identical
// edits do not overlap: two fixes may add the same import. Two different
// insertions at one place do, for their order would decide the result.
func overlap(a, b Text) bool {
	switch {
	case a.File != b.File || same(a, b):
		return false
	case a.Start == a.End && b.Start == b.End:
		return a.Start == b.Start
	}
	return a.Start < b.End && b.Start < a.End
}

// Plan is a set of fixes, each of which is made as a whole or not at all.
type Plan struct {
	byFile map[string][]Text
}

// Add takes a fix into the plan, unless one of its edits overlaps what is
// planned already; then it changes nothing and returns false.
func (p *Plan) Add(fix []Text) bool {
	for _, e := range fix {
		if slices.ContainsFunc(p.byFile[e.File], func(o Text) bool { return overlap(o, e) }) {
			return false
		}
	}
	if p.byFile == nil {
		p.byFile = map[string][]Text{}
	}
	for _, e := range fix {
		if !slices.ContainsFunc(p.byFile[e.File], func(o Text) bool { return same(o, e) }) {
			p.byFile[e.File] = append(p.byFile[e.File], e)
		}
	}
	return true
}

// Files are the files that the plan touches, sorted.
func (p *Plan) Files() []string {
	var files []string
	for f := range p.byFile {
		files = append(files, f)
	}
	slices.Sort(files)
	return files
}

// Apply returns the text of one file after the plan.
func (p *Plan) Apply(file string, src []byte) ([]byte, error) { return Apply(src, p.byFile[file]) }
