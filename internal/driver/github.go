package driver

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// writeGitHub prints workflow commands, which GitHub Actions turn into
// annotations: docs.github.com, "Workflow commands for GitHub Actions".
func writeGitHub(w io.Writer, o *output) error {
	b := bufio.NewWriter(w)
	for _, f := range o.findings {
		level := map[Severity]string{Error: "error", Warning: "warning", Note: "notice"}[f.Severity]
		text := f.Message
		for _, s := range f.Witness {
			text += "\n" + stepText(o, s)
		}
		text += "\n" + f.Page
		fmt.Fprintf(b, "::%s file=%s,line=%d", level, property(o.slashName(f.Pos.File)), max(f.Pos.Line, 1))
		if f.End.Line > 0 {
			fmt.Fprintf(b, ",endLine=%d", f.End.Line)
		}
		// Columns are only meaningful, and only accepted, within one line.
		if f.Pos.Col > 0 && f.End.Line == f.Pos.Line {
			fmt.Fprintf(b, ",col=%d,endColumn=%d", o.src.runeColumn(f.Pos), o.src.runeColumn(f.End))
		}
		fmt.Fprintf(b, ",title=%s::%s\n", property(f.Code), data(text))
	}
	for _, e := range o.errs {
		fmt.Fprintf(b, "::error title=conclint::%s\n", data(e))
	}
	return b.Flush()
}

// data escapes the text of a workflow command.
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// property escapes the value of a property of a workflow command.
func property(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
