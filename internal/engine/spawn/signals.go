package spawn

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// A mark is a signal given by one instruction.
type mark struct {
	instr ssa.Instruction // of a deferred call: the defer
	sig   model.Signal
}

// maxSummary bounds each list of a summary. Functions that give more signals
// than this are dispatchers, of which nothing certain follows.
const maxSummary = 12

// summarise finds what fn starts, signals and waits for.
func (a *Analysis) summarise(fn *ssa.Function) {
	a.byFn[fn], a.joins[fn], a.marks[fn] = nil, nil, nil
	sum := new(model.Spawns)
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			a.noteInstr(fn, sum, instr)
		}
	}
	a.relayJoins(fn)
	a.summariseSignals(fn, sum)
	a.summariseAwaits(fn, sum)
	a.summariseRuns(fn, sum)
	if !sum.Neutral() {
		a.sums[fn] = sum
	}
}

// noteInstr records the spawns, signals and waits of one instruction.
func (a *Analysis) noteInstr(fn *ssa.Function, sum *model.Spawns, instr ssa.Instruction) {
	switch instr := instr.(type) {
	case *ssa.Send:
		a.signal(fn, instr, model.SignalSend, a.prog.Path(instr.Chan), false)
	case *ssa.UnOp:
		if instr.Op == token.ARROW {
			for _, path := range a.channels(instr.X) {
				a.join(fn, instr, nil, instr, model.SignalSend, path)
			}
		}
	case *ssa.Select:
		a.noteSelect(fn, instr)
	case *ssa.Range, *ssa.Next:
		// Ranging over a channel is a receive in SSA form.
	case ssa.CallInstruction:
		a.noteCall(fn, instr)
	}
}

func (a *Analysis) signal(fn *ssa.Function, instr ssa.Instruction, op model.SignalOp, path *access.Path, deferred bool) {
	if _, isGo := instr.(*ssa.Go); isGo {
		return
	}
	a.marks[fn] = append(a.marks[fn], mark{instr, model.Signal{Op: op, Path: path, Deferred: deferred, Hop: a.hop(instr)}})
}

// join records a wait. A deferred wait happens where deferred calls run.
func (a *Analysis) join(fn *ssa.Function, at ssa.Instruction, d *ssa.Defer, wait ssa.Instruction, op model.SignalOp, path *access.Path) {
	if _, isGo := wait.(*ssa.Go); isGo {
		return
	}
	if d == nil {
		a.joins[fn] = append(a.joins[fn], &Join{Instr: at, Op: op, Path: path, Wait: wait})
		return
	}
	for _, at := range runDefers(fn) {
		if Between(d, at) {
			a.joins[fn] = append(a.joins[fn], &Join{Instr: at, Defer: d, Op: op, Path: path, Wait: wait})
		}
	}
}

// noteSelect records the cases of a select: sends are signals, and a receive
// joins only where its case was chosen.
func (a *Analysis) noteSelect(fn *ssa.Function, sel *ssa.Select) {
	for i, st := range sel.States {
		if st.Dir == types.SendOnly {
			a.signal(fn, sel, model.SignalSend, a.prog.Path(st.Chan), false)
			continue
		}
		at := ssa.Instruction(sel)
		if len(sel.States) > 1 || !sel.Blocking {
			b := a.caseBlock(sel, i, a.prog.Path(st.Chan))
			if b == nil {
				continue
			}
			at = b.Instrs[0]
		}
		for _, path := range a.channels(st.Chan) {
			a.join(fn, at, nil, sel, model.SignalSend, path)
		}
	}
}

// channels are the locations that a channel variable may stand for: after done = start() in a loop, those of both starts.
func (a *Analysis) channels(v ssa.Value) []*access.Path {
	phi, ok := v.(*ssa.Phi)
	if !ok {
		if ctx := a.doneOf(v); ctx != nil {
			return []*access.Path{ctx}
		}
		return []*access.Path{a.prog.Path(v)}
	}
	var out []*access.Path
	for _, e := range phi.Edges {
		if path := a.prog.Path(e); e != ssa.Value(phi) && !slices.Contains(out, path) {
			out = append(out, path)
		}
	}
	return out
}

