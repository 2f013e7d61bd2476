package report

import "golang.org/x/tools/go/analysis"

// Folded collects diagnostics so that those of one cause become one: the first stays, the positions of the others are related to
// it. The zero value is empty.
type Folded[C comparable] struct {
	list  []Diagnostic
	first map[C]int
}

// Add adds a diagnostic that shares its cause with no other.
func (f *Folded[C]) Add(d Diagnostic) { f.list = append(f.list, d) }

// AddCaused adds a diagnostic with its cause; again tells what a later one of the cause says where the first is shown.
func (f *Folded[C]) AddCaused(d Diagnostic, cause C, again string) {
	if i, known := f.first[cause]; known {
		f.list[i].Related = append(f.list[i].Related, analysis.RelatedInformation{Pos: d.Pos, Message: again})
		return
	}
	if f.first == nil {
		f.first = make(map[C]int)
	}
	f.first[cause] = len(f.list)
	f.Add(d)
}

// Report reports what was collected, in the order in which it was added.
func (f *Folded[C]) Report(r *Reporter) {
	for _, d := range f.list {
		r.Add(d)
	}
}
