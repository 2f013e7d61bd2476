package report

import (
	"strings"

	"github.com/conclint/conclint/internal/pattern"
)

// A Deed is what the goroutine of a step does, read back from the step's text
// for those who draw it. The words are those that analyzers use:
//
//	locks X, read-locks X                takes X, and holds it from here
//	locks X again                        the same
//	… waits to lock X …                  waits for X
//	locks X and waits for ever           waits for X
//	… without releasing X                leaves X locked
//	starts G2; … runs as G2              brings G2 to life
//	sends on c, G2 receives              meets G2
//	waits for the result of G2           waits for G2
//	…, and waits; … and waits for ever   waits
//	would end the wait here …            somebody waits for it
//	returns …                            its function ends
//	… panics                             the goroutine dies
//	reads, writes, increments, … x       touches memory
//
// All other texts are [Other] and say nothing that could be drawn.
type Deed struct {
	Verb   Verb
	Takes  string // the lock that it holds from here on
	Shared bool   // Takes is taken for reading
	Keeps  string // the lock that it leaves locked
	Starts string // the goroutine that it starts
	Meets  string // the goroutine that it deals with
	Waits  bool   // it does not get beyond this step
	For    string // the lock it waits for
	Helps  bool   // it would end the wait of another goroutine, named in a step before
}

// Verb is the kind of a deed.
type Verb uint8

// The verbs.
const (
	Other Verb = iota
	Lock
	Start
	Read
	Write
	Send
	Receive
	Close
	Call
	Return
	Panic
	Wait
)

var (
	takesRE  = pattern.New(`^(?:.*, holds |(read-)?locks )(\S+)`)
	waitsFor = pattern.New(`(?:^|[ ,])waits to lock (\S+)`)
	keepsRE  = pattern.New(`without releasing (\S+)$`)
	startsRE = pattern.New(`^starts ([0-9A-Za-z]+)$|which runs as ([0-9A-Za-z]+)$`)
	meetsRE  = pattern.New(`, (G[0-9]+) receives$|^waits for the result of (G[0-9]+)`)
	waitsRE  = pattern.New(`\bwaits for ever$|(?:,| )and waits(?: as long)?$|^waits for the result of |^waits in .* for as long as it takes$`)
)

// verbs says what the first word of a text means.
var verbs = map[string]Verb{
	"locks": Lock, "read-locks": Lock, "starts": Start, "registers": Start,
	"reads": Read, "loads": Read, "ranges": Receive,
	"writes": Write, "increments": Write, "decrements": Write, "updates": Write, "changes": Write, "tests": Write, "stores": Write,
	"sends": Send, "receives": Receive, "selects": Receive, "closes": Close,
	"calls": Call, "returns": Return, "waits": Wait,
}

// DeedOf reads the text of a step.
func DeedOf(text string) Deed {
	word, _, _ := strings.Cut(text, " ")
	d := Deed{Verb: verbs[strings.TrimSuffix(word, ",")]}
	if strings.HasSuffix(text, " panics") {
		d.Verb = Panic
	}
	d.Starts = either(startsRE.FindStringSubmatch(text))
	d.Meets = either(meetsRE.FindStringSubmatch(text))
	if m := keepsRE.FindStringSubmatch(text); m != nil {
		d.Keeps = m[1]
	}
	d.Helps = strings.HasPrefix(text, "would end the wait here")
	d.Waits = waitsRE.MatchString(text)
	if m := takesRE.FindStringSubmatch(text); m != nil {
		d.Takes, d.Shared = m[2], m[1] != ""
	}
	if m := waitsFor.FindStringSubmatch(text); m != nil {
		d.Waits, d.For = true, strings.TrimRight(m[1], ",")
	} else if d.Waits && d.Takes != "" {
		d.For, d.Takes = d.Takes, ""
	}
	return d
}

func either(m []string) string {
	if m == nil {
		return ""
	}
	return m[1] + m[2]
}
