package yaml

import (
	"testing"

	"github.com/stretchr/testify/assert"
	oracle "github.com/stretchr/testify/assert/yaml"
	"github.com/stretchr/testify/require"
)

// plain turns a node into the values that a YAML library makes, with every
// scalar as its text.
func plain(n Node) any {
	switch n.Kind {
	case Scalar:
		return n.Text
	case List:
		out := []any{}
		for _, item := range n.Items {
			out = append(out, plain(item))
		}
		return out
	case Map:
		out := map[string]any{}
		for _, p := range n.Pairs {
			out[p.Key] = plain(p.Value)
		}
		return out
	}
	return nil
}

const example = `# A comment.
strict: true   # another
disable: [relock/rlock, "racy*", 'it''s']
enable:
- a
-   b # c
paths:
  - path: internal/**
    disable:
      - all
  - path: "x: y # z"

    strict: false
empty:
severity:
    "heldwait": note
    url: http://example.com/#a
`

func TestParse(t *testing.T) {
	n, err := Parse([]byte(example))
	require.NoError(t, err)
	assert.Equal(t, map[string]any{
		"strict":   "true",
		"disable":  []any{"relock/rlock", "racy*", "it's"},
		"enable":   []any{"a", "b"},
		"paths":    []any{map[string]any{"path": "internal/**", "disable": []any{"all"}}, map[string]any{"path": "x: y # z", "strict": "false"}},
		"empty":    nil,
		"severity": map[string]any{"heldwait": "note", "url": "http://example.com/#a"},
	}, plain(n))
	assert.Equal(t, 7, n.Pairs[3].Line)
	assert.Equal(t, 8, n.Pairs[3].Value.Items[0].Line)
	assert.Equal(t, 10, n.Pairs[3].Value.Items[0].Pairs[1].Value.Line)
}

func TestErrors(t *testing.T) {
	for src, want := range map[string]string{
		"a: 1\na: 2":           "line 2: the key a stands here twice",
		"a:\n\tb: 1":           "line 2: use blanks, not tabs",
		"a: *x":                "line 1: a value that begins with * must be quoted",
		"a: &x 1":              "line 1: a value that begins with & must be quoted",
		"a: {b: 1}":            "line 1: a value that begins with { must be quoted",
		"a: {b}":               "line 1: a value that begins with { must be quoted",
		"a: |\n  text":         "line 1: a value that begins with | must be quoted",
		"a: [b, c":             "line 1: a list in brackets ends on its line, with ]",
		"a: [b, [c]]":          "line 1: a list in a list is not understood",
		"a: [b] c":             "line 1: a list in brackets ends on its line, with ]",
		"a: \"b":               "line 1: a quote is not closed on its line",
		"a: 'b' c":             "line 1: text after a closing quote",
		"a: b: c":              "line 1: a map begins on a line of its own",
		"a: 1\n  b: 2":         "line 2: the indentation fits nothing above",
		"a:\n    b: 1\n  c: 2": "line 3: the indentation fits nothing above",
		"a: 1\n- b":            "line 2: want a key and a colon",
		"a: 1\nb":              "line 2: want a key and a colon",
		"a: \"\\q\"":           `line 1: the escape "\\q" is not understood`,
		"a: 1\n---\nb: 2":      "line 2: only one document, without directives, is understood",
		"- - a":                "line 1: a list in a list is not understood",
		"a: - b":               "line 1: a list begins on a line of its own",
		"a: \x00":              `line 1: the character '\x00' does not belong here`,
	} {
		_, err := Parse([]byte(src))
		if assert.Error(t, err, src) {
			assert.Equal(t, want, err.Error(), src)
		}
	}
}

func TestTypedValues(t *testing.T) {
	n, err := Parse([]byte("a: true\nb: \"true\"\nc: [x]\nd: x\ne: yes\nf: [[]]"))
	require.Error(t, err)
	n, err = Parse([]byte("a: true\nb: \"true\"\nc: [x]\nd: x\ne: yes\nf:\n  g: 1"))
	require.NoError(t, err)
	v := func(i int) Node { return n.Pairs[i].Value }
	b, err := v(0).Bool()
	assert.True(t, b)
	assert.NoError(t, err)
	_, err = v(1).Bool()
	assert.EqualError(t, err, "line 2: want true or false")
	_, err = v(4).Bool()
	assert.EqualError(t, err, "line 5: want true or false")
	for _, i := range []int{2, 3} {
		s, err := v(i).Strings()
		assert.NoError(t, err)
		assert.Equal(t, "x", s[0].Text)
	}
	_, err = v(5).Strings()
	assert.Error(t, err)
}

// Whatever is accepted means the same to a real YAML reader.
func FuzzAgreesWithYAML(f *testing.F) {
	for _, s := range []string{
		example, "", "a: 1", "- a\n- b", "a:\n- b\nc: d", "'a b': c", "---\na: b", "a: [,]", "a: [b,]", "a: -1", "? a", "a: b#c", "a: 'b''c'",
		"a: \"b\\n\"", "x", "a:\n  - b: c\n    d: e", "a: \"b\" # c", "-", "- \n  a: b", "a: [b , c ]", "a :b", "a : b", "\ufeffa: b", "a: ~", "a: [ ]", "0:\n00: 000000",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		n, err := Parse([]byte(src))
		if err != nil {
			return
		}
		var want any
		require.NoError(t, oracle.Unmarshal([]byte(src), &want), "%q", src)
		require.True(t, agree(n, want), "%q is %#v", src, want)
	})
}

// agree compares with the values of a library, which decides types by itself:
// a plain scalar may be a number or a date to it, and so may a key.
func agree(n Node, want any) bool {
	switch want := want.(type) {
	case nil:
		return n.Kind == Null
	case map[string]any:
		if n.Kind != Map || len(n.Pairs) != len(want) {
			return false
		}
		for _, p := range n.Pairs {
			if v, ok := want[p.Key]; !ok || !agree(p.Value, v) {
				return false
			}
		}
		return true
	case map[any]any:
		return n.Kind == Map && len(n.Pairs) >= len(want) // 0 and 00 are one key to it; names are texts here
	case []any:
		if n.Kind != List || len(n.Items) != len(want) {
			return false
		}
		for i, v := range want {
			if !agree(n.Items[i], v) {
				return false
			}
		}
		return true
	case string:
		return n.Kind == Scalar && n.Text == want
	}
	return n.Kind == Scalar && !n.Quoted
}
