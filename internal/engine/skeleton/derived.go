package skeleton

import (
	"go/token"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/explore"
)

// count is the number that a call adds to a wait group. In a loop over data that was collected piece by piece the sum
// cannot be known, and the group is counted no more.
func (fc *funcCompiler) count(site ssa.CallInstruction, n explore.Reg) explore.Reg {
	if _, now := site.(*ssa.Call); now && overCollected(site.Block()) {
		return fc.opaque(true)
	}
	return n
}

// overCollected reports whether a block lies in a loop that runs once for each element of a slice of data that append has made.
func overCollected(b *ssa.BasicBlock) bool {
	for head := b; head != nil; head = head.Idom() {
		for _, at := range append([]*ssa.BasicBlock{head}, head.Preds...) {
			if len(at.Instrs) == 0 {
				continue
			}
			iff, ok := at.Instrs[len(at.Instrs)-1].(*ssa.If)
			if !ok || !loops(head, b) {
				continue
			}
			cmp, ok := iff.Cond.(*ssa.BinOp)
			if ok && cmp.Op == token.LSS && collected(cmp.Y) {
				return true
			}
		}
	}
	return false
}

// loops reports whether head dominates b, and b can come back to it.
func loops(head, b *ssa.BasicBlock) bool {
	if !head.Dominates(b) {
		return false
	}
	seen := map[*ssa.BasicBlock]bool{}
	work := append([]*ssa.BasicBlock(nil), b.Succs...)
	for len(work) > 0 {
		x := work[len(work)-1]
		work = work[:len(work)-1]
		if x == head {
			return true
		}
		if !seen[x] && head.Dominates(x) {
			seen[x] = true
			work = append(work, x.Succs...)
		}
	}
	return false
}

// collected reports whether v is the length of a slice of data made by append.
func collected(v ssa.Value) bool {
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	b, ok := call.Call.Value.(*ssa.Builtin)
	return ok && b.Name() == "len" && plainContainer(call.Call.Args[0].Type()) && appended(call.Call.Args[0], map[ssa.Value]bool{})
}

func appended(v ssa.Value, seen map[ssa.Value]bool) bool {
	if seen[v] {
		return false
	}
	seen[v] = true
	switch v := v.(type) {
	case *ssa.Phi:
		for _, e := range v.Edges {
			if appended(e, seen) {
				return true
			}
		}
	case *ssa.Slice:
		return appended(v.X, seen)
	case *ssa.Call:
		b, ok := v.Call.Value.(*ssa.Builtin)
		return ok && b.Name() == "append"
	case *ssa.UnOp:
		cell, ok := v.X.(*ssa.Alloc)
		if !ok {
			return false
		}
		for _, ref := range *cell.Referrers() {
			if st, ok := ref.(*ssa.Store); ok && st.Addr == v.X && appended(st.Val, seen) {
				return true
			}
		}
	}
	return false
}
