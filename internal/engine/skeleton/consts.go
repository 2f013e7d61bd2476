package skeleton

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// exact is the largest constant that is kept as it is. Larger ones are moved
// together, in order and with gaps of at most 2, so that loops stay short while
// "eight sends into a buffer of six" is still more than the buffer holds.
const exact = 3

// compress maps the integer constants of a package.
type compress struct{ to map[int64]int32 }

func newCompress(p *ssabuild.Program) compress {
	seen := map[int64]bool{}
	note := func(v ssa.Value) {
		if c, ok := v.(*ssa.Const); ok {
			if n, ok := constInt(c); ok && n > exact {
				seen[n] = true
			}
		}
	}
	for _, fn := range p.Funcs {
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				switch in := in.(type) {
				case *ssa.BinOp:
					switch in.Op {
					case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
						note(in.X)
						note(in.Y)
					}
				case *ssa.MakeChan:
					note(in.Size)
				case *ssa.MakeSlice:
					note(in.Len)
				case ssa.CallInstruction:
					for _, a := range in.Common().Args {
						note(a)
					}
				}
			}
		}
	}
	all := make([]int64, 0, len(seen))
	for n := range seen {
		all = append(all, n)
	}
	slices.Sort(all)
	c := compress{to: make(map[int64]int32)}
	prev, at := int64(exact), int32(exact)
	for _, n := range all {
		at += int32(min(n-prev, 2))
		c.to[n] = at
		prev = n
	}
	return c
}

// of maps n; ok is false for numbers too large to count with.
func (c compress) of(n int64) (int32, bool) {
	if n <= exact && n >= -exact {
		return int32(n), true
	}
	m, ok := c.to[n]
	if !ok && n < 0 {
		return -exact - 1, n >= -64
	}
	return m, ok && m <= 60
}

// inexact reports whether v is a constant that stands for a larger one.
func (fc *funcCompiler) inexact(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	if !ok {
		return false
	}
	n, ok := constInt(c)
	if !ok {
		return false
	}
	m, ok := fc.consts.of(n)
	return !ok || int64(m) != n
}

func constInt(c *ssa.Const) (int64, bool) {
	if c.Value == nil || c.Value.Kind() != constant.Int {
		return 0, false
	}
	if b, ok := c.Type().Underlying().(*types.Basic); ok && b.Info()&types.IsInteger == 0 {
		return 0, false
	}
	n, exact := constant.Int64Val(c.Value)
	return n, exact
}
