package copies

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

// A Send is a send on a copy of a channel that another function may have closed
// since the copy was made.
type Send struct {
	Instr ssa.Instruction // the send, or the select with it
	Pos   token.Pos       // of the arrow
	Copy  *Copy
	Close *Close
}

// A Copy is a read of a channel from a field under a lock.
type Copy struct {
	Load  *ssa.UnOp
	Field *access.Path
	Locks []model.LockOp
}

// Lock is the lock of a class that was held at the reading.
func (c *Copy) Lock(class access.Class) *access.Path {
	return c.Locks[slices.IndexFunc(c.Locks, func(op model.LockOp) bool { return op.Path.Class() == class })].Path
}

// A Close is a close of a channel that its function takes out of the field first, or
// afterwards, under the same lock.
type Close struct {
	Instr ssa.Instruction
	Taken *ssa.Store // the change of the field
	Lock  access.Class
	field access.Class
}

type analysis struct {
	prog   *ssabuild.Program
	locks  *locks.Analysis
	spawns *spawn.Analysis
}

// Run lists the sends of a package on such copies, in source order. Its cost is one
// pass over the instructions unless the package closes a channel in this way.
func Run(prog *ssabuild.Program, lk *locks.Analysis, spawns *spawn.Analysis) []Send {
	a := &analysis{prog, lk, spawns}
	closes := a.closes()
	if len(closes) == 0 {
		return nil
	}
	var out []Send
	for _, fn := range prog.Funcs {
		if prog.IsTestFunc(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				switch in := in.(type) {
				case *ssa.Send:
					out = append(out, a.judge(in, in.Pos(), in.Chan, closes)...)
				case *ssa.Select:
					for _, st := range in.States {
						if st.Dir == types.SendOnly {
							out = append(out, a.judge(in, st.Pos, st.Chan, closes)...)
						}
					}
				}
			}
		}
	}
	slices.SortStableFunc(out, func(x, y Send) int { return cmp.Compare(x.Pos, y.Pos) })
	return out
}

// closes lists the closes of channels that leave their field under a lock.
func (a *analysis) closes() []*Close {
	var out []*Close
	for _, fn := range a.prog.Funcs {
		if a.prog.IsTestFunc(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				ch, ok := ssabuild.Closes(in)
				if !ok {
					continue
				}
				for _, c := range a.origins(ch) {
					if cl := a.taken(fn, in, c); cl != nil {
						out = append(out, cl)
					}
				}
			}
		}
	}
	return out
}

// taken finds the change of the field that a channel was read from, under a lock
// that was held at the reading too.
func (a *analysis) taken(fn *ssa.Function, call ssa.Instruction, c *Copy) *Close {
	if a.prog.UnpublishedAt(c.Field, c.Load) {
		return nil
	}
	for _, b := range fn.Blocks {
		for _, in := range b.Instrs {
			st, ok := in.(*ssa.Store)
			if !ok || a.prog.Path(st.Addr) != c.Field {
				continue
			}
			for _, op := range a.locks.Certain(st) {
				if op.Path.Class() != "" && holds(c.Locks, op.Path.Class()) {
					return &Close{Instr: call, Taken: st, Lock: op.Path.Class(), field: c.Field.Class()}
				}
			}
		}
	}
	return nil
}

// judge compares a send with the closes of the fields that its channel may come from.
func (a *analysis) judge(in ssa.Instruction, pos token.Pos, ch ssa.Value, closes []*Close) []Send {
	for _, c := range a.origins(ch) {
		for _, cl := range closes {
			if cl.field != c.Field.Class() || !holds(c.Locks, cl.Lock) || a.mayHold(in, cl.Lock) {
				continue
			}
			if spawn.Recovery(a.prog, in.Parent()) != nil || a.apart(in, cl) {
				continue
			}
			return []Send{{Instr: in, Pos: pos, Copy: c, Close: cl}}
		}
	}
	return nil
}

// mayHold reports whether a lock may be held at an instruction, or nothing is known.
func (a *analysis) mayHold(in ssa.Instruction, lock access.Class) bool {
	set := a.locks.HeldAt(in)
	return !set.Known || holds(set.May, lock) || holds(a.locks.Outer(in), lock)
}

func holds(ops []model.LockOp, lock access.Class) bool {
	return slices.ContainsFunc(ops, func(op model.LockOp) bool { return op.Path.Class() == lock })
}

// maxOrigins bounds the values that one channel is traced back through.
const maxOrigins = 32

// origins lists the reads of fields under a lock that a channel may come from.
func (a *analysis) origins(ch ssa.Value) []*Copy {
	var out []*Copy
	seen := make(map[ssa.Value]bool)
	var trace func(v ssa.Value)
	trace = func(v ssa.Value) {
		if seen[v] || len(seen) > maxOrigins {
			return
		}
		seen[v] = true
		switch v := ssabuild.Unconverted(v).(type) {
		case *ssa.Phi:
			for _, e := range v.Edges {
				trace(e)
			}
		case *ssa.UnOp:
			if v.Op != token.MUL {
				return
			}
			if alloc, ok := a.prog.Lexical(v.X).(*ssa.Alloc); ok {
				for _, st := range a.prog.StoresTo(alloc) {
					trace(st.Val)
				}
				return
			}
			p := a.prog.Path(v.X)
			if p == nil || p.Class() == "" || p.Parent() == nil {
				return
			}
			if held := a.locks.Certain(v); len(held) > 0 {
				out = append(out, &Copy{v, p, held})
			}
		}
	}
	trace(ch)
	return out
}
