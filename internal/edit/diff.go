package edit

import (
	"bytes"
	"fmt"
	"strings"
)

// context is how many unchanged lines a diff shows around a change.
const context = 3

// Unified returns the difference of two texts in unified format, or "" if they
// are equal. Lines that occur once in both anchor the comparison (patience
// diff); between anchors it is a longest common subsequence, quadratic in the
// number of changed lines, which in fixes are few.
func Unified(oldName, newName string, a, b []byte) string {
	if bytes.Equal(a, b) {
		return ""
	}
	x, y := splitLines(a), splitLines(b)
	ops := compare(x, y)
	var out strings.Builder
	fmt.Fprintf(&out, "--- %s\n+++ %s\n", oldName, newName)
	for _, h := range hunks(ops) {
		h.write(&out)
	}
	return out.String()
}

func splitLines(s []byte) []string {
	var out []string
	for l := range bytes.Lines(s) {
		out = append(out, string(l))
	}
	return out
}

// op is one line of a comparison: kind ' ', '-' or '+'.
type op struct {
	kind byte
	text string
}

// compare lists the lines of both texts in order.
func compare(x, y []string) []op {
	var ops []op
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		ops = append(ops, op{' ', x[0]})
		x, y = x[1:], y[1:]
	}
	var tail []op
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		tail = append(tail, op{' ', x[len(x)-1]})
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	ops = append(ops, middle(x, y)...)
	for i := len(tail) - 1; i >= 0; i-- {
		ops = append(ops, tail[i])
	}
	return ops
}

// middle compares texts that differ at both ends.
func middle(x, y []string) []op {
	if i, j, ok := anchor(x, y); ok {
		return append(append(compare(x[:i], y[:j]), op{' ', x[i]}), compare(x[i+1:], y[j+1:])...)
	}
	// lcs[i][j] is the length of the longest common subsequence of x[i:] and y[j:].
	lcs := make([][]int, len(x)+1)
	for i := range lcs {
		lcs[i] = make([]int, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				lcs[i][j] = lcs[i+1][j+1] + 1
			} else {
				lcs[i][j] = max(lcs[i+1][j], lcs[i][j+1])
			}
		}
	}
	var ops []op
	i, j := 0, 0
	for i < len(x) || j < len(y) {
		switch {
		case i < len(x) && j < len(y) && x[i] == y[j]:
			ops = append(ops, op{' ', x[i]})
			i, j = i+1, j+1
		case j == len(y) || i < len(x) && lcs[i+1][j] >= lcs[i][j+1]:
			ops = append(ops, op{'-', x[i]})
			i++
		default:
			ops = append(ops, op{'+', y[j]})
			j++
		}
	}
	return ops
}

// anchor finds, nearest to the middle of x, a line that occurs once in both texts.
func anchor(x, y []string) (int, int, bool) {
	if len(x)*len(y) < 1<<16 {
		return 0, 0, false // small enough to compare exactly
	}
	count := func(lines []string) map[string]int {
		m := map[string]int{}
		for _, l := range lines {
			m[l]++
		}
		return m
	}
	inX, inY := count(x), count(y)
	at := map[string]int{}
	for j, l := range y {
		at[l] = j
	}
	best := -1
	for i, l := range x {
		if inX[l] == 1 && inY[l] == 1 && (best < 0 || distance(i, len(x)/2) < distance(best, len(x)/2)) {
			best = i
		}
	}
	if best < 0 {
		return 0, 0, false
	}
	return best, at[x[best]], true
}

func distance(a, b int) int { return max(a-b, b-a) }

// hunk is a run of changes with its context. Lines count from 0.
type hunk struct {
	oldStart, newStart int
	ops                []op
}

func hunks(ops []op) []hunk {
	var out []hunk
	var cur *hunk
	oldLine, newLine, quiet := 0, 0, 0
	for i, o := range ops {
		if o.kind != ' ' {
			if cur == nil {
				lead := min(context, i)
				if len(out) > 0 {
					lead = min(lead, quiet)
				}
				out = append(out, hunk{oldLine - lead, newLine - lead, append([]op(nil), ops[i-lead:i]...)})
				cur = &out[len(out)-1]
			}
			quiet = 0
		} else {
			quiet++
		}
		if cur != nil {
			cur.ops = append(cur.ops, o)
			if quiet > 2*context { // too far for one hunk
				cur.ops = cur.ops[:len(cur.ops)-quiet+context]
				quiet -= context
				cur = nil
			}
		}
		if o.kind != '+' {
			oldLine++
		}
		if o.kind != '-' {
			newLine++
		}
	}
	if cur != nil && quiet > context {
		cur.ops = cur.ops[:len(cur.ops)-quiet+context]
	}
	return out
}

func (h hunk) write(out *strings.Builder) {
	oldCount, newCount := 0, 0
	for _, o := range h.ops {
		if o.kind != '+' {
			oldCount++
		}
		if o.kind != '-' {
			newCount++
		}
	}
	fmt.Fprintf(out, "@@ -%s +%s @@\n", lines(h.oldStart, oldCount), lines(h.newStart, newCount))
	for _, o := range h.ops {
		out.WriteByte(o.kind)
		out.WriteString(o.text)
		if !strings.HasSuffix(o.text, "\n") {
			out.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

// lines is a range as hunks name it: an empty one by the line before it.
func lines(start, count int) string {
	switch count {
	case 0:
		return fmt.Sprintf("%d,0", start)
	case 1:
		return fmt.Sprint(start + 1)
	}
	return fmt.Sprintf("%d,%d", start+1, count)
}
