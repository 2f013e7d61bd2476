package locks

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// A slot says how a channel serves as a lock or a semaphore.
type slot struct {
	one      bool // it has one slot: a lock
	receives bool // a slot is taken by receiving (the channel is filled when made), not by sending
}

// slotIndex finds the channels of a package that serve as locks or semaphores and
// nothing else. A channel that tells somebody of an event has the same look; the
// difference is that whoever takes a slot gives it back, so each goroutine that
// sends also receives, or starts one that does.
type slotIndex struct {
	a     *Analysis
	chans map[any]*slotUse
	alias map[*access.Path]any            // of a channel just made: the field that it is put into
	units map[*ssa.Function]*ssa.Function // the function whose goroutine runs it
}

// slotUse is all that happens to a channel.
type slotUse struct {
	sends, recvs []ssa.Instruction
	made         []ssa.Instruction
	capacity     int64 // least constant one; -1 if some capacity is not constant
	other        bool  // it is used as something else
}

// slotKey is what a channel is known by: the class of its field or variable, or
// the local itself.
func slotKey(p *access.Path) any {
	if p.Class() != "" {
		if name := p.Class().Name(); token.IsExported(name) {
			return nil // other packages may use it as they like
		}
		return p.Class()
	}
	if p.Root().Kind == access.Param || p.Root().Kind == access.Unknown {
		return nil
	}
	return p
}

// indexSlots finds all such channels. It looks at every instruction once, and
// only if the package makes a channel with room.
func (a *Analysis) indexSlots() {
	x := &slotIndex{a: a, chans: make(map[any]*slotUse), alias: make(map[*access.Path]any), units: make(map[*ssa.Function]*ssa.Function)}
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if mk, ok := instr.(*ssa.MakeChan); ok && isToken(mk.Type()) && Capacity(mk) != 0 {
					x.made(mk)
				}
			}
		}
	}
	if len(x.chans) == 0 {
		return
	}
	for _, fn := range a.prog.Funcs {
		x.units[fn] = fn
		if p := fn.Parent(); p != nil && len(x.spawned(fn)) == 0 && !x.givenAway(fn) {
			x.units[fn] = x.units[p]
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				x.note(instr)
			}
		}
	}
	a.slots = make(map[any]slot)
	for key, u := range x.chans {
		if s, ok := x.judge(u); ok {
			a.slots[key] = s
		}
	}
}

// isToken reports whether elements of a channel type carry nothing.
func isToken(t types.Type) bool {
	ch, ok := t.Underlying().(*types.Chan)
	if !ok {
		return false
	}
	switch e := ch.Elem().Underlying().(type) {
	case *types.Struct:
		return e.NumFields() == 0
	case *types.Basic:
		return e.Info()&types.IsBoolean != 0
	}
	return false
}

// made notes where a channel is put when it is made: a field, a variable, or a local.
func (x *slotIndex) made(mk *ssa.MakeChan) {
	keys := []any{slotKey(x.a.prog.Path(mk))}
	for _, ref := range *mk.Referrers() {
		if st, ok := ref.(*ssa.Store); ok && st.Val == ssa.Value(mk) {
			if k := slotKey(x.a.prog.Path(st.Addr)); k != nil {
				keys = []any{k}
				x.alias[x.a.prog.Path(mk)] = k
			}
		}
	}
	for _, k := range keys {
		if k == nil {
			continue
		}
		u := x.chans[k]
		if u == nil {
			u = &slotUse{capacity: Capacity(mk)}
			x.chans[k] = u
		}
		u.capacity = min(u.capacity, Capacity(mk))
		u.made = append(u.made, mk)
	}
}

// spawned lists the places where a literal is started in a goroutine of its own.
func (x *slotIndex) spawned(fn *ssa.Function) []ssa.Instruction {
	var out []ssa.Instruction
	for _, site := range x.a.prog.Callers(fn) {
		if _, isGo := site.(*ssa.Go); isGo {
			out = append(out, site)
		}
	}
	mk := x.a.prog.Maker(fn)
	if mk == nil || mk.Referrers() == nil {
		return out
	}
	for _, ref := range *mk.Referrers() {
		call, ok := ref.(ssa.CallInstruction)
		if !ok {
			continue
		}
		if eff, ok := x.a.prog.Effect(call.Common()); ok && spawns(eff) {
			out = append(out, call)
		}
	}
	return out
}

