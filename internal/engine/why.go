package engine

import (
	"fmt"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
	"github.com/conclint/conclint/internal/report"
)

// why answers -debug.why: what the engine knows at the place FILE:LINE, so that
// a user who expected a finding there can see what it took for granted. The base
// name of the file is enough.
func (in *Info) why(place string) {
	file, _, _ := strings.Cut(place, ":")
	for _, f := range in.pass.Files {
		name := in.pass.Fset.Position(f.Package).Filename
		if name != file && !strings.HasSuffix(name, "/"+file) {
			continue
		}
		at := place[strings.LastIndexByte(place, '/')+1:]
		lines := in.knownAt(at)
		if in.Prog == nil {
			lines = []string{"the package uses no goroutine, lock or channel, and calls nothing that does: it is not analysed"}
		}
		for _, line := range lines {
			in.pass.Report(analysis.Diagnostic{Pos: f.Package, Category: report.CodeWhy, Message: at + ": " + line})
		}
	}
}

// knownAt lists what is known of the instructions on a line, in order.
func (in *Info) knownAt(at string) []string {
	if in.Prog == nil {
		return nil
	}
	var out []string
	for _, fn := range in.Prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if !instr.Pos().IsValid() || in.Prog.Place(instr.Pos()) != at {
					continue
				}
				if line := in.describe(instr); line != "" && (len(out) == 0 || out[len(out)-1] != line) {
					out = append(out, line)
				}
			}
		}
	}
	if len(out) == 0 {
		return []string{"no instruction of the program stands on this line, or none that matters"}
	}
	return out
}

func (in *Info) describe(instr ssa.Instruction) string {
	fn := instr.Parent()
	var parts []string
	if call, ok := instr.(ssa.CallInstruction); ok {
		parts = append(parts, in.describeCall(call))
	}
	set := in.Locks.HeldAt(instr)
	if !set.Known {
		parts = append(parts, "the function was not followed: over budget, or the place is never reached")
	}
	parts = append(parts, "held "+ops(set.Must))
	if len(set.May) > len(set.Must) {
		parts = append(parts, "held on some paths "+ops(set.May))
	}
	if entry := in.Locks.Entry(fn); len(entry.Must) > 0 {
		parts = append(parts, "callers hold "+ops(entry.Must))
	}
	return "in " + ssabuild.FuncName(fn) + ": " + strings.Join(parts, "; ")
}

func (in *Info) describeCall(call ssa.CallInstruction) string {
	if eff, ok := in.Prog.Effect(call.Common()); ok {
		return fmt.Sprintf("calls a function of the table, effect %d", eff.Op)
	}
	targets := in.Prog.Callees(call)
	if len(targets) == 0 {
		return "calls something unknown"
	}
	names := make([]string, len(targets))
	for i, t := range targets {
		switch {
		case t.Fn != nil:
			names[i] = ssabuild.FuncName(t.Fn)
		case t.Obj != nil:
			names[i] = t.Obj.FullName()
		}
		if sum := in.Locks.SummaryOf(t); sum != nil {
			names[i] += fmt.Sprintf(" (takes %d locks, ends in %d ways)", len(sum.Takes), max(1, len(sum.Outcomes)))
		}
	}
	return "calls " + strings.Join(names, " or ")
}

func ops(held []model.LockOp) string {
	if len(held) == 0 {
		return "no lock"
	}
	names := make([]string, len(held))
	for i, op := range held {
		names[i] = op.Path.String()
		if op.Mode == api.Read {
			names[i] += " (for reading)"
		}
	}
	return strings.Join(names, ", ")
}
