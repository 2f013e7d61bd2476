package bounds

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/pattern"
)

// A message is what one iteration of a loop over a stream gets.
type message struct {
	unit   string // "message", "row", "token", "packet"
	source string
}

// message finds what an iteration reads and gives to the goroutine. Signals,
// ticks and new connections are no data: nil.
func (a *Analysis) message(s *spawn.Spawn, l *Loop) *message {
	switch src := l.Stream.(type) {
	case *ssa.UnOp:
		return a.received(s, l, src)
	case *ssa.Call:
		return a.asked(src)
	}
	// for { … }: the read or receive that every way to the goroutine passes.
	for _, b := range l.Blocks {
		if !b.Dominates(s.Site.Block()) {
			continue
		}
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.UnOp:
				if instr.Op == token.ARROW {
					if m := a.received(s, l, instr); m != nil {
						l.Stream = instr
						return m
					}
					return nil
				}
			case *ssa.Select:
				if m := a.selected(s, l, instr); m != nil {
					l.Stream = instr
					return m
				}
				return nil
			case *ssa.Call:
				if accepting(instr) {
					return nil
				}
				if m := a.read(instr); m != nil {
					l.Stream = instr
					return m
				}
			}
		}
	}
	return nil
}

func (a *Analysis) received(s *spawn.Spawn, l *Loop, recv *ssa.UnOp) *message {
	ch, ok := recv.X.Type().Underlying().(*types.Chan)
	if !ok || !isData(ch.Elem()) || !a.flows(recv, s, l) {
		return nil
	}
	return a.from(recv.X)
}

// from is a message of a channel; channels of structural things carry no data.
func (a *Analysis) from(ch ssa.Value) *message {
	name := a.errs.Name(a.prog.Path(ch))
	if structural(name, ch.Type()) {
		return nil
	}
	return &message{"message", "received from " + name}
}

func (a *Analysis) selected(s *spawn.Spawn, l *Loop, sel *ssa.Select) *message {
	recv := 2 // results of a select: index, ok, then one per receive
	for _, st := range sel.States {
		if st.Dir != types.RecvOnly {
			continue
		}
		i := recv
		recv++
		if !isData(st.Chan.Type().Underlying().(*types.Chan).Elem()) {
			continue
		}
		for _, ref := range *sel.Referrers() {
			if e, ok := ref.(*ssa.Extract); ok && e.Index == i && a.flows(e, s, l) {
				return a.from(st.Chan)
			}
		}
	}
	return nil
}

var connection = pattern.New(`(?i)conn|stream|listener|session|client|peer|signal|channel|server|worker|watch|subscription|timer|event|time|target|group|config|update|state|status|change|session`)

// isData reports whether values of a type are messages and not signals, ticks,
// connections, or notices of a change in the program's own structure.
func isData(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Struct:
		if u.NumFields() == 0 {
			return false
		}
	case *types.Basic:
		if u.Info()&types.IsBoolean != 0 {
			return false
		}
	}
	if types.Identical(t, types.Universe.Lookup("error").Type()) {
		return false
	}
	n := access.NamedOf(t)
	return n == nil || !connection.MatchString(n.Obj().Name())
}

// asked is the message behind a loop condition that is a call.
func (a *Analysis) asked(call *ssa.Call) *message {
	fn := ssabuild.StaticCallee(call.Common())
	if fn == nil {
		return nil
	}
	name := func() string { return a.errs.Name(a.prog.Path(ssabuild.Receiver(call.Common()))) }
	switch {
	case fn.Pkg() != nil && fn.Pkg().Path() == "bufio" && fn.Name() == "Scan":
		return &message{"token", "of " + name() + ".Scan"}
	case fn.Pkg() != nil && fn.Pkg().Path() == "database/sql" && fn.Name() == "Next":
		return &message{"row", "of " + name() + ".Next"}
	}
	return nil
}

var reading = pattern.New(`^(ReadFrom(UDP|UDPAddrPort|IP)?|ReadMsg(UDP|UDPAddrPort)?|ReadMessage|ReadPacket|ReadRequest|ReadFrame|Recv|RecvMsg|Receive|ReceiveMessage|FetchMessage|NextMsg|NextMessage|ReadMsg|Decode|ReadString|ReadLine|ReadBytes)$`)

// read is the message that a call in the body of an endless loop returns.
func (a *Analysis) read(call *ssa.Call) *message {
	fn := ssabuild.StaticCallee(call.Common())
	if fn == nil || fn.Signature().Recv() == nil || !reading.MatchString(fn.Name()) {
		return nil
	}
	unit := "message"
	if strings.Contains(fn.Name(), "UDP") || strings.HasPrefix(fn.Name(), "ReadFrom") || fn.Name() == "ReadPacket" {
		unit = "packet"
	}
	return &message{unit, "of " + a.errs.Name(a.prog.Path(ssabuild.Receiver(call.Common()))) + "." + fn.Name()}
}

// accepting: servers start a goroutine for every connection.
func accepting(call *ssa.Call) bool {
	fn := ssabuild.StaticCallee(call.Common())
	return fn != nil && strings.HasPrefix(strings.ToLower(fn.Name()), "accept")
}

// flows reports whether a value of this iteration reaches what the goroutine is given.
func (a *Analysis) flows(v ssa.Value, s *spawn.Spawn, l *Loop) bool {
	w := &tracer{target: v, loop: l, seen: make(map[ssa.Value]bool)}
	var ops [16]*ssa.Value
	for _, op := range s.Site.Operands(ops[:0]) {
		if *op != nil && w.reaches(*op, 0) {
			return true
		}
	}
	return false
}

type tracer struct {
	target ssa.Value
	loop   *Loop
	seen   map[ssa.Value]bool
}

func (w *tracer) reaches(v ssa.Value, depth int) bool {
	if v == w.target {
		return true
	}
	if w.seen[v] || depth > 12 {
		return false
	}
	w.seen[v] = true
	if al, ok := v.(*ssa.Alloc); ok {
		for _, ref := range *al.Referrers() {
			if st, ok := ref.(*ssa.Store); ok && st.Addr == v && w.reaches(st.Val, depth+1) {
				return true
			}
			if fa, ok := ref.(*ssa.FieldAddr); ok {
				for _, r := range *fa.Referrers() {
					if st, ok := r.(*ssa.Store); ok && st.Addr == ssa.Value(fa) && w.reaches(st.Val, depth+1) {
						return true
					}
				}
			}
		}
	}
	instr, ok := v.(ssa.Instruction)
	if !ok {
		return false
	}
	var ops [16]*ssa.Value
	for _, op := range instr.Operands(ops[:0]) {
		if *op != nil && w.reaches(*op, depth+1) {
			return true
		}
	}
	return false
}
