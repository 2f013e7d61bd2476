// Package yaml reads the part of YAML that a configuration file needs, and
// refuses the rest with the line it stands on: block mappings and sequences,
// flow sequences of scalars on one line, plain and quoted scalars, comments.
// What it accepts means the same to every YAML reader.
package yaml

import (
	"fmt"
	"strconv"
	"strings"
)

// Kind is what a node is.
type Kind uint8

const (
	Null Kind = iota
	Scalar
	List
	Map
)

// Node is a value with the line it begins on, from 1.
type Node struct {
	Kind   Kind
	Line   int
	Text   string // of a scalar, without quotes
	Quoted bool   // a scalar in quotes is a string whatever it looks like
	Items  []Node // of a list
	Pairs  []Pair // of a map, in order
}

// Pair is a key of a map with its value.
type Pair struct {
	Key   string
	Line  int
	Value Node
}

// Error is a problem in the text.
type Error struct {
	Line int
	Text string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// Errorf returns an error about the line of a node.
func (n Node) Errorf(format string, args ...any) error {
	return &Error{n.Line, fmt.Sprintf(format, args...)}
}

// Bool returns the value of a scalar true or false.
func (n Node) Bool() (bool, error) {
	if n.Kind == Scalar && !n.Quoted && (n.Text == "true" || n.Text == "false") {
		return n.Text == "true", nil
	}
	return false, n.Errorf("want true or false")
}

// Strings returns the scalars of a list; a single scalar is a list of one.
func (n Node) Strings() ([]Node, error) {
	switch n.Kind {
	case Scalar:
		return []Node{n}, nil
	case List:
		for _, item := range n.Items {
			if item.Kind != Scalar {
				return nil, item.Errorf("want a string")
			}
		}
		return n.Items, nil
	}
	return nil, n.Errorf("want a list of strings")
}

// line is a line with content.
type line struct {
	n      int // from 1
	indent int
	text   string // without indentation and comment
}

type parser struct {
	lines []line
}

// Parse reads a document. An empty one is Null.
func Parse(src []byte) (node Node, err error) {
	defer func() {
		if e, ok := recover().(*Error); ok {
			err = e
		} else if e != nil {
			panic(e)
		}
	}()
	p := &parser{lines: split(string(src))}
	if len(p.lines) == 0 {
		return Node{Line: 1}, nil
	}
	node = p.block(p.lines[0].indent)
	if len(p.lines) > 0 {
		fail(p.lines[0].n, "the indentation fits nothing above")
	}
	return node, nil
}

func fail(n int, format string, args ...any) {
	panic(&Error{n, fmt.Sprintf(format, args...)})
}

func split(src string) []line {
	var out []line
	begun := false // by a document marker
	n := 0
	for raw := range strings.Lines(strings.TrimPrefix(src, "\ufeff")) {
		n++
		raw = strings.TrimSuffix(strings.TrimSuffix(raw, "\n"), "\r")
		if r, bad := badRune(raw); bad {
			if r == '\t' {
				fail(n, "use blanks, not tabs")
			}
			fail(n, "the character %q does not belong here", r)
		}
		text := strings.TrimLeft(raw, " ")
		indent := len(raw) - len(text)
		text = strings.TrimRight(uncomment(n, text), " ")
		switch {
		case text == "":
			continue
		case text == "---" && indent == 0 && len(out) == 0 && !begun:
			begun = true
			continue
		case indent == 0 && (strings.HasPrefix(text, "---") || strings.HasPrefix(text, "...") || text[0] == '%'):
			fail(n, "only one document, without directives, is understood")
		}
		out = append(out, line{n, indent, text})
	}
	return out
}

// badRune finds a character that YAML forbids or takes for a line end.
func badRune(s string) (rune, bool) {
	for _, r := range s {
		if r < ' ' || 0x7f <= r && r <= 0x9f || r == '\u2028' || r == '\u2029' || r >= 0xfffd || r == '\ufeff' {
			return r, true
		}
	}
	return 0, false
}

// uncomment cuts a comment off: # at the beginning or after a blank, outside quotes.
func uncomment(n int, s string) string {
	inList := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '[' && startsValue(s[:i], false):
			inList = true
		case s[i] == '#' && (i == 0 || s[i-1] == ' '):
			return s[:i]
		case (s[i] == '"' || s[i] == '\'') && startsValue(s[:i], inList):
			end := quoteEnd(s[i:])
			if end < 0 {
				fail(n, "a quote is not closed on its line")
			}
			i += end - 1
		}
	}
	return s
}

