package notimeout

import (
	_ "embed"
	"fmt"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/engine/timeouts"
	"github.com/conclint/conclint/internal/model"
	"github.com/conclint/conclint/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is notimeout on the default engine.
var Analyzer = New(engine.Analyzer, new(report.Options))

// New returns the analyzer on the given engine.
func New(eng *analysis.Analyzer, opts *report.Options) *analysis.Analyzer {
	return engine.Reporter(eng, opts, "notimeout", doc, run)
}

// A checker judges one package.
type checker struct {
	in      *engine.Info
	r       *report.Reporter
	tm      *timeouts.Analysis
	cli     bool
	clients map[ssa.Value]bool // literals that were reported
}

func run(in *engine.Info, r *report.Reporter) {
	c := &checker{in: in, r: r, tm: in.Timeouts, clients: make(map[ssa.Value]bool)}
	c.cli = in.Prog.Types.Name() == "main" && !c.tm.Serves()
	for _, s := range c.tm.Servers() {
		c.server(s)
	}
	for _, read := range c.tm.BareReads() {
		c.bareRead(read)
	}
	for _, fn := range in.Prog.Funcs {
		if c.tm.InTests(fn) {
			continue
		}
		for i := range c.tm.Waits(fn) {
			if w := &c.tm.Waits(fn)[i]; w.Limit.Reach == model.Endless {
				c.wait(fn, w)
			}
		}
		c.results(fn)
	}
}

func (c *checker) wait(fn *ssa.Function, w *timeouts.Wait) {
	if !w.Direct {
		c.through(fn, w)
		return
	}
	switch w.Effect.Blocking {
	case api.Client:
		if w.Effect.Bound == api.ByTransport || w.Effect.Bound == api.ByReceiver || w.Effect.Bound == api.ByRequest {
			c.client(w)
		} else {
			c.onBehalf(fn, w, "notimeout/query")
		}
	case api.Network:
		if strings.Contains(w.What, "Dial") || strings.Contains(w.What, "SendMail") {
			c.dial(w)
		} else if !strings.Contains(w.What, "Accept") { // those who accept are ended by closing the listener
			c.onBehalf(fn, w, "notimeout/request")
		}
	case api.Database:
		c.onBehalf(fn, w, "notimeout/query")
	case api.Process:
		c.onBehalf(fn, w, "notimeout/exec")
	}
}

// add reports d, in the tier of command-line programs if this is one.
func (c *checker) add(d report.Diagnostic) {
	if c.cli {
		d.Code = "notimeout/cli"
	}
	c.r.Add(d)
}

// client reports a request that neither its client nor its context bounds.
// Clients made in this package are reported where they are made, once.
func (c *checker) client(w *timeouts.Wait) {
	pos := ssabuild.InstrPos(w.Site)
	if w.Effect.Bound == api.ByTransport {
		d := report.Diagnostic{Code: "notimeout/client", Pos: pos, Message: w.What + " has no timeout: a peer that accepts and never answers blocks it for ever"}
		c.span(&d, w.Site)
		d.Fixes = c.fixHelper(w)
		c.add(d)
		return
	}
	if recv := ssabuild.Receiver(w.Site.Common()); c.made(recv, w.What, pos) {
		return
	}
	d := report.Diagnostic{Code: "notimeout/client", Pos: pos}
	d.Message = w.What + " has no timeout: http.DefaultClient has none and the request has no context"
	if w.What == "http.Transport.RoundTrip" || w.What == "http.RoundTripper.RoundTrip" {
		d.Message = w.What + " has no timeout: the request has no context that ends"
	}
	c.span(&d, w.Site)
	d.Fixes = c.fixRequest(w)
	c.add(d)
}

// made reports the literals behind a client at the places where they are made.
func (c *checker) made(client ssa.Value, user string, pos token) bool {
	lits := c.tm.Origins(client)
	for _, lit := range lits {
		if c.clients[lit] {
			continue
		}
		c.clients[lit] = true
		s := c.syntaxOf(lit)
		d := report.Diagnostic{
			Code: "notimeout/client", Pos: s.pos, End: s.end,
			Message: fmt.Sprintf("%s has no Timeout, and %s (%s) sends a request without context; a peer that never answers blocks it for ever", s.name("http.Client"), user, c.in.Prog.Place(pos)),
			Related: []analysis.RelatedInformation{{Pos: pos, Message: "the request is sent here"}},
		}
		d.Fixes = c.fixField(s, "Timeout", "30", "for the whole exchange, its body included")
		c.add(d)
	}
	return len(lits) > 0
}

// dial reports connections that are opened with no limit.
func (c *checker) dial(w *timeouts.Wait) {
	common := w.Site.Common()
	offset := 0
	if common.Signature().Params().Len() > 0 && timeouts.IsContext(common.Signature().Params().At(0).Type()) {
		offset = 1
	}
	what := "it waits as long as the operating system tries, which may be minutes"
	switch {
	case w.What == "smtp.SendMail":
		what = "a server that stops answering blocks it for ever"
		offset = -1
	case w.What == "smtp.Dial":
		what = "a server that stops answering blocks it for ever"
		offset = -1
	case w.What == "tls.Dial":
		what = "neither the connection nor the handshake"
	}
	if offset >= 0 && c.tm.LocalNetwork(w.Site, ssabuild.Arg(common, offset)) {
		return // opened at once
	}
	if c.tm.Loopback(ssabuild.Arg(common, offset+1)) {
		return
	}
	d := report.Diagnostic{Code: "notimeout/dial", Pos: ssabuild.InstrPos(w.Site), Message: w.What + " has no timeout: " + what}
	c.span(&d, w.Site)
	d.Fixes = c.fixDial(w)
	c.add(d)
}

// onBehalf reports a wait that somebody else waits for: a context is at hand
// and not used, or a request is being served.
func (c *checker) onBehalf(fn *ssa.Function, w *timeouts.Wait, code string) {
	if c.tm.Apart(w.Site) {
		return
	}
	pos, what, site := ssabuild.InstrPos(w.Site), w.What, w.Site
	withBackground := false // it has a context, which never ends
	if w.Effect.Blocking == api.Process {
		made := c.command(fn, w)
		if made == nil {
			return
		}
		if eff, _ := c.in.Prog.Effect(made.Common()); eff.Ctx == api.None {
			pos, what, site = ssabuild.InstrPos(made), "exec.Command", made
		} else {
			withBackground = true
		}
	}
	withBackground = withBackground || w.Effect.Bound == api.ByCtx
	hand := timeouts.AtHand(fn)
	d := report.Diagnostic{Code: code, Pos: pos}
	switch {
	case hand != nil && !withBackground:
		d.Message = fmt.Sprintf("%s does not end with %s, which is at hand: %s", what, spell(hand), after(w))
		d.Fixes = c.fixContext(site, hand)
	case hand != nil && c.fresh(w):
		return // ctxignored says it
	default:
		req := c.tm.ServedBy(fn)
		if req == nil {
			return
		}
		place, through := ssabuild.FuncName(req.Handler), ""
		if len(req.Chain) > 0 {
			through = " (" + req.Chain[0].At + ")"
		}
		d.Message = fmt.Sprintf("%s has no timeout, and %s%s waits for it while it serves a request", what, place, through)
		d.Witness = append(c.in.Steps("G1", req.Chain, "calls "+ssabuild.FuncName(fn)),
			report.Step{Goroutine: "G1", Func: ssabuild.FuncName(fn), Pos: pos, Text: "waits in " + what + " for as long as it takes"})
	}
	c.span(&d, site)
	c.add(d)
}

func after(w *timeouts.Wait) string {
	switch w.Effect.Blocking {
	case api.Process:
		return "the child may outlive the request that it works for"
	case api.Database:
		return "it waits for the database after the caller has given up"
	}
	return "it waits for the peer after the caller has given up"
}

// fresh reports whether the context of a call is context.Background() or TODO(), written on the spot.
func (c *checker) fresh(w *timeouts.Wait) bool {
	arg := w.Arg
	if w.Direct {
		arg = ssabuild.Arg(w.Site.Common(), w.Effect.Ctx)
	}
	call, ok := arg.(*ssa.Call)
	if !ok {
		return false
	}
	eff, ok := c.in.Prog.Effect(call.Common())
	return ok && eff.Op == api.CtxRoot
}

// command is the call that makes the command which w runs, nil if that is not
// in sight or if the process is ended by hand.
func (c *checker) command(fn *ssa.Function, w *timeouts.Wait) *ssa.Call {
	call, ok := c.tm.Source(ssabuild.Receiver(w.Site.Common())).(*ssa.Call)
	if !ok || c.tm.UsesProcess(ssabuild.Outermost(fn)) {
		return nil
	}
	return call
}

// through reports the caller that passes something without end to a function
// which waits for as long as that allows.
func (c *checker) through(fn *ssa.Function, w *timeouts.Wait) {
	callee := "the callee"
	if f := ssabuild.StaticCallee(w.Site.Common()); f != nil {
		callee = ssabuild.ObjName(f)
	}
	pos := ssabuild.InstrPos(w.Site)
	switch {
	case timeouts.IsContext(w.Arg.Type()):
		req := c.tm.ServedBy(fn)
		if req == nil || c.tm.Apart(w.Site) || timeouts.AtHand(fn) != nil && c.fresh(w) {
			return
		}
		last := w.Chain[len(w.Chain)-1]
		d := report.Diagnostic{Code: "notimeout/request", Pos: pos, Message: fmt.Sprintf("%s waits in %s (%s) with a context that never ends, and %s serves a request meanwhile",
			callee, w.What, last.At, ssabuild.FuncName(req.Handler))}
		d.Witness = c.in.Steps("G1", w.Chain, "waits in "+w.What+" for as long as it takes")
		c.span(&d, w.Site)
		c.add(d)
	case timeouts.IsRequest(w.Arg.Type()):
		if w.Effect.Blocking != api.Client {
			return
		}
		d := report.Diagnostic{Code: "notimeout/client", Pos: pos, Message: fmt.Sprintf("%s sends a request without context through a client without Timeout; a peer that never answers blocks it for ever", callee)}
		d.Witness = c.in.Steps("G1", w.Chain, "waits in "+w.What+" for as long as it takes")
		c.span(&d, w.Site)
		c.add(d)
	case w.Effect.Blocking == api.Client:
		c.made(w.Arg, callee, pos)
	}
}

// results reports receives, in code that serves a request, of what a goroutine
// gets from outside with no limit.
func (c *checker) results(fn *ssa.Function) {
	req := c.tm.ServedBy(fn)
	if req == nil {
		return
	}
	for _, rw := range c.tm.ResultWaits(fn) {
		last := rw.Wait.Chain[len(rw.Wait.Chain)-1]
		c.add(report.Diagnostic{
			Code: "notimeout/request", Pos: ssabuild.InstrPos(rw.Recv),
			Message: fmt.Sprintf("this receive waits for %s (%s) in a goroutine that nothing bounds, and %s serves a request meanwhile", rw.Wait.What, last.At, ssabuild.FuncName(req.Handler)),
			Witness: []report.Step{
				{Goroutine: "G1", Func: ssabuild.FuncName(fn), Pos: ssabuild.InstrPos(rw.Recv), Text: "waits for the result of G2"},
				{Goroutine: "G2", Func: last.Func, Pos: last.Pos, Text: "waits in " + rw.Wait.What + " for as long as it takes"},
			},
		})
	}
}

// spell is how the caller's context is written.
func spell(p *ssa.Parameter) string {
	if timeouts.IsRequest(p.Type()) {
		return p.Name() + ".Context()"
	}
	return p.Name()
}
