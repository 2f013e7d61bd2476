package report

import (
	"go/parser"
	"go/token"
	"strings"
)

// Manual extracts an analyzer's documentation from the source of its doc.go: the
// package comment from the heading "# Analyzer NAME" on, without the heading. It
// begins with "NAME: what it reports". The package comment being the manual, one
// text feeds go doc, -help, editors and the web page. It panics on a source
// without such a heading, which a test of any analyzer would show.
func Manual(source, name string) string {
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", source, parser.PackageClauseOnly|parser.ParseComments)
	if err != nil {
		panic("report: doc.go of " + name + ": " + err.Error())
	}
	if file.Doc == nil {
		panic("report: doc.go of " + name + " has no package comment")
	}
	_, text, found := strings.Cut(file.Doc.Text(), "# Analyzer "+name+"\n")
	text = strings.TrimSpace(text)
	if !found || !strings.HasPrefix(text, name+": ") {
		panic("report: doc.go of " + name + " lacks the heading or the title line")
	}
	return text
}