// givenAway reports whether a literal is handed to a function that may run it in
// another goroutine, or later.
func (x *slotIndex) givenAway(fn *ssa.Function) bool {
	mk := x.a.prog.Maker(fn)
	if mk == nil || mk.Referrers() == nil {
		return false
	}
	for _, ref := range *mk.Referrers() {
		call, ok := ref.(ssa.CallInstruction)
		if !ok || !slices.Contains(call.Common().Args, ssa.Value(mk)) {
			continue
		}
		if eff, ok := x.a.prog.Effect(call.Common()); !ok || eff.Use != api.CallsNow {
			return true
		}
	}
	return false
}

func spawns(eff api.Effect) bool {
	switch eff.Op {
	case api.GroupGo, api.GroupTry, api.WgGo, api.Spawn, api.SpawnTimer, api.PoolSubmit, api.CtxAfter:
		return true
	}
	return eff.Use == api.CallsAway || eff.Use == api.Keeps
}

func (x *slotIndex) use(ch ssa.Value) *slotUse {
	if _, isChan := ch.Type().Underlying().(*types.Chan); !isChan {
		return nil
	}
	if fromCall(ch) {
		return nil // what getters return is not known yet, and asking now would settle it
	}
	p := x.a.prog.Path(ch)
	if k, ok := x.alias[p]; ok {
		return x.chans[k]
	}
	if k := slotKey(p); k != nil {
		return x.chans[k]
	}
	return nil
}

// fromCall reports whether a value is the result of a call, or part of one.
func fromCall(v ssa.Value) bool {
	for {
		switch x := v.(type) {
		case *ssa.Call:
			return true
		case *ssa.Extract:
			v = x.Tuple
		case *ssa.UnOp:
			v = x.X
		case *ssa.FieldAddr:
			v = x.X
		case *ssa.Field:
			v = x.X
		default:
			return false
		}
	}
}

// note sorts the uses of channels in an instruction.
func (x *slotIndex) note(instr ssa.Instruction) {
	switch instr := instr.(type) {
	case *ssa.Send:
		if u := x.use(instr.Chan); u != nil {
			u.sends = append(u.sends, instr)
		}
		return
	case *ssa.UnOp:
		if instr.Op == token.ARROW {
			if u := x.use(instr.X); u != nil {
				u.recvs = append(u.recvs, instr)
				u.other = u.other || instr.CommaOk || used(instr)
			}
		}
		return
	case *ssa.Select:
		for _, st := range instr.States {
			u := x.use(st.Chan)
			switch {
			case u == nil:
			case st.Dir == types.SendOnly:
				u.sends = append(u.sends, instr)
			default:
				u.recvs = append(u.recvs, instr)
			}
		}
		return
	case *ssa.Store:
		if u := x.use(instr.Val); u != nil {
			if _, isMake := instr.Val.(*ssa.MakeChan); !isMake && x.alias[x.a.prog.Path(instr.Val)] == nil {
				u.other = true
			}
		}
		return
	case *ssa.DebugRef, *ssa.BinOp, *ssa.MakeChan, *ssa.MakeClosure, *ssa.FieldAddr:
		return
	case ssa.CallInstruction:
		if b, ok := instr.Common().Value.(*ssa.Builtin); ok && (b.Name() == "len" || b.Name() == "cap") {
			return
		}
	}
	for _, op := range instr.Operands(nil) {
		if *op == nil {
			continue
		}
		if u := x.use(*op); u != nil {
			u.other = true // it goes where this package's uses of it do not show
		}
	}
}

// used reports whether the value of a receive is looked at.
func used(v ssa.Value) bool {
	for _, ref := range *v.Referrers() {
		if _, debug := ref.(*ssa.DebugRef); !debug {
			return true
		}
	}
	return false
}

