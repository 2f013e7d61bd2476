package accesses

import (
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/model"
)

// testsOnly reports whether accesses of ordinary code meet only because a test
// starts a goroutine, or calls something beside one: tests do not judge what they test.
func (a *Analysis) testsOnly(m spawn.Meeting, x, y *Access) bool {
	if x.Path.Root().Kind == access.Global && a.prog.IsTestFunc(x.Fn) != a.prog.IsTestFunc(y.Fn) {
		return true // tests set variables for what they start, and set them back when it has ended
	}
	if a.prog.IsTestFunc(x.Fn) || a.prog.IsTestFunc(y.Fn) {
		return servesTest(m, x, y) || a.laterTimer(m, x, y) || a.exchanged(m, x, y)
	}
	started := func(fp *spawn.Footprint) bool {
		return fp.Thread != nil && a.prog.IsTestFunc(fp.Thread.Fn)
	}
	return a.prog.IsTestFunc(m.In) || started(m.A) || started(m.B)
}

// servesTest reports whether a handler is one side: in tests it serves one request after the other, whose end the test awaits
// before it looks. Where handlers count or change containers, several requests may be on their way.
func servesTest(m spawn.Meeting, x, y *Access) bool {
	handler := func(fp *spawn.Footprint) bool { return fp.Thread != nil && fp.Thread.Kind == model.SpawnHandler }
	if handler(m.A) && handler(m.B) {
		return m.A.Thread == m.B.Thread && !x.Content && !y.Content && x.Update == model.NoUpdate && y.Update == model.NoUpdate
	}
	return handler(m.A) && m.B.Thread == nil || handler(m.B) && m.A.Thread == nil
}

// laterTimer reports whether a test meets the callback of a timer that the code under test has set: the test knows when it fires.
func (a *Analysis) laterTimer(m spawn.Meeting, x, y *Access) bool {
	timer := func(fp *spawn.Footprint, in *Access) bool {
		return fp.Thread != nil && fp.Thread.Kind == model.SpawnTimer && !a.prog.IsTestFunc(fp.Thread.Fn) && !a.prog.IsTestFunc(in.Fn)
	}
	return timer(m.A, x) && m.B.Thread == nil || timer(m.B, y) && m.A.Thread == nil
}

// exchanged reports whether a test orders the accesses by a message over a connection: the goroutine, or the test, sends after it
// has made its access, and the other receives before.
func (a *Analysis) exchanged(m spawn.Meeting, x, y *Access) bool {
	if m.A.Async == m.B.Async || x.Path.Root().Kind != access.Cell || y.Path.Root().Kind != access.Cell {
		return false
	}
	goroutine, in, other, to := m.A, x, m.B, y
	if m.B.Async {
		goroutine, in, other, to = m.B, y, m.A, x
	}
	if goroutine.Prev() == nil || goroutine.Prev().Prev() != nil || other.Prev() != nil || spawn.Between(in.Instr, in.Instr) {
		return false // through helpers, or over and over
	}
	sent := exchanges(in.Fn, sends, func(call ssa.Instruction) bool { return spawn.Between(in.Instr, call) })
	received := exchanges(to.Fn, receives, func(call ssa.Instruction) bool {
		return spawn.Between(goroutine.At, call) && spawn.Dominates(call, to.Instr)
	})
	if sent && received {
		return true
	}
	return exchanges(in.Fn, receives, func(call ssa.Instruction) bool { return spawn.Dominates(call, in.Instr) }) &&
		exchanges(to.Fn, sends, func(call ssa.Instruction) bool {
			return spawn.Dominates(to.Instr, call) && !spawn.Between(call, to.Instr)
		}) && !exchanges(to.Fn, sends, func(call ssa.Instruction) bool {
		return spawn.Between(goroutine.At, call) && spawn.Between(call, to.Instr)
	})
}

// sends and receives are how methods of connections and clients are called that do so.
var (
	sends    = []string{"Write", "Send", "Serve"}
	receives = []string{"Read", "Recv", "Receive", "Dial"}
)

// exchanges reports whether a function calls a method or function with such a name at a place.
func exchanges(fn *ssa.Function, names []string, place func(ssa.Instruction) bool) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			for _, name := range names {
				if strings.HasPrefix(calleeName(call), name) && place(call) {
					return true
				}
			}
		}
	}
	return false
}
