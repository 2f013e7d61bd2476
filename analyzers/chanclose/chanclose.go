package chanclose

import (
	_ "embed"
	"fmt"
	"go/token"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/copies"
	"github.com/conclint/conclint/internal/engine/registry"
	"github.com/conclint/conclint/internal/engine/skeleton"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/explore"
	"github.com/conclint/conclint/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is chanclose on the default engine.
var Analyzer = New(engine.Analyzer, new(report.Options))

// New returns the analyzer on the given engine.
func New(eng *analysis.Analyzer, opts *report.Options) *analysis.Analyzer {
	return engine.Reporter(eng, opts, "chanclose", doc, run)
}

func run(in *engine.Info, r *report.Reporter) {
	seen := make(map[token.Pos]bool)
	for _, c := range in.Copies() {
		seen[c.Pos] = true
		r.Add(sentOnCopy(in, c))
	}
	for _, d := range in.Registry() {
		seen[d.One.Pos()] = true
		r.Add(closedWithAll(in, d))
	}
	for _, f := range in.Interleavings().Of(skeleton.ChanClose) {
		b := &f.Blocked[0]
		pos := engine.PlaceOf(b)
		if seen[pos] {
			continue
		}
		seen[pos] = true
		d := report.Diagnostic{Pos: pos, Witness: in.Witness(f), Fixes: fixes(in, f)}
		name := in.Operations().Subject(explore.Pos(pos))
		if name == "" {
			name = "the channel"
		}
		who := in.Started(b, f)
		other := closedAt(in, f)
		switch f.Kind {
		case explore.DoubleClose:
			d.Code = "chanclose/double"
			d.Message = fmt.Sprintf("%s may close %s a second time%s, which panics", who, name, other)
		case explore.SendClosed:
			d.Code = "chanclose/send"
			d.Message = fmt.Sprintf("%s may send on %s after it is closed%s, which panics", who, name, other)
			if at := closedByReceiver(in, f, name); at != "" {
				d.Code = "chanclose/receiver"
				d.Message = fmt.Sprintf("%s may still send on %s when its receiver closes it (%s), which panics: only senders know that nothing more comes", who, name, at)
			}
		case explore.CloseNil:
			d.Code = "chanclose/nil"
			d.Message = fmt.Sprintf("%s closes %s while it is nil, which panics", who, name)
		}
		if f.Assumed() {
			d.Code = "chanclose/assumed"
		}
		r.Add(d)
	}
}

// sentOnCopy tells of a send on a channel that was taken out of its field and closed
// after it had been copied.
func sentOnCopy(in *engine.Info, c copies.Send) report.Diagnostic {
	field, lock := c.Copy.Field.String(), c.Copy.Lock(c.Close.Lock).String()
	sender, closer := ssabuild.FuncName(c.Instr.Parent()), ssabuild.FuncName(c.Close.Instr.Parent())
	copyAt, takenAt, closeAt := c.Copy.Load.Pos(), c.Close.Taken.Pos(), c.Close.Instr.Pos()
	return report.Diagnostic{
		Code: "chanclose/send",
		Pos:  c.Pos,
		Message: fmt.Sprintf("%s was copied under %s (%s), which is not held any more: %s may have closed the channel since (%s), and then this send panics",
			field, lock, in.Prog.Place(copyAt), closer, in.Prog.Place(closeAt)),
		Witness: []report.Step{
			{Goroutine: "G1", Func: sender, Pos: copyAt, Text: fmt.Sprintf("copies %s under %s, then unlocks", field, lock)},
			{Goroutine: "G2", Func: closer, Pos: takenAt, Text: fmt.Sprintf("changes %s, so that nobody finds the channel any more", field)},
			{Goroutine: "G2", Func: closer, Pos: closeAt, Text: "closes the channel"},
			{Goroutine: "G1", Func: sender, Pos: c.Pos, Text: "sends on its copy, which panics"},
		},
	}
}

// closedWithAll tells of a close of one channel of a map that was closed with all
// others before.
func closedWithAll(in *engine.Info, d registry.Double) report.Diagnostic {
	one, all := ssabuild.FuncName(d.One.Parent()), ssabuild.FuncName(d.All.Parent())
	again := "closing it again panics"
	if d.IsNil {
		again = "closing what is not there any more panics"
	}
	return report.Diagnostic{
		Code: "chanclose/double",
		Pos:  d.One.Pos(),
		Message: fmt.Sprintf("%s closes every channel of %s (%s), and %s does not ask whether its own is still there: %s",
			all, d.Map, in.Prog.Place(d.All.Pos()), one, again),
		Witness: []report.Step{
			{Goroutine: "G1", Func: all, Pos: d.All.Pos(), Text: fmt.Sprintf("closes every channel of %s", d.Map)},
			{Goroutine: "G2", Func: one, Pos: d.One.Pos(), Text: "closes one of them without looking it up: " + again},
		},
	}
}

// closedByReceiver is where the channel was closed, if that was done by a goroutine
// that receives from it; "" otherwise.
func closedByReceiver(in *engine.Info, f *skeleton.Finding, name string) string {
	o := in.Operations()
	for i := len(f.Steps) - 2; i >= 0; i-- {
		st := &f.Steps[i]
		if st.Gor < 0 || st.Instr.Op != explore.OpClose || st.Pos == 0 {
			continue
		}
		for k := range f.Steps[:i] {
			r := &f.Steps[k]
			// A meeting is a step of the sender, with the receiver as its partner.
			received := r.Gor == st.Gor && r.Instr.Op == explore.OpRecv && o.Subject(r.Pos) == o.Subject(st.Pos) ||
				r.Partner == st.Gor && r.Instr.Op == explore.OpSend && o.Subject(r.Pos) == name
			if r.Gor >= 0 && received {
				return in.Prog.Place(token.Pos(st.Pos))
			}
		}
		return ""
	}
	return ""
}

// closedAt names the close that came first.
func closedAt(in *engine.Info, f *skeleton.Finding) string {
	for i := len(f.Steps) - 2; i >= 0; i-- {
		st := &f.Steps[i]
		if st.Gor >= 0 && st.Instr.Op == explore.OpClose && st.Pos != 0 {
			return fmt.Sprintf(" (first at %s)", in.Prog.Place(token.Pos(st.Pos)))
		}
	}
	return ""
}
