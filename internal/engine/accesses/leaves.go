package accesses

import "golang.org/x/tools/go/ssa"

// leavesMaker reports whether an object that a function makes may be known to anybody but the function, the goroutines it starts on it
// and the object's own methods: it is returned, stored, sent or passed on.
func leavesMaker(object ssa.Value) bool {
	seen := make(map[ssa.Value]bool)
	var leaves, cell func(v ssa.Value) bool
	each := func(v ssa.Value, known func(v ssa.Value, ref ssa.Instruction) bool) bool {
		if seen[v] || v.Referrers() == nil {
			return false
		}
		seen[v] = true
		for _, ref := range *v.Referrers() {
			if known(v, ref) {
				return true
			}
		}
		return false
	}
	// cell follows a variable, here and in the function literals that share it.
	cell = func(v ssa.Value) bool {
		return each(v, func(v ssa.Value, ref ssa.Instruction) bool {
			switch ref := ref.(type) {
			case *ssa.UnOp:
				return leaves(ref)
			case *ssa.MakeClosure:
				fn := ref.Fn.(*ssa.Function)
				for i, b := range ref.Bindings {
					if b == v && cell(fn.FreeVars[i]) {
						return true
					}
				}
			}
			return false
		})
	}
	leaves = func(v ssa.Value) bool {
		return each(v, func(v ssa.Value, ref ssa.Instruction) bool {
			switch ref := ref.(type) {
			case *ssa.Return, *ssa.Send, *ssa.MapUpdate:
				return true
			case *ssa.Store:
				if ref.Val != v {
					return false
				}
				if local, ok := ref.Addr.(*ssa.Alloc); ok {
					return cell(local)
				}
				return true
			case *ssa.MakeInterface, *ssa.ChangeInterface, *ssa.ChangeType, *ssa.Phi, *ssa.TypeAssert, *ssa.Extract:
				return leaves(ref.(ssa.Value))
			case *ssa.MakeClosure:
				return ref.Fn.(*ssa.Function).Parent() == nil // a method value
			case *ssa.Go:
				return false
			case ssa.CallInstruction:
				args := ref.Common().Args
				for i, arg := range args {
					if arg == v && (i > 0 || ref.Common().Signature().Recv() == nil) {
						return true
					}
				}
			}
			return false
		})
	}
	if alloc, ok := object.(*ssa.Alloc); ok && !alloc.Heap {
		return cell(alloc)
	}
	return leaves(object)
}
