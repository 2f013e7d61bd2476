package timeouts

import (
	"go/token"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// HazardKind says what about a wait without limit is wrong.
type HazardKind uint8

// The kinds.
const (
	Helper     HazardKind = iota // http.Get and its siblings
	BareClient                   // a client that has no timeout, made at Made
	BareSend                     // a request without context through http.DefaultClient or a transport
	BareDial                     // a connection is opened
	Unused                       // the context Hand could end the wait and is not used
	Serving                      // Request waits
	Given                        // a callee waits as long as the context given to it allows, and Request is served meanwhile
	GivenSend                    // a callee sends the request given to it
	Awaited                      // Recv waits for a goroutine that waits
)

// A Hazard is a wait on the outside that nothing bounds and that somebody depends on.
type Hazard struct {
	Kind    HazardKind
	Wait    *Wait
	Fn      *ssa.Function
	Site    ssa.CallInstruction // what to point at
	What    string
	Made    ssa.Value      // of BareClient
	Hand    *ssa.Parameter // of Unused
	Request *Request       // of Serving, Given, Awaited
	Recv    *ssa.UnOp      // of Awaited
}

// Pos is where the hazard stands.
func (h *Hazard) Pos() token.Pos {
	if h.Recv != nil {
		return ssabuild.InstrPos(h.Recv)
	}
	return ssabuild.InstrPos(h.Site)
}

// Hazards lists the hazards of the package outside tests, in order of functions.
func (a *Analysis) Hazards() []Hazard {
	c := &collector{a: a, clients: make(map[ssa.Value]bool)}
	for _, fn := range a.prog.Funcs {
		if a.InTests(fn) {
			continue
		}
		for i := range a.waits[fn] {
			if w := &a.waits[fn][i]; w.Limit.Reach == model.Endless {
				c.wait(fn, w)
			}
		}
		if req := a.ServedBy(fn); req != nil {
			for _, rw := range a.ResultWaits(fn) {
				c.add(Hazard{Kind: Awaited, Wait: rw.Wait, Fn: fn, Recv: rw.Recv, What: rw.Wait.What, Request: req})
			}
		}
	}
	return c.out
}

type collector struct {
	a       *Analysis
	out     []Hazard
	clients map[ssa.Value]bool // those that are listed
}

func (c *collector) add(h Hazard) { c.out = append(c.out, h) }

func (c *collector) wait(fn *ssa.Function, w *Wait) {
	h := Hazard{Wait: w, Fn: fn, Site: w.Site, What: w.What}
	switch {
	case !w.Direct:
		c.through(h)
	case w.Effect.Bound == api.ByTransport:
		h.Kind = Helper
		c.add(h)
	case w.Effect.Blocking == api.Client && (w.Effect.Bound == api.ByReceiver || w.Effect.Bound == api.ByRequest):
		if !c.made(h, ssabuild.Receiver(w.Site.Common())) {
			h.Kind = BareSend
			c.add(h)
		}
	case w.Effect.Blocking == api.Network && (strings.Contains(w.What, "Dial") || strings.Contains(w.What, "SendMail")):
		if !c.a.immediate(w) {
			h.Kind = BareDial
			c.add(h)
		}
	case strings.Contains(w.What, "Accept"): // ended by closing the listener
	case w.Effect.Blocking != api.FileIO && w.Effect.Blocking != api.Terminal:
		c.onBehalf(h)
	}
}

// made lists the clients behind a value at the places where they are made, once each.
func (c *collector) made(h Hazard, client ssa.Value) bool {
	origins := c.a.Origins(client)
	for _, o := range origins {
		if o.Parent() != nil && c.a.InTests(o.Parent()) {
			continue
		}
		if !c.clients[o] {
			c.clients[o] = true
			h.Kind, h.Made = BareClient, o
			c.add(h)
		}
	}
	return len(origins) > 0
}

// immediate reports whether a dial is to this machine, or over a network that opens at once.
func (a *Analysis) immediate(w *Wait) bool {
	common := w.Site.Common()
	first := 0
	if params := common.Signature().Params(); params.Len() > 0 && IsContext(params.At(0).Type()) {
		first = 1
	}
	if strings.HasPrefix(w.What, "smtp.") { // no network argument
		return a.local(ssabuild.Arg(common, first))
	}
	return a.localNetwork(w.Site, ssabuild.Arg(common, first)) || a.local(ssabuild.Arg(common, first+1))
}

// onBehalf lists a wait that somebody else waits for: a context is at hand and
// not used, or a request is being served.
func (c *collector) onBehalf(h Hazard) {
	if c.a.Apart(h.Site) {
		return
	}
	endless := h.Wait.Effect.Bound == api.ByCtx // it has a context, which never ends
	if h.Wait.Effect.Blocking == api.Process {
		made, ok := c.a.prog.Origin(ssabuild.Receiver(h.Site.Common())).(*ssa.Call)
		if !ok || c.a.UsesProcess(ssabuild.Outermost(h.Fn)) {
			return // not in sight, or ended by hand
		}
		if eff, _ := c.a.prog.Effect(made.Common()); eff.Ctx == api.None {
			h.Site, h.What = made, name(made.Common())
		} else {
			endless = true
		}
	}
	hand := AtHand(h.Fn)
	switch {
	case hand != nil && !endless:
		h.Kind, h.Hand = Unused, hand
	case hand != nil && c.a.freshArg(h.Wait):
		return // FreshContexts has it
	default:
		if h.Request = c.a.ServedBy(h.Fn); h.Request == nil {
			return
		}
		h.Kind = Serving
	}
	c.add(h)
}

// freshArg reports whether the context of a call is a new one that never ends, written on the spot.
func (a *Analysis) freshArg(w *Wait) bool {
	arg := w.Arg
	if w.Direct {
		arg = ssabuild.Arg(w.Site.Common(), w.Effect.Ctx)
	}
	call, ok := arg.(*ssa.Call)
	if !ok {
		return false
	}
	eff, ok := a.prog.Effect(call.Common())
	return ok && eff.Op == api.CtxRoot
}

// through lists the caller that passes something without end to a function
// which waits for as long as that allows.
func (c *collector) through(h Hazard) {
	switch t := h.Wait.Arg.Type(); {
	case IsContext(t):
		h.Request = c.a.ServedBy(h.Fn)
		if h.Request == nil || c.a.Apart(h.Site) || AtHand(h.Fn) != nil && c.a.freshArg(h.Wait) {
			return
		}
		h.Kind = Given
		c.add(h)
	case h.Wait.Effect.Blocking != api.Client:
	case IsRequest(t):
		h.Kind = GivenSend
		c.add(h)
	default:
		c.made(h, h.Wait.Arg)
	}
}