// startsValue reports whether what comes after s begins a value.
func startsValue(s string, inList bool) bool {
	t := strings.TrimRight(s, " ")
	if t == "" {
		return true
	}
	switch t[len(t)-1] {
	case '[', ',':
		return inList
	case ':', '-':
		return len(t) < len(s)
	}
	return false
}

// quoteEnd is the length of the quoted scalar that s begins with, -1 if it does not end.
func quoteEnd(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && s[0] == '"':
			i++
		case s[i] == s[0] && s[0] == '\'' && i+1 < len(s) && s[i+1] == '\'':
			i++
		case s[i] == s[0]:
			return i + 1
		}
	}
	return -1
}

// block reads the lines of one indentation.
func (p *parser) block(indent int) Node {
	l := p.lines[0]
	switch {
	case isItem(l.text):
		return p.list(indent)
	case keyEnd(l.text) >= 0:
		return p.mapping(indent)
	}
	p.lines = p.lines[1:]
	return scalar(l.n, l.text)
}

func isItem(text string) bool { return text == "-" || strings.HasPrefix(text, "- ") }

func (p *parser) list(indent int) Node {
	node := Node{Kind: List, Line: p.lines[0].n}
	for len(p.lines) > 0 && p.lines[0].indent == indent && isItem(p.lines[0].text) {
		l := &p.lines[0]
		rest := strings.TrimLeft(l.text[1:], " ")
		if rest == "" {
			n := l.n
			p.lines = p.lines[1:]
			node.Items = append(node.Items, p.nested(n, indent, false))
			continue
		}
		// What follows the dash is a block of its own, indented to where it stands.
		l.indent += len(l.text) - len(rest)
		l.text = rest
		if isItem(rest) {
			fail(l.n, "a list in a list is not understood")
		}
		node.Items = append(node.Items, p.block(l.indent))
	}
	return node
}

// maxKey keeps below the limit that YAML has for keys on one line.
const maxKey = 1000

func (p *parser) mapping(indent int) Node {
	node := Node{Kind: Map, Line: p.lines[0].n}
	seen := map[string]bool{}
	for len(p.lines) > 0 && p.lines[0].indent == indent {
		l := p.lines[0]
		end := keyEnd(l.text)
		if end < 0 || isItem(l.text) {
			fail(l.n, "want a key and a colon")
		}
		if end > maxKey {
			fail(l.n, "the key is too long")
		}
		key := scalar(l.n, l.text[:end])
		if key.Kind != Scalar || key.Text == "<<" {
			fail(l.n, "a key is a plain or quoted word")
		}
		if seen[key.Text] {
			fail(l.n, "the key %s stands here twice", key.Text)
		}
		seen[key.Text] = true
		p.lines = p.lines[1:]
		pair := Pair{Key: key.Text, Line: l.n}
		if value := strings.TrimLeft(l.text[end+1:], " "); value != "" {
			if isItem(value) {
				fail(l.n, "a list begins on a line of its own")
			}
			if keyEnd(value) >= 0 {
				fail(l.n, "a map begins on a line of its own")
			}
			pair.Value = scalar(l.n, value)
		} else {
			pair.Value = p.nested(l.n, indent, true)
		}
		node.Pairs = append(node.Pairs, pair)
	}
	return node
}

