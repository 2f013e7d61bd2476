package engine

import (
	"fmt"
	"go/types"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/model"
)

// FuncSummary is the fact that a function has effects that its callers must
// know. Functions without the fact have none.
type FuncSummary struct {
	data []byte // one byte of what kinds of effects, see below, then the summary
}

// What a summary is about decides whether packages that use the function matter.
const (
	aboutMore    = 1 << iota // locks, goroutines, waits
	aboutUpdates             // increments and the like of what callers pass
)

// matters reports whether a package deserves analysis for calling the function.
func (f *FuncSummary) matters() bool { return len(f.data) > 0 && f.data[0] != 0 }

// AFact marks the type as a fact.
func (*FuncSummary) AFact() {}

// String is what tests match: the size, since the content is positional.
func (f *FuncSummary) String() string { return fmt.Sprintf("summary of %d bytes", len(f.data)) }

// GobEncode writes the compact form.
func (f *FuncSummary) GobEncode() ([]byte, error) { return f.data, nil }

// GobDecode keeps the compact form; it is decoded when somebody asks.
func (f *FuncSummary) GobDecode(data []byte) error {
	f.data = append([]byte(nil), data...)
	return nil
}

// LockEdges is the fact that functions of a package, or of the packages it
// imports, take locks in certain orders. It is cumulative because under go vet
// only direct imports' package facts are visible.
type LockEdges struct {
	data []byte
}

// AFact marks the type as a fact.
func (*LockEdges) AFact() {}

// String is the size of the fact.
func (f *LockEdges) String() string { return fmt.Sprintf("lock order of %d bytes", len(f.data)) }

// GobEncode writes the compact form.
func (f *LockEdges) GobEncode() ([]byte, error) { return f.data, nil }

// GobDecode keeps the compact form.
func (f *LockEdges) GobDecode(data []byte) error {
	f.data = append([]byte(nil), data...)
	return nil
}

// encodeSummary writes the summary of obj; owner is the identity of its parameter roots.
func encodeSummary(s *model.Summary, owner any) []byte {
	e := model.NewEncoder(func(r access.Root) (int, bool) { return r.Index, r.Owner == owner })
	s.Encode(e)
	about := byte(0)
	if !s.OnlyAccesses() {
		about |= aboutMore
	}
	if s.Accesses != nil && s.Accesses.Updates() {
		about |= aboutUpdates
	}
	return append([]byte{about}, e.Bytes()...)
}

// importSummary is the summary of a function of another package, nil if it has none.
func (in *Info) importSummary(obj *types.Func) *model.Summary {
	if s, ok := in.imported[obj]; ok {
		return s
	}
	var s *model.Summary
	var fact FuncSummary
	if in.pass.ImportObjectFact(obj, &fact) && len(fact.data) > 0 {
		d := model.NewDecoder(fact.data[1:], model.Scope{
			Paths: in.Prog.Paths,
			Param: func(i int) *access.Path { return in.Prog.ForeignParam(obj, i) },
		})
		s = model.DecodeSummary(d)
		if err := d.Err(); err != nil {
			in.internalError(fmt.Sprintf("fact of %s: %v", obj.FullName(), err))
			s = nil
		}
	}
	in.imported[obj] = s
	return s
}
