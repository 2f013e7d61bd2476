package notimeout

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/engine/timeouts"
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

// A checker words what the engine found in one package.
type checker struct {
	in *engine.Info
}

func run(in *engine.Info, r *report.Reporter) {
	c := &checker{in: in}
	// A person can end a command-line program: its waits are another tier.
	cli := in.Prog.Types.Name() == "main" && !in.Timeouts.Serves()
	add := func(d report.Diagnostic) {
		if cli {
			d.Code = "notimeout/cli"
		}
		r.Add(d)
	}
	for _, s := range in.Timeouts.Servers() {
		r.Add(c.server(s))
	}
	for _, b := range in.Timeouts.BareReads() {
		add(c.bareRead(b))
	}
	hazards := in.Timeouts.Hazards()
	for i := range hazards {
		add(c.hazard(&hazards[i]))
	}
}

const never = "a peer that never answers blocks it for ever"

func (c *checker) hazard(h *timeouts.Hazard) report.Diagnostic {
	d := report.Diagnostic{Code: "notimeout/client", Pos: h.Pos()}
	if h.Recv == nil {
		c.span(&d, h.Site)
	}
	callee := "the callee"
	if f := ssabuild.StaticCallee(h.Wait.Site.Common()); f != nil {
		callee = ssabuild.ObjName(f)
	}
	last := h.Wait.Chain[len(h.Wait.Chain)-1]
	until := "waits in " + h.Wait.What + " for as long as it takes"
	switch h.Kind {
	case timeouts.Helper:
		d.Message = h.What + " has no timeout: a peer that accepts and never answers blocks it for ever"
		d.Fixes = c.fixHelper(h)
	case timeouts.BareClient:
		return c.madeClient(h, callee)
	case timeouts.BareSend:
		d.Message = h.What + " has no timeout: http.DefaultClient has none and the request has no context"
		if h.What == "http.Transport.RoundTrip" || h.What == "http.RoundTripper.RoundTrip" {
			d.Message = h.What + " has no timeout: the request has no context that ends"
		}
		d.Fixes = c.fixRequest(h)
	case timeouts.BareDial:
		d.Code = "notimeout/dial"
		d.Message = h.What + " has no timeout: " + dialled(h.What)
		d.Fixes = c.fixDial(h)
	case timeouts.Unused:
		d.Code = codeOf(h.Wait)
		d.Message = fmt.Sprintf("%s does not end with %s, which is at hand: %s", h.What, spell(h.Hand), after(h.Wait))
		d.Fixes = c.fixContext(h.Site, h.Hand)
	case timeouts.Serving:
		d.Code = codeOf(h.Wait)
		through := ""
		if len(h.Request.Chain) > 0 {
			through = " (" + h.Request.Chain[0].At + ")"
		}
		d.Message = fmt.Sprintf("%s has no timeout, and %s%s waits for it while it serves a request", h.What, ssabuild.FuncName(h.Request.Handler), through)
		d.Witness = append(c.in.Steps("G1", h.Request.Chain, "calls "+ssabuild.FuncName(h.Fn)),
			report.Step{Goroutine: "G1", Func: ssabuild.FuncName(h.Fn), Pos: d.Pos, Text: until})
	case timeouts.Given:
		d.Code = "notimeout/request"
		d.Message = fmt.Sprintf("%s waits in %s (%s) with a context that never ends, and %s serves a request meanwhile", callee, h.What, last.At, ssabuild.FuncName(h.Request.Handler))
		d.Witness = c.in.Steps("G1", h.Wait.Chain, until)
	case timeouts.GivenSend:
		d.Message = fmt.Sprintf("%s sends a request without context through a client without Timeout; %s", callee, never)
		d.Witness = c.in.Steps("G1", h.Wait.Chain, until)
	case timeouts.Awaited:
		d.Code = "notimeout/request"
		d.Message = fmt.Sprintf("this receive waits for %s (%s) in a goroutine that nothing bounds, and %s serves a request meanwhile", h.What, last.At, ssabuild.FuncName(h.Request.Handler))
		d.Witness = []report.Step{
			{Goroutine: "G1", Func: ssabuild.FuncName(h.Fn), Pos: d.Pos, Text: "waits for the result of G2"},
			{Goroutine: "G2", Func: last.Func, Pos: last.Pos, Text: until},
		}
		d.Fixes = c.fixReceive(h, d.Pos)
	}
	return d
}