// nested reads what is indented below line n; a list may stand below a key
// with no more indentation than it.
func (p *parser) nested(n, indent int, afterKey bool) Node {
	if len(p.lines) > 0 {
		next := p.lines[0]
		if next.indent > indent || afterKey && next.indent == indent && isItem(next.text) {
			return p.block(next.indent)
		}
	}
	return Node{Line: n}
}

// keyEnd is the index of the colon that ends the key which text begins with, -1 if there is none.
func keyEnd(text string) int {
	i := 0
	if text[0] == '"' || text[0] == '\'' {
		if i = quoteEnd(text); i < 0 {
			return -1
		}
		if i < len(text) && text[i] == ':' && (i+1 == len(text) || text[i+1] == ' ') {
			return i
		}
		return -1
	}
	if text[0] == '[' || text[0] == '{' {
		return -1
	}
	for ; i < len(text); i++ {
		if text[i] == ':' && (i+1 == len(text) || text[i+1] == ' ') {
			return i
		}
	}
	return -1
}

// scalar reads a scalar or a flow sequence.
func scalar(n int, text string) Node {
	text = strings.Trim(text, " ")
	if text == "" {
		fail(n, "a value is missing")
	}
	switch text[0] {
	case '[':
		return flow(n, text)
	case '"', '\'':
		if quoteEnd(text) != len(text) {
			fail(n, "text after a closing quote")
		}
		return Node{Kind: Scalar, Line: n, Text: unquote(n, text), Quoted: true}
	case '{', '}', ']', ',', '&', '*', '!', '|', '>', '%', '@', '`', '?', '-', ':', '#':
		// Some of these may begin a plain scalar, depending on what follows.
		if (text[0] != '-' && text[0] != '?' && text[0] != ':') || len(text) == 1 || text[1] == ' ' {
			fail(n, "a value that begins with %c must be quoted", text[0])
		}
	}
	if strings.Contains(text, ": ") || strings.HasSuffix(text, ":") {
		fail(n, "a value with a colon must be quoted")
	}
	if text == "~" || text == "null" || text == "Null" || text == "NULL" {
		return Node{Line: n}
	}
	return Node{Kind: Scalar, Line: n, Text: text}
}

func flow(n int, text string) Node {
	node := Node{Kind: List, Line: n}
	rest := strings.TrimLeft(text[1:], " ")
	for rest != "" && rest[0] != ']' {
		var item string
		if rest[0] == '"' || rest[0] == '\'' {
			end := quoteEnd(rest)
			item, rest = rest[:end], rest[end:]
		} else {
			if rest[0] == '[' {
				fail(n, "a list in a list is not understood")
			}
			end := strings.IndexAny(rest, ",[]{}")
			if end < 0 {
				break
			}
			item, rest = rest[:end], rest[end:]
			if strings.ContainsAny(item, "?:") { // readers disagree about these here
				fail(n, "a value with a question mark or colon must be quoted in brackets")
			}
		}
		node.Items = append(node.Items, scalar(n, item))
		rest = strings.TrimLeft(rest, " ")
		if strings.HasPrefix(rest, ",") {
			rest = strings.TrimLeft(rest[1:], " ")
			continue
		}
		if !strings.HasPrefix(rest, "]") {
			fail(n, "want a comma or ] in the list")
		}
	}
	if rest != "]" {
		fail(n, "a list in brackets ends on its line, with ]")
	}
	return node
}

func unquote(n int, text string) string {
	inner := text[1 : len(text)-1]
	if text[0] == '\'' {
		return strings.ReplaceAll(inner, "''", "'")
	}
	var b strings.Builder
	for i := 0; i < len(inner); i++ {
		if inner[i] != '\\' {
			b.WriteByte(inner[i])
			continue
		}
		i++
		switch inner[i] {
		case '"', '\\':
			b.WriteByte(inner[i])
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		default:
			fail(n, "the escape %s is not understood", strconv.Quote(inner[i-1:i+1]))
		}
	}
	return b.String()
}
