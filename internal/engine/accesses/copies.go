package accesses

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
)

// maxCopied bounds the fields of a struct that a copy is taken to read.
const maxCopied = 24

// addCopies adds, for each copy of a whole struct, reads of those of its fields
// that some function writes. Other fields cannot race, and would only blur who
// guards what. Replacing a struct writes the fields of local variables; elsewhere
// that is usually how one is set up, and adds nothing.
func (a *Analysis) addCopies() {
	written := make(map[access.Class]bool)
	for _, x := range a.all {
		if x.Write() && x.Path.Depth() > 0 {
			written[x.Path.Class()] = true
		}
	}
	for _, x := range a.all[:len(a.all):len(a.all)] {
		if x.Foreign != nil || x.Atomic || x.Addr == nil || x.Write() && x.Path.Root().Kind != access.Cell {
			continue
		}
		ptr, ok := x.Addr.Type().Underlying().(*types.Pointer)
		if !ok {
			continue
		}
		st, ok := ptr.Elem().Underlying().(*types.Struct)
		if !ok {
			continue
		}
		moved := moves(x)
		for i := range min(st.NumFields(), maxCopied) {
			f := st.Field(i)
			path := a.prog.FieldPath(x.Path, x.Addr.Type(), f)
			if f.Name() == "_" || !moved(i) || !written[path.Class()] {
				continue
			}
			a.add(&Access{Instr: x.Instr, Path: path, Kind: x.Kind, Whole: true, Pos: x.Pos})
		}
	}
}

// moves says which fields an access to a struct moves: all, or of a struct that is
// loaded only to select fields of it, those.
func moves(x *Access) func(field int) bool {
	if st, ok := x.Instr.(*ssa.Store); ok {
		return func(int) bool { return st.Addr == x.Addr }
	}
	load, ok := x.Instr.(*ssa.UnOp)
	if !ok || load.X != x.Addr {
		return func(int) bool { return false }
	}
	selected := make(map[int]bool)
	for _, ref := range *load.Referrers() {
		f, selects := ref.(*ssa.Field)
		if !selects {
			return func(int) bool { return true }
		}
		selected[f.Field] = true
	}
	return func(field int) bool { return selected[field] }
}
