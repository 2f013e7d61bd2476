// Package text converts between places in a text as Go tools count them, in
// bytes, and as editors do, in lines and UTF-16 code units.
package text

import (
	"slices"
	"unicode/utf8"
)

// Position is a place as the Language Server Protocol has it: both from 0.
type Position struct {
	Line      int `json:"line"`
	Character int `json:"character"` // UTF-16 code units
}

// Before reports whether p comes before q.
func (p Position) Before(q Position) bool {
	return p.Line < q.Line || p.Line == q.Line && p.Character < q.Character
}

// Range is a span; End is behind its last character.
type Range struct {
	Start Position `json:"start"`
	End   Position `json:"end"`
}

// Touches reports whether two ranges have a place in common, be it an end.
func (r Range) Touches(o Range) bool { return !r.End.Before(o.Start) && !o.End.Before(r.Start) }

// Map knows the lines of a text.
type Map struct {
	data  []byte
	lines []int // where lines begin for editors: behind "\n", "\r\n" and "\r"
	rows  []int // where lines begin for Go: behind "\n"
}

// NewMap returns the map of a text, which must not change.
func NewMap(data []byte) *Map {
	m := &Map{data: data, lines: []int{0}, rows: []int{0}}
	for i, c := range data {
		switch {
		case c == '\n':
			m.lines, m.rows = append(m.lines, i+1), append(m.rows, i+1)
		case c == '\r' && (i+1 == len(data) || data[i+1] != '\n'):
			m.lines = append(m.lines, i+1)
		}
	}
	return m
}

// Data is the text.
func (m *Map) Data() []byte { return m.data }

// Position turns an offset in bytes into a position. What lies outside the
// text is moved to its end.
func (m *Map) Position(offset int) Position {
	offset = min(max(offset, 0), len(m.data))
	line, found := slices.BinarySearch(m.lines, offset)
	if !found {
		line--
	}
	return Position{line, units(m.data[m.lines[line]:offset])}
}

// At turns a line and a column of Go, both from 1, columns in bytes, into a
// position. A column of 0 is the first; one behind the line is its end.
func (m *Map) At(line, col int) Position {
	line = min(max(line, 1), len(m.rows))
	start, end := m.rows[line-1], len(m.data)
	if line < len(m.rows) {
		end = m.rows[line] - 1
		if end > start && m.data[end-1] == '\r' {
			end--
		}
	}
	return m.Position(min(start+max(col, 1)-1, end))
}

// Offset turns a position into an offset in bytes. A character behind the line
// is its end, a line behind the text the end of the text; the second half of a
// surrogate pair is taken for the first.
func (m *Map) Offset(p Position) int {
	if p.Line < 0 {
		return 0
	}
	if p.Line >= len(m.lines) {
		return len(m.data)
	}
	offset, end := m.lines[p.Line], len(m.data)
	if p.Line+1 < len(m.lines) {
		end = m.lines[p.Line+1]
	}
	for left := p.Character; left > 0 && offset < end; {
		if c := m.data[offset]; c == '\n' || c == '\r' {
			break
		}
		r, size := utf8.DecodeRune(m.data[offset:])
		left -= width(r)
		if left < 0 {
			break
		}
		offset += size
	}
	return offset
}

// Replace returns the text with a range replaced.
func (m *Map) Replace(r Range, with string) []byte {
	start, end := m.Offset(r.Start), m.Offset(r.End)
	end = max(start, end)
	return slices.Concat(m.data[:start], []byte(with), m.data[end:])
}

// units counts UTF-16 code units; a byte that is not UTF-8 counts as one.
func units(b []byte) (n int) {
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		n += width(r)
		b = b[size:]
	}
	return n
}

func width(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}
