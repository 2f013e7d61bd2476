package text

import (
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
)

func TestPositions(t *testing.T) {
	// a: 1 byte, 1 unit; ä: 2 and 1; €: 3 and 1; 🧵: 4 and 2.
	m := NewMap([]byte("aä€🧵x\r\nb\n\nc"))
	for _, c := range []struct {
		offset int
		want   Position
	}{
		{0, Position{0, 0}}, {1, Position{0, 1}}, {3, Position{0, 2}}, {6, Position{0, 3}}, {10, Position{0, 5}}, {11, Position{0, 6}},
		{13, Position{1, 0}}, {14, Position{1, 1}}, {15, Position{2, 0}}, {16, Position{3, 0}}, {17, Position{3, 1}},
	} {
		assert.Equal(t, c.want, m.Position(c.offset), "%d", c.offset)
		assert.Equal(t, c.offset, m.Offset(c.want), "%v", c.want)
	}
	assert.Equal(t, 6, m.Offset(Position{0, 4}), "inside a surrogate pair")
	assert.Equal(t, 11, m.Offset(Position{0, 99}), "behind the line")
	assert.Equal(t, 15, m.Offset(Position{2, 7}), "behind an empty line")
	assert.Equal(t, 17, m.Offset(Position{9, 0}), "behind the text")
	assert.Equal(t, 0, m.Offset(Position{-1, 4}))
	assert.Equal(t, Position{3, 1}, m.Position(1000))
	assert.Equal(t, Position{0, 0}, m.Position(-1))
}

func TestAt(t *testing.T) {
	m := NewMap([]byte("x := \"🧵\" + y\r\nz\n"))
	assert.Equal(t, Position{0, 12}, m.At(1, 15), "y, behind a thread of four bytes")
	assert.Equal(t, Position{0, 13}, m.At(1, 99), "the end of the line, before its \\r")
	assert.Equal(t, Position{1, 0}, m.At(2, 0), "no column")
	assert.Equal(t, Position{2, 0}, m.At(77, 1), "no such line")
	// A lone \r ends a line for editors, not for Go.
	m = NewMap([]byte("a\rb\nc"))
	assert.Equal(t, Position{1, 0}, m.At(1, 3))
	assert.Equal(t, Position{2, 0}, m.At(2, 1))
	assert.Equal(t, Position{}, NewMap(nil).At(1, 1))
}

func TestReplace(t *testing.T) {
	m := NewMap([]byte("one\r\ntwö\r\n"))
	assert.Equal(t, "one\r\ntwö!\r\n", string(m.Replace(Range{Position{1, 3}, Position{1, 3}}, "!")))
	assert.Equal(t, "onö\r\n", string(m.Replace(Range{Position{0, 2}, Position{1, 2}}, "")))
	assert.Equal(t, "one\r\ntwö\r\nx", string(m.Replace(Range{Position{2, 0}, Position{2, 0}}, "x")))
	assert.Equal(t, "oxne\r\ntwö\r\n", string(m.Replace(Range{Position{0, 1}, Position{0, 0}}, "x")), "a range that ends before it begins")
}

func TestTouches(t *testing.T) {
	r := func(a, b, c, d int) Range { return Range{Position{a, b}, Position{c, d}} }
	assert.True(t, r(0, 0, 0, 5).Touches(r(0, 5, 0, 5)))
	assert.True(t, r(1, 0, 3, 0).Touches(r(2, 7, 2, 9)))
	assert.False(t, r(0, 0, 0, 5).Touches(r(0, 6, 1, 0)))
	assert.False(t, r(2, 0, 2, 1).Touches(r(1, 0, 1, 9)))
}

// There and back again, whatever the text; and units are those of UTF-16.
func FuzzRoundTrip(f *testing.F) {
	f.Add("a\r\n🧵\rb\n\xff\xfe", 3)
	f.Fuzz(func(t *testing.T, s string, at int) {
		m := NewMap([]byte(s))
		for i := range s { // only where characters begin
			p := m.Position(i)
			back := m.Offset(p)
			if back != i && !(i > 0 && s[i] == '\n' && s[i-1] == '\r' && back == i-1) {
				t.Fatalf("%q: %d is %v is %d", s, i, p, back)
			}
		}
		assert.Equal(t, len(utf16.Encode([]rune(s))), units([]byte(s)))
		p := m.At(at, at)
		assert.LessOrEqual(t, p.Line, len(m.lines))
		m.Replace(Range{p, m.Position(at)}, s)
	})
}
