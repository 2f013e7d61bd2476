package report

import (
	"fmt"
	"go/token"
	"strconv"
	"strings"
	"unicode"

	"github.com/conclint/conclint/internal/pattern"
)

// Step is one step of a witness: the interleaving that makes a finding real.
type Step struct {
	Goroutine string    // "G1", "G2", … in order of appearance, or "main"
	Func      string    // the function as the user names it: "(*Server).Serve"; may be empty
	Pos       token.Pos // where it happens; NoPos when that is in another package
	At        string    // "file.go:12" when the position is in another package, else empty
	Text      string    // what happens: "locks s.mu"
}

// The grammar of a step, as a related message:
//
//	step      = "[" number "] " goroutine [ " in " func ] [ " at " place ] ": " text
//	number    = "1" | "2" | …
//	goroutine = letters and digits
//	func      = a function's name, without ": " and " at "
//	place     = file ":" line, without spaces
//	text      = the rest of the line
//
// It reads well in an editor, which shows it as it is, and standalone output
// decodes it. A related message outside the grammar is not part of a witness.
var stepRE = pattern.New(`^\[([1-9][0-9]{0,5})\] ([0-9A-Za-z]+)(?: in ((?:[^ ]| )+?))?(?: at ([^ ]+:[0-9]+))?: (.*)$`)

// EncodeStep writes step number n (from 1) as a related message. Characters
// that the grammar cannot carry are replaced, see [CleanStep].
func EncodeStep(n int, s Step) string {
	s = CleanStep(s)
	var b strings.Builder
	fmt.Fprintf(&b, "[%d] %s", n, s.Goroutine)
	if s.Func != "" {
		b.WriteString(" in " + s.Func)
	}
	if s.At != "" {
		b.WriteString(" at " + s.At)
	}
	b.WriteString(": " + s.Text)
	return b.String()
}

// DecodeStep is the inverse of [EncodeStep]. The positions of the result are
// not set: they are those of the related entry.
func DecodeStep(message string) (n int, s Step, ok bool) {
	if strings.ContainsAny(message, "\n\r") {
		return 0, Step{}, false
	}
	m := stepRE.FindStringSubmatch(message)
	if m == nil {
		return 0, Step{}, false
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0, Step{}, false
	}
	s = Step{Goroutine: m[2], Func: m[3], At: m[4], Text: m[5]}
	// Only what the encoder writes is in the language: one text, one meaning.
	if CleanStep(s) != s || EncodeStep(n, s) != message {
		return 0, Step{}, false
	}
	return n, s, true
}

// CleanStep returns the step as the grammar carries it: white space in runs
// becomes one space, a goroutine is letters and digits ("G1" if nothing is
// left), a function loses what would end it early, and a place that is not
// "file:line" is moved to the text. The positions are dropped.
func CleanStep(s Step) Step {
	out := Step{Goroutine: keepAlnum(s.Goroutine), Func: oneLine(s.Func), At: oneLine(s.At), Text: oneLine(s.Text)}
	if out.Goroutine == "" {
		out.Goroutine = "G1"
	}
	for strings.Contains(out.Func, ": ") || strings.Contains(out.Func, " at ") {
		out.Func = strings.NewReplacer(": ", ":", " at ", "@").Replace(out.Func)
	}
	out.Func = strings.TrimRight(out.Func, ": ")
	if out.At != "" && !placeRE.MatchString(out.At) {
		out.Text = strings.TrimSpace(out.At + " " + out.Text)
		out.At = ""
	}
	return out
}

var placeRE = pattern.New(`^[^ ]*[^ :]:[0-9]+$`)

func keepAlnum(s string) string {
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return -1
	}, s)
}

// oneLine makes s valid UTF-8 on one line, with single spaces.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
}

// keyPrefix begins the related message that carries a finding's identity.
const keyPrefix = "finding id: "

// DecodeKey returns the identity that a related message carries, see [Diagnostic].Key.
func DecodeKey(message string) (key string, ok bool) {
	return strings.CutPrefix(message, keyPrefix)
}