// caseBlock is the block that runs when case i of a select was chosen, nil if it
// has other ways in on which nothing was received from the same channel.
func (a *Analysis) caseBlock(sel *ssa.Select, i int, ch *access.Path) *ssa.BasicBlock {
	for _, ref := range *sel.Referrers() {
		ext, ok := ref.(*ssa.Extract)
		if !ok || ext.Index != 0 {
			continue
		}
		for _, use := range *ext.Referrers() {
			cmp, ok := use.(*ssa.BinOp)
			if !ok || cmp.Op != token.EQL {
				continue
			}
			k, ok := cmp.Y.(*ssa.Const)
			if !ok || k.Int64() != int64(i) {
				continue
			}
			for _, br := range *cmp.Referrers() {
				f, ok := br.(*ssa.If)
				if ok && a.allReceived(f.Block().Succs[0], f.Block(), ch) {
					return f.Block().Succs[0]
				}
			}
		}
	}
	return nil
}

// allReceived reports whether each way into a block, but for the one from a select,
// ends in a block that receives from the channel: an empty case has no block of its own.
func (a *Analysis) allReceived(b, from *ssa.BasicBlock, ch *access.Path) bool {
	return !slices.ContainsFunc(b.Preds, func(p *ssa.BasicBlock) bool {
		return p != from && !slices.ContainsFunc(p.Instrs, func(in ssa.Instruction) bool {
			u, ok := in.(*ssa.UnOp)
			return ok && u.Op == token.ARROW && a.prog.Path(u.X) == ch
		})
	})
}

// noteCall records what a call, go or defer does by the table and by summaries.
func (a *Analysis) noteCall(fn *ssa.Function, site ssa.CallInstruction) {
	common := site.Common()
	d, _ := site.(*ssa.Defer)
	deferred := d != nil
	if b, ok := common.Value.(*ssa.Builtin); ok {
		if b.Name() == "close" {
			a.signal(fn, site, model.SignalClose, a.prog.Path(common.Args[0]), deferred)
		}
		return
	}
	if g, ok := site.(*ssa.Go); ok {
		a.addGo(fn, g)
		return
	}
	if ctx := a.cancels(common); ctx != nil {
		a.signal(fn, site, model.SignalClose, ctx, deferred)
		return
	}
	if eff, ok := a.prog.Effect(common); ok {
		a.noteEffect(fn, site, d, eff)
		return
	}
	if common.IsInvoke() && isGroup(common.Value.Type()) {
		switch common.Method.Name() {
		case "Done":
			a.signal(fn, site, model.SignalDone, a.prog.Path(common.Value), deferred)
		case "Wait":
			a.join(fn, site, d, site, model.SignalDone, a.prog.Path(common.Value))
		}
		return
	}
	for _, t := range a.prog.Callees(site) {
		sum := a.SummaryOf(t)
		if sum == nil {
			continue
		}
		for _, g := range sum.Signals {
			// A deferred call of a function that signals at its end signals at ours.
			a.signal(fn, site, g.Op, a.prog.Translate(g.Path, t, fn), deferred)
		}
		for _, w := range sum.Awaits {
			a.join(fn, site, d, site, w.Op, a.prog.Translate(w.Path, t, fn))
		}
		a.addHelper(fn, site, t, sum)
	}
}

// isGroup reports whether an interface is that of wait groups.
func isGroup(t types.Type) bool {
	iface, ok := t.Underlying().(*types.Interface)
	if !ok {
		return false
	}
	found := 0
	for i := range iface.NumMethods() {
		switch iface.Method(i).Name() {
		case "Add", "Done", "Wait":
			found++
		}
	}
	return found == 3
}

func (a *Analysis) noteEffect(fn *ssa.Function, site ssa.CallInstruction, d *ssa.Defer, eff api.Effect) {
	common := site.Common()
	deferred := d != nil
	subject := func() *access.Path {
		if recv := ssabuild.Receiver(common); recv != nil {
			return a.prog.Path(recv)
		}
		return a.prog.Paths.Unknown("")
	}
	switch eff.Op {
	case api.WgDone:
		a.signal(fn, site, model.SignalDone, subject(), deferred)
	case api.WgWait:
		a.join(fn, site, d, site, model.SignalDone, subject())
	case api.GroupWait, api.PoolClose:
		a.join(fn, site, d, site, model.SignalGroup, subject())
	case api.FutureAwait:
		a.join(fn, site, d, site, model.SignalFuture, subject())
	case api.TimerStop:
		if recv := ssabuild.Receiver(common); recv != nil {
			// Whoever stops a timer counts on its callback not running any more.
			a.join(fn, site, d, site, model.SignalFuture, a.prog.Path(recv))
		}
	case api.EventSet:
		a.signal(fn, site, model.SignalEvent, subject(), deferred)
	case api.OnceDo:
		// Whoever comes later waits until the first run has ended.
		for _, t := range a.prog.FuncsOf(ssabuild.Arg(common, eff.Func)) {
			if sum := a.SummaryOf(t); sum != nil {
				for _, w := range sum.Awaits {
					a.join(fn, site, d, site, w.Op, a.prog.Translate(w.Path, t, fn))
				}
			}
		}
	case api.EventWait:
		a.join(fn, site, d, site, model.SignalEvent, subject())
	default:
		a.addKnown(fn, site, eff)
	}
}

