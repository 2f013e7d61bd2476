package edit

import "bytes"

// Changes returns edits of whole lines that turn a into b, in order: for those
// who change a text in place, and keep cursors and marks in lines that stay.
func Changes(a, b []byte) []Text {
	if bytes.Equal(a, b) {
		return nil
	}
	var out []Text
	offset, open := 0, false // open: the last edit may still grow
	for _, o := range compare(splitLines(a), splitLines(b)) {
		if o.kind == ' ' {
			offset += len(o.text)
			open = false
			continue
		}
		if !open {
			out = append(out, Text{Start: offset, End: offset})
			open = true
		}
		last := &out[len(out)-1]
		if o.kind == '-' {
			offset += len(o.text)
			last.End = offset
		} else {
			last.New += o.text
		}
	}
	return out
}