// judge decides what a channel is used as. One that is filled where it is made is
// taken by receiving, another by sending: received from first, it would block.
func (x *slotIndex) judge(u *slotUse) (slot, bool) {
	if u.other || len(u.sends) == 0 || len(u.recvs) == 0 {
		return slot{}, false
	}
	var rest []ssa.Instruction
	for _, s := range u.sends {
		if !x.fills(s, u.made) {
			rest = append(rest, s)
		}
	}
	s := slot{one: u.capacity == 1}
	if len(rest) == len(u.sends) || slices.ContainsFunc(u.recvs, func(r ssa.Instruction) bool { return x.fills(r, u.made) }) {
		return s, x.paired(u.sends, u.recvs)
	}
	s.receives = true
	return s, len(rest) > 0 && x.paired(u.recvs, rest)
}

// fills reports whether an operation belongs to the function that made the channel.
func (x *slotIndex) fills(op ssa.Instruction, made []ssa.Instruction) bool {
	for _, mk := range made {
		if x.units[mk.Parent()] == x.units[op.Parent()] {
			return true
		}
	}
	return false
}

// paired reports whether whoever takes also gives, and the other way round.
func (x *slotIndex) paired(takes, gives []ssa.Instruction) bool {
	for _, t := range takes {
		if !x.meets(t, gives, false) && !x.helper(t.Parent(), gives) {
			return false
		}
	}
	for _, g := range gives {
		if !x.meets(g, takes, true) && !x.helper(g.Parent(), takes) {
			return false
		}
	}
	return true
}

// meets reports whether the goroutine of op does one of the other operations, or
// one that it starts afterwards (gives: that op started before).
func (x *slotIndex) meets(op ssa.Instruction, others []ssa.Instruction, gives bool) bool {
	for _, o := range others {
		take, give := op, o
		if gives {
			take, give = o, op
		}
		outer, inner := x.units[take.Parent()], x.units[give.Parent()]
		if outer == inner && follows(give, take) || ssabuild.Encloses(outer, inner) && !repeats(give) && x.startedAfter(take, inner) {
			return true
		}
	}
	return false
}

// follows reports whether give comes after take in one goroutine: after it in one
// function, or in another one, such as a deferred literal. To drain a channel and
// then send is no way to lock.
func follows(give, take ssa.Instruction) bool {
	if give.Parent() != take.Parent() {
		return true
	}
	if give == take {
		return false
	}
	return dominates(take, give) || ssabuild.Reaches(take, give) && !ssabuild.Reaches(give, take)
}

func dominates(a, b ssa.Instruction) bool {
	if a.Block() != b.Block() {
		return a.Block().Dominates(b.Block())
	}
	return slices.Index(a.Block().Instrs, a) < slices.Index(b.Block().Instrs, b)
}

// startedAfter reports whether a goroutine is started where the slot has been
// taken for sure. A goroutine that is started first and then told to end receives
// what its starter sends, but no slot.
func (x *slotIndex) startedAfter(take ssa.Instruction, body *ssa.Function) bool {
	for _, site := range x.spawned(body) {
		if site.Parent() == take.Parent() && dominates(take, site) {
			return true
		}
	}
	return false
}

// helper reports whether fn is a function that takes, or gives, on behalf of its
// callers, each of which comes to the counterpart: itself, or by another helper.
func (x *slotIndex) helper(fn *ssa.Function, counterpart []ssa.Instruction) bool {
	fn = x.units[fn]
	sites := x.a.prog.Callers(fn)
	if fn.Parent() != nil || len(sites) == 0 {
		return false
	}
	for _, site := range sites {
		if _, isGo := site.(*ssa.Go); isGo {
			return false
		}
		if x.meets(site, counterpart, true) || x.meets(site, counterpart, false) || x.callsOneOf(site.Parent(), counterpart) {
			continue
		}
		return false
	}
	return true
}

// callsOneOf reports whether the goroutine of fn, or one around it or inside it,
// calls a function that does one of the operations.
func (x *slotIndex) callsOneOf(fn *ssa.Function, ops []ssa.Instruction) bool {
	top := ssabuild.Outermost(fn)
	for _, op := range ops {
		for _, site := range x.a.prog.Callers(x.units[op.Parent()]) {
			if ssabuild.Outermost(site.Parent()) == top {
				return true
			}
		}
	}
	return false
}
