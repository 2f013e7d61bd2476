// Package registry is the engine's wing for channels that are kept in a map, one for
// each subscriber or request, and for who closes them.
//
// The owner closes all of them at its end, and a function closes one of them when it
// is no longer wanted. Both happen to one channel when the single close does not ask
// whether the map still holds it: whoever was told of the end by the closed channel
// then hands it in as usual.
package registry

import (
	"cmp"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// A Double is a close of one channel of a map after all of them may have been closed.
type Double struct {
	One   ssa.Instruction // the close that does not ask
	All   ssa.Instruction // the close of every channel
	Map   *access.Path    // the map, as One's function names it
	IsNil bool            // One closes what it looks up: nil, if it is no longer there
}

type analysis struct {
	prog  *ssabuild.Program
	locks *locks.Analysis
}

// A closing is a close of a channel that is a key or a value of a map.
type closing struct {
	call  ssa.Instruction
	path  *access.Path // of the map
	isNil bool         // see [Double]
}

// Run lists such closes of a package in source order. Its cost is one pass over the
// instructions.
func Run(prog *ssabuild.Program, lk *locks.Analysis) []Double {
	a := &analysis{prog, lk}
	var all, single []closing
	for _, fn := range prog.Funcs {
		if prog.IsTestFunc(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				ch, ok := ssabuild.Closes(in)
				if !ok {
					continue
				}
				if m := ranged(ch); m != nil {
					all = append(all, closing{in, prog.Path(m), false})
				} else if m, isNil := a.single(fn, ch); m != nil {
					single = append(single, closing{in, prog.Path(m), isNil})
				}
			}
		}
	}
	var out []Double
	for _, one := range single {
		k := slices.IndexFunc(all, func(c closing) bool { return a.double(one, c) })
		if k >= 0 {
			out = append(out, Double{one.call, all[k].call, one.path, one.isNil})
		}
	}
	slices.SortStableFunc(out, func(x, y Double) int { return cmp.Compare(x.One.Pos(), y.One.Pos()) })
	return out
}

// ranged is the map whose key or value v is within a loop over all of it, or nil.
func ranged(v ssa.Value) ssa.Value {
	ex, ok := v.(*ssa.Extract)
	if !ok {
		return nil
	}
	next, ok := ex.Tuple.(*ssa.Next)
	if !ok || next.IsString {
		return nil
	}
	if r, ok := next.Iter.(*ssa.Range); ok {
		return r.X
	}
	return nil
}

// single is the map that a channel is taken out of without a question whether it is
// there: a parameter that is deleted as a key, or the value that a lookup by a
// parameter gives.
func (a *analysis) single(fn *ssa.Function, ch ssa.Value) (m ssa.Value, isNil bool) {
	if look, ok := ch.(*ssa.Lookup); ok && !look.CommaOk && isParam(look.Index) && isMap(look.X) {
		if asked(look) {
			return nil, false
		}
		return look.X, true
	}
	if !isParam(ch) {
		return nil, false
	}
	for _, b := range fn.Blocks {
		for _, in := range b.Instrs {
			if del, ok := in.(*ssa.Call); ok && ssabuild.IsBuiltin(del.Common(), "delete") && ssabuild.Unconverted(del.Common().Args[1]) == ssabuild.Unconverted(ch) && !a.lookedUp(fn, ch) {
				return del.Common().Args[0], false
			}
		}
	}
	return nil, false
}

func isParam(v ssa.Value) bool {
	_, ok := ssabuild.Unconverted(v).(*ssa.Parameter)
	return ok
}

func isMap(v ssa.Value) bool {
	_, ok := v.Type().Underlying().(*types.Map)
	return ok
}

// asked reports whether a looked-up channel is compared, with nil or anything else.
func asked(look *ssa.Lookup) bool {
	return slices.ContainsFunc(*look.Referrers(), func(in ssa.Instruction) bool {
		b, ok := in.(*ssa.BinOp)
		return ok && (b.Op == token.EQL || b.Op == token.NEQ)
	})
}

// lookedUp reports whether fn looks a key up in some map.
func (a *analysis) lookedUp(fn *ssa.Function, key ssa.Value) bool {
	for _, b := range fn.Blocks {
		for _, in := range b.Instrs {
			if look, ok := in.(*ssa.Lookup); ok && ssabuild.Unconverted(look.Index) == ssabuild.Unconverted(key) {
				return true
			}
		}
	}
	return false
}

// double reports whether the channel of one may be among those of all. What other
// packages call cannot be expected to come in an order, and a lock that both take
// says that they come from several goroutines.
func (a *analysis) double(one, all closing) bool {
	f, g := one.call.Parent(), all.call.Parent()
	class := one.path.Class()
	if class == "" || class != all.path.Class() || f == g || f.Object() == nil || !f.Object().Exported() || spawn.Recovery(a.prog, f) != nil {
		return false
	}
	theirs := a.locks.Certain(all.call)
	return slices.ContainsFunc(a.locks.Certain(one.call), func(op model.LockOp) bool {
		c := op.Path.Class()
		return c != "" && slices.ContainsFunc(theirs, func(o model.LockOp) bool { return o.Path.Class() == c })
	})
}
