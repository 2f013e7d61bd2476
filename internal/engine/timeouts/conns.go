package timeouts

import (
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// A BareRead is the first read of an answer from a connection that is opened
// here, never leaves its function and never gets a deadline.
type BareRead struct {
	Dial ssa.CallInstruction
	Conn ssa.Value
	Read ssa.CallInstruction
	What string // "ReadString"
}

// BareReads lists the exchanges of requests and answers with no deadline, in
// source order. Streams (io.Copy) and connections that another goroutine may
// close are not among them.
func (a *Analysis) BareReads() []BareRead {
	var out []BareRead
	for _, fn := range a.prog.Funcs {
		if a.InTests(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(*ssa.Call)
				if !ok {
					continue
				}
				eff, ok := a.prog.Effect(call.Common())
				if !ok || eff.Op != api.Block || eff.Blocking != api.Network {
					continue
				}
				for _, ref := range *call.Referrers() {
					if e, ok := ref.(*ssa.Extract); ok && e.Index == 0 && isConn(e.Type()) {
						if r, ok := a.bareRead(call, e); ok {
							out = append(out, r)
						}
					}
				}
			}
		}
	}
	return out
}

func (a *Analysis) bareRead(dial *ssa.Call, conn ssa.Value) (BareRead, bool) {
	obj := a.Trace(conn)
	if obj.Limited || obj.Escapes || obj.Exposed || obj.Returned || len(obj.Fields) > 0 {
		return BareRead{}, false
	}
	var read ssa.CallInstruction
	wrote := false
	for _, c := range obj.Calls {
		if _, isGo := c.(*ssa.Go); isGo || c.Parent() != dial.Parent() {
			return BareRead{}, false
		}
		fn := ssabuild.StaticCallee(c.Common())
		if fn == nil {
			return BareRead{}, false
		}
		switch n := fn.Name(); {
		case n == "Copy" || n == "CopyN" || n == "CopyBuffer":
			return BareRead{}, false
		case n == "Write" || n == "WriteString" || n == "Fprintf" || n == "Fprint" || n == "Fprintln" || n == "Encode":
			wrote = true
		case readers[n]:
			if read == nil || c.Pos() < read.Pos() {
				read = c
			}
		}
	}
	if read == nil || !wrote {
		return BareRead{}, false
	}
	return BareRead{Dial: dial, Conn: conn, Read: read, What: ssabuild.StaticCallee(read.Common()).Name()}, true
}

// readers are the functions and methods that wait for a peer's bytes.
var readers = map[string]bool{
	"Read": true, "ReadAll": true, "ReadFull": true, "ReadAtLeast": true, "ReadString": true, "ReadBytes": true,
	"ReadByte": true, "ReadRune": true, "ReadLine": true, "ReadSlice": true, "Peek": true, "Decode": true,
	"ReadMIMEHeader": true, "ReadResponse": true, "ReadCodeLine": true, "Scan": true,
}