// runDefers lists the places where deferred calls of fn run.
func runDefers(fn *ssa.Function) []ssa.Instruction {
	var out []ssa.Instruction
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if _, ok := instr.(*ssa.RunDefers); ok {
				out = append(out, instr)
			}
		}
	}
	return out
}

// summariseSignals decides which signals of fn its callers may count on.
func (a *Analysis) summariseSignals(fn *ssa.Function, sum *model.Spawns) {
	for _, m := range a.marks[fn] {
		g := m.sig
		if !nameable(g.Path, fn) {
			continue
		}
		if i := slices.IndexFunc(sum.Signals, func(h model.Signal) bool { return h.Op == g.Op && h.Path == g.Path }); i >= 0 {
			sum.Signals[i].Deferred = sum.Signals[i].Deferred && g.Deferred
			continue
		}
		if len(sum.Signals) >= maxSummary {
			continue
		}
		var all []ssa.Instruction
		for _, n := range a.marks[fn] {
			if n.sig.Op == g.Op && n.sig.Path == g.Path {
				all = append(all, n.instr)
			}
		}
		g.Every = !StartToReturn(fn, all...)
		sum.Signals = append(sum.Signals, g)
	}
}

// summariseAwaits keeps the waits that fn makes on every way to a return, other than those that leave at once because
// of what they find in the object: then there is nothing to wait for.
func (a *Analysis) summariseAwaits(fn *ssa.Function, sum *model.Spawns) {
	if len(a.joins[fn]) == 0 {
		return
	}
	early := a.earlyReturns(fn)
	for _, j := range a.joins[fn] {
		if !nameable(j.Path, fn) || len(sum.Awaits) >= maxSummary {
			continue
		}
		if slices.ContainsFunc(sum.Awaits, func(w model.Await) bool { return w.Op == j.Op && w.Path == j.Path }) {
			continue
		}
		all := slices.Clone(early)
		for _, k := range a.joins[fn] {
			if k.Op == j.Op && k.Path == j.Path {
				all = append(all, k.Instr)
			}
		}
		if !StartToReturn(fn, all...) {
			sum.Awaits = append(sum.Awaits, model.Await{Op: j.Op, Path: j.Path, Hop: a.hop(j.Wait)})
		}
	}
}

// earlyReturns are the returns of a method that are reached by tests of its object's fields alone.
func (a *Analysis) earlyReturns(fn *ssa.Function) []ssa.Instruction {
	if fn.Signature.Recv() == nil {
		return nil
	}
	recv := a.prog.ParamPath(fn, 0)
	var out []ssa.Instruction
	seen := make([]bool, len(fn.Blocks))
	var visit func(b *ssa.BasicBlock)
	visit = func(b *ssa.BasicBlock) {
		if seen[b.Index] {
			return
		}
		seen[b.Index] = true
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.UnOp:
				if instr.Op == token.ARROW || instr.Op == token.MUL && !a.prog.Path(instr.X).HasPrefix(recv) {
					return
				}
			case ssa.CallInstruction:
				eff, ok := a.prog.Effect(instr.Common())
				if !ok || eff.Op != api.Lock && eff.Op != api.Unlock && eff.Op != api.AtomicLoad {
					return
				}
			case *ssa.Return:
				out = append(out, instr)
			case *ssa.Store, *ssa.MapUpdate, *ssa.Send, *ssa.Select, *ssa.Panic:
				return
			}
		}
		for _, s := range b.Succs {
			visit(s)
		}
	}
	visit(fn.Blocks[0])
	return out
}

func (a *Analysis) hop(instr ssa.Instruction) model.Hop {
	pos := ssabuild.InstrPos(instr)
	return model.Hop{Func: ssabuild.FuncName(instr.Parent()), At: a.prog.Place(pos), Pos: pos}
}

// nameable reports whether fn's callers have a name for a path: literals share
// the variables around them, all others only parameters and globals.
func nameable(path *access.Path, fn *ssa.Function) bool {
	root := path.Root()
	switch root.Kind {
	case access.Global:
		return true
	case access.Param:
		return fn.Parent() != nil || root.Owner == any(fn)
	case access.Cell, access.Value:
		v, ok := root.Owner.(ssa.Value)
		return ok && v.Parent() != fn && fn.Parent() != nil
	}
	return false
}
