package model

import "github.com/conclint/conclint/internal/api"

// Reach says how far a wait is limited: by what its context, request, client,
// connection or command carries.
type Reach uint8

// The limits, ordered by nothing: Join decides.
const (
	Unclear  Reach = iota // not known; nothing may be claimed
	Endless               // certainly no limit: context.Background(), a zero http.Client
	Cancels               // ends when somebody cancels it
	Deadline              // ends at a time at the latest
	ByParam               // whatever parameter Param carries
)

// A Limit is what limits the waits of a value. The zero value says nothing.
type Limit struct {
	Reach Reach
	Param int // of ByParam
}

// Join is the limit of a value that is either l or m. It is associative,
// commutative and idempotent; Unclear absorbs all.
func (l Limit) Join(m Limit) Limit {
	switch {
	case l == m:
		return l
	case l.Reach == Unclear || m.Reach == Unclear:
		return Limit{}
	case l.bounded() && m.bounded():
		return Limit{Reach: Cancels} // the weaker of the two
	}
	return Limit{}
}

// Tighten is the limit of a wait that both l and m limit, such as a request
// sent by a client: the tighter decides.
func (l Limit) Tighten(m Limit) Limit {
	switch {
	case l == m:
		return l
	case l.Reach == Deadline || m.Reach == Deadline:
		return Limit{Reach: Deadline}
	case l.Reach == Cancels || m.Reach == Cancels:
		return Limit{Reach: Cancels}
	case l.Reach == Endless:
		return m
	case m.Reach == Endless:
		return l
	}
	return Limit{}
}

func (l Limit) bounded() bool { return l.Reach == Cancels || l.Reach == Deadline }

// An ExternalWait is a wait on something outside the program that only a
// parameter of the function can limit.
type ExternalWait struct {
	Param int          // the context, request, client or connection
	Kind  api.Blocking // what is waited for
	What  string       // "http.Client.Do"
	Chain []Hop        // outermost call first; the last hop is the wait
}

// Timeouts is the part of a summary that tells what a function's waits on the
// outside are limited by. The zero value is a function without such waits.
type Timeouts struct {
	Waits   []ExternalWait
	Results []Limit // per result: what limits the context, request, client or connection it is
	Sets    []int   // parameters that the function gives a limit: a deadline, a timeout field
	Echoes  bool    // the only error that the function returns is that its context has ended
}

// Neutral reports whether the summary says nothing.
func (t *Timeouts) Neutral() bool {
	if len(t.Waits) > 0 || len(t.Sets) > 0 || t.Echoes {
		return false
	}
	for _, r := range t.Results {
		if r.Reach != Unclear {
			return false
		}
	}
	return true
}