// madeClient reports a client at the place where it is made.
func (c *checker) madeClient(h *timeouts.Hazard, callee string) report.Diagnostic {
	user := h.What
	if !h.Wait.Direct {
		user = callee
	}
	m := c.making(h.Made)
	return report.Diagnostic{
		Code: "notimeout/client", Pos: m.Pos, End: m.End,
		Message: fmt.Sprintf("%s has no Timeout, and %s (%s) sends a request without context; %s", m.Name("http.Client"), user, c.in.Prog.Place(h.Pos()), never),
		Related: []analysis.RelatedInformation{{Pos: h.Pos(), Message: "the request is sent here"}},
		Fixes:   c.fixField(m, "Timeout", defaultTimeout, "for the whole exchange, its body included"),
	}
}

const slowHeader = "a client that sends its header slowly keeps a connection and a goroutine for ever"

// server reports a server whose reads nothing bounds.
func (c *checker) server(s timeouts.Server) report.Diagnostic {
	d := report.Diagnostic{Code: "notimeout/server", Pos: ssabuild.InstrPos(s.Serve)}
	if s.Local {
		d.Code = "notimeout/local"
	}
	if s.Made == nil {
		d.Message = s.What + " sets no timeouts: " + slowHeader
		c.span(&d, s.Serve)
		d.Fixes = c.fixServeHelper(s)
		return d
	}
	m := c.making(s.Made)
	if m.Pos.IsValid() { // a field by value has no literal of its own
		d.Pos, d.End = m.Pos, m.End
	}
	d.Message = m.Name("http.Server") + " has neither ReadHeaderTimeout nor ReadTimeout: " + slowHeader
	d.Fixes = c.fixField(m, "ReadHeaderTimeout", "10", "a client that never ends its header is dropped")
	return d
}

// bareRead reports an answer that is read with no deadline.
func (c *checker) bareRead(b timeouts.BareRead) report.Diagnostic {
	name := "the connection"
	if _, path := edit.CallAt(c.in.Prog.Files, b.Dial.Pos()); path != nil {
		for _, n := range path {
			if as, ok := n.(*ast.AssignStmt); ok {
				name = types.ExprString(as.Lhs[0])
				break
			}
		}
	}
	d := report.Diagnostic{Code: "notimeout/conn", Pos: ssabuild.InstrPos(b.Read),
		Message: fmt.Sprintf("%s has no read deadline: a peer that never answers blocks %s for ever", name, b.What)}
	c.span(&d, b.Read)
	return d
}

// making is how the source makes a client or server; without position for a field by value.
func (c *checker) making(v ssa.Value) edit.Making {
	if fa, ok := v.(*ssa.FieldAddr); ok {
		return edit.Making{Pos: token.NoPos, Label: c.in.Prog.Path(fa).String()}
	}
	return edit.MakingAt(c.in.Prog.Files, v.Pos())
}

// span narrows the report to the called function's name.
func (c *checker) span(d *report.Diagnostic, site ssa.CallInstruction) {
	if call, _ := edit.CallAt(c.in.Prog.Files, site.Pos()); call != nil {
		d.Pos, d.End = edit.Callee(call)
	}
}

func dialled(what string) string {
	switch what {
	case "smtp.SendMail", "smtp.Dial":
		return "a server that stops answering blocks it for ever"
	case "tls.Dial":
		return "neither the connection nor the handshake"
	}
	return "it waits as long as the operating system tries, which may be minutes"
}

func codeOf(w *timeouts.Wait) string {
	switch w.Effect.Blocking {
	case api.Process:
		return "notimeout/exec"
	case api.Database, api.Client:
		return "notimeout/query"
	}
	return "notimeout/request"
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

// spell is how the caller's context is written.
func spell(p *ssa.Parameter) string {
	if timeouts.IsRequest(p.Type()) {
		return p.Name() + ".Context()"
	}
	return p.Name()
}
