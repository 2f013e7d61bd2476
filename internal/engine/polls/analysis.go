package polls

import (
	"go/token"
	"slices"
	"sort"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/loops"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// Kind classifies a wait that does not block.
type Kind uint8

// The kinds.
const (
	Busy      Kind = iota // burns a processor until Subject changes
	Poll                  // sleeps between looks at Subject
	Default               // a select with an idle default, in a loop
	Closed                // goes on receiving from a closed channel, Subject
	Ended                 // goes on selecting the Done channel of an ended context
	SleepSync             // sleeps until a goroutine, started at Go, will have set Subject
)

// A Wait is one finding.
type Wait struct {
	Kind    Kind
	Fn      *ssa.Function
	Pos     token.Pos       // of the loop's first instruction, the receive or the sleep
	Instr   ssa.Instruction // the select, receive or sleep
	Subject *access.Path
	Name    string          // of the subject
	Setter  ssa.Instruction // an instruction elsewhere that changes the subject
	Go      *ssa.Go
	// Lockfree marks a Busy wait that compares atomic counters with each other, as
	// lock-free algorithms do which know that the wait is short.
	Lockfree bool
}

// An Analysis looks at one package.
type Analysis struct {
	prog    *ssabuild.Program
	isDone  func(ssa.Value) bool
	writes  map[access.Class][]write
	cells   map[*access.Path][]write
	indexed bool
}

// A write is an instruction that changes a location, or what hangs on it.
type write struct {
	path  *access.Path
	instr ssa.Instruction
}

// New prepares the analysis; isDone recognises the Done channels of contexts.
func New(prog *ssabuild.Program, isDone func(ssa.Value) bool) *Analysis {
	return &Analysis{prog: prog, isDone: isDone, writes: make(map[access.Class][]write), cells: make(map[*access.Path][]write)}
}

// Waits lists the findings in source order.
func (a *Analysis) Waits() []Wait {
	var out []Wait
	for _, fn := range a.prog.Funcs {
		all := loops.Of(fn)
		for _, l := range all {
			if w, ok := a.polling(fn, l); ok {
				out = append(out, w)
			}
		}
		out = append(out, a.spinning(fn, all)...)
		out = append(out, a.sleepSync(fn, all)...)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Pos < out[j].Pos })
	return slices.CompactFunc(out, func(x, y Wait) bool { return x.Kind == y.Kind && x.Pos == y.Pos })
}

// index records every write of the package by location.
func (a *Analysis) index() {
	if a.indexed {
		return
	}
	a.indexed = true
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if addr := a.written(instr); addr != nil {
					p := a.prog.Path(addr)
					a.addWrite(p, instr)
					// A change inside a location is a change of it, to those who look at its length or emptiness.
					if p.Parent() != nil && p.Selector() != "" && p.Selector()[0] == '[' {
						a.addWrite(p.Parent(), instr)
					}
				}
			}
		}
	}
}

func (a *Analysis) addWrite(p *access.Path, instr ssa.Instruction) {
	w := write{p, instr}
	if c := p.Class(); c != "" {
		a.writes[c] = append(a.writes[c], w)
	} else {
		a.cells[p] = append(a.cells[p], w)
	}
}

// written is the location that an instruction changes, nil if it changes none.
func (a *Analysis) written(instr ssa.Instruction) ssa.Value {
	switch instr := instr.(type) {
	case *ssa.Store:
		return instr.Addr
	case *ssa.MapUpdate:
		return instr.Map
	case ssa.CallInstruction:
		common := instr.Common()
		if b, ok := common.Value.(*ssa.Builtin); ok && (b.Name() == "delete" || b.Name() == "clear") {
			return common.Args[0]
		}
		eff, ok := a.prog.Effect(common)
		if !ok {
			return nil
		}
		switch eff.Op {
		case api.AtomicStore, api.AtomicRMW, api.AtomicCAS:
			return ssabuild.Receiver(common)
		}
	}
	return nil
}

// setter is a write of the location that a goroutine in loop l of fn waits for,
// made by another function, or by a function literal that runs elsewhere. There
// is none if fn itself makes the only writes.
func (a *Analysis) setter(p *access.Path, fn *ssa.Function) ssa.Instruction {
	a.index()
	ws := a.cells[p]
	if c := p.Class(); c != "" {
		ws = a.writes[c]
	}
	for _, w := range ws {
		other := w.instr.Parent()
		if other == fn || a.prog.IsTestFunc(other) && !a.prog.IsTestFunc(fn) || a.prog.Unpublished(w.path, other) {
			continue
		}
		if other.Parent() == nil && other.Synthetic != "" {
			continue // a package initialiser
		}
		if p.Root().Kind == access.Cell && !ssabuild.Encloses(outermostCell(p), other) {
			continue
		}
		return w.instr
	}
	return nil
}

func outermostCell(p *access.Path) *ssa.Function {
	if al, ok := p.Root().Owner.(*ssa.Alloc); ok {
		return al.Parent()
	}
	return nil
}
