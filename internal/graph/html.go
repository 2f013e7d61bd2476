package graph

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"strconv"
	"strings"
	"sync"
)

var (
	//go:embed graph.html
	markup string
	//go:embed graph.css
	pageStyle string
	//go:embed graph.js
	script string
)

// WriteHTML writes one page that needs nothing else: the picture, to move, to
// search and to ask, and the graph's lists.
func WriteHTML(w io.Writer, g *Graph) error {
	sum := sha256.Sum256([]byte(script))
	at := g.index()
	ids := func(names []string) string {
		var out []string
		for _, n := range names {
			if i, ok := at[n]; ok {
				out = append(out, strconv.Itoa(i))
			}
		}
		return strings.Join(out, " ")
	}
	return tmpl().Execute(w, map[string]any{
		"IDs":   ids,
		"Graph": g, "SVG": template.HTML(drawSVG(g, false)), "CSS": template.CSS(svgStyle + pageStyle), "JS": template.JS(script),
		"Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'",
	})
}

// tmpl is parsed when a page is written: most processes write none.
var tmpl = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("graph").Funcs(template.FuncMap{
		"tone": toneName,
		"dash": dashes,
	}).Parse(markup))
})
