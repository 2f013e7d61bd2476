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
// guards what. Replacing a struct adds nothing: that is usually how one is set up.
func (a *Analysis) addCopies() {
	written := make(map[access.Class]bool)
	for _, x := range a.all {
		if x.Write() && x.Path.Depth() > 0 {
			written[x.Path.Class()] = true
		}
	}
	for _, x := range a.all[:len(a.all):len(a.all)] {
		if x.Foreign != nil || x.Atomic || x.Write() || x.Addr == nil {
			continue
		}
		ptr, ok := x.Addr.Type().Underlying().(*types.Pointer)
		if !ok {
			continue
		}
		st, ok := ptr.Elem().Underlying().(*types.Struct)
		if !ok || !copies(x) {
			continue
		}
		for i := range min(st.NumFields(), maxCopied) {
			f := st.Field(i)
			path := a.prog.FieldPath(x.Path, x.Addr.Type(), f)
			if f.Name() == "_" || !written[path.Class()] {
				continue
			}
			a.add(&Access{Instr: x.Instr, Path: path, Kind: x.Kind, Whole: true, Pos: x.Pos})
		}
	}
}

// copies reports whether an access moves the struct itself, as a whole. A struct
// that is loaded only to select a field of it is not copied.
func copies(x *Access) bool {
	load, ok := x.Instr.(*ssa.UnOp)
	if !ok || load.X != x.Addr {
		return false
	}
	for _, ref := range *load.Referrers() {
		if _, selects := ref.(*ssa.Field); !selects {
			return true
		}
	}
	return false
}
