package report

import "strings"

// Manual extracts an analyzer's documentation from the source of its doc.go: the
// package comment, a block of // lines, from the heading "# Analyzer NAME" on,
// without the heading. It begins with "NAME: what it reports". The package comment
// being the manual, one text feeds go doc, -help, editors and the web page. It
// panics on a source without such a heading, which a test of any analyzer would show.
//
// Every process of a go vet run asks for the manuals of all analyzers before it
// can begin, so that the lines are taken as they are: parsing them cost two
// percent of a run.
func Manual(source, name string) string {
	_, source, found := strings.Cut(source, "// # Analyzer "+name+"\n")
	var text strings.Builder
	text.Grow(len(source))
	for line := range strings.Lines(source) {
		comment, ok := strings.CutPrefix(line, "//")
		if !ok {
			break
		}
		text.WriteString(strings.TrimPrefix(comment, " "))
	}
	manual := strings.TrimSpace(text.String())
	if !found || !strings.HasPrefix(manual, name+": ") {
		panic("report: doc.go of " + name + " lacks the heading or the title line")
	}
	return manual
}
