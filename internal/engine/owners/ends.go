package owners

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// EndsByItself reports whether a goroutine certainly comes to its end without
// help of its starter: all its code is in sight, it uses no channel, waits for
// nobody, reads from nothing that somebody has to write or close, and has no loop
// without exit. Only then can a wait be added where there was none.
func (a *Analysis) EndsByItself(s *spawn.Spawn) bool {
	if len(s.Targets) == 0 {
		return false
	}
	for _, t := range s.Targets {
		if t.Fn == nil || !a.prog.Has(t.Fn) || !a.ends(t.Fn, 3) {
			return false
		}
	}
	return true
}

func (a *Analysis) ends(fn *ssa.Function, depth int) bool {
	if depth == 0 {
		return false
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Send, *ssa.Select, *ssa.Go:
				return false
			case *ssa.UnOp:
				if instr.Op == token.ARROW {
					return false
				}
			case *ssa.Jump:
				if len(b.Succs) == 1 && b.Succs[0] == b {
					return false
				}
			case ssa.CallInstruction:
				if !a.callEnds(instr, depth) {
					return false
				}
			}
		}
	}
	return true
}

func (a *Analysis) callEnds(site ssa.CallInstruction, depth int) bool {
	common := site.Common()
	if _, ok := common.Value.(*ssa.Builtin); ok {
		return true
	}
	if eff, ok := a.prog.Effect(common); ok {
		switch eff.Op {
		case api.WgDone, api.WgAdd, api.Log, api.ErrorNew, api.AtomicLoad, api.AtomicStore, api.AtomicRMW, api.AtomicCAS:
			return true
		case api.Block:
			return eff.Blocking == api.FileIO
		case api.NoOp:
		default:
			return false
		}
	}
	if common.IsInvoke() && common.Method.Name() == "Error" && types.Identical(common.Value.Type(), types.Universe.Lookup("error").Type()) {
		return true // an error that waits when it is printed is none
	}
	targets := a.prog.Callees(site)
	if len(targets) == 0 || targets[0].Fn == nil {
		callee := ssabuild.StaticCallee(common)
		return callee != nil && !common.IsInvoke() && callee.Pkg() != nil && quick(callee.Pkg().Path())
	}
	for _, t := range targets {
		if t.Fn == nil || !a.prog.Has(t.Fn) || !a.ends(t.Fn, depth-1) {
			return false
		}
	}
	return true
}

// quick names packages of the standard library whose functions wait for nobody.
// Files count as quick: they may be slow, but they need no partner.
func quick(path string) bool {
	switch path {
	case "os", "fmt", "log", "log/slog", "errors", "strings", "strconv", "bytes", "sort", "slices", "maps", "math", "unicode", "path", "path/filepath", "time", "hash/crc32":
		return true
	}
	return strings.HasPrefix(path, "encoding/") || strings.HasPrefix(path, "crypto/") || strings.HasPrefix(path, "unicode/")
}
