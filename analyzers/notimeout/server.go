package notimeout

import (
	"fmt"

	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/engine/timeouts"
	"github.com/conclint/conclint/internal/report"
)

const slowHeader = "a client that sends its header slowly keeps a connection and a goroutine for ever"

// server reports a server whose reads nothing bounds.
func (c *checker) server(s timeouts.Server) {
	code := "notimeout/server"
	if s.Local {
		code = "notimeout/local"
	}
	if s.Made == nil {
		d := report.Diagnostic{Code: code, Pos: ssabuild.InstrPos(s.Serve), Message: s.What + " sets no timeouts: " + slowHeader}
		c.span(&d, s.Serve)
		d.Fixes = c.fixServeHelper(s)
		c.r.Add(d)
		return
	}
	lit := c.syntaxOf(s.Made)
	if !lit.pos.IsValid() { // a field by value has no literal of its own
		lit.pos = ssabuild.InstrPos(s.Serve)
	}
	d := report.Diagnostic{Code: code, Pos: lit.pos, End: lit.end,
		Message: fmt.Sprintf("%s has neither ReadHeaderTimeout nor ReadTimeout: %s", lit.name("http.Server"), slowHeader)}
	d.Fixes = c.fixField(lit, "ReadHeaderTimeout", "10", "a client that never ends its header is dropped")
	c.r.Add(d)
}

// bareRead reports an answer that is read with no deadline.
func (c *checker) bareRead(b timeouts.BareRead) {
	d := report.Diagnostic{Code: "notimeout/conn", Pos: ssabuild.InstrPos(b.Read),
		Message: fmt.Sprintf("%s has no read deadline: a peer that never answers blocks %s for ever", c.connName(b.Dial), b.What)}
	c.span(&d, b.Read)
	c.add(d)
}
