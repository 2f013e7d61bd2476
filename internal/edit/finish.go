package edit

import (
	"bytes"
	"strings"
)

// Finished returns edits of one file in the form for editors, which make them
// and format nothing afterwards: the new lines are indented like the one that
// they come to, the result is formatted if src was, see [Tidy], lines end as
// they did, and only lines that change are touched. An edit behind the end
// means the end.
func Finished(src []byte, edits []Text) ([]Text, error) {
	file := ""
	indented := make([]Text, len(edits))
	for i, e := range edits {
		file = e.File
		e.Start, e.End = min(e.Start, len(src)), min(e.End, len(src))
		e.New = strings.ReplaceAll(e.New, "\n", "\n"+indentation(src[:e.Start]))
		indented[i] = e
	}
	after, err := Apply(src, indented)
	if err != nil {
		return nil, err
	}
	if i := bytes.IndexByte(src, '\n'); i > 0 && src[i-1] == '\r' {
		after = Tidy(unix(src), unix(after))
		after = bytes.ReplaceAll(after, []byte("\n"), []byte("\r\n"))
	} else {
		after = Tidy(src, after)
	}
	changes := Changes(src, after)
	for i := range changes {
		changes[i].File = file
	}
	return changes, nil
}

// indentation is that of the line that src ends in.
func indentation(src []byte) string {
	line := src[bytes.LastIndexByte(src, '\n')+1:]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

func unix(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) }
