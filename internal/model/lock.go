package model

import (
	"go/token"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
)

// A LockOp is a lock in a mode: held, taken or released.
type LockOp struct {
	Path *access.Path
	Mode api.Mode
}

// A Hop is one call or acquisition on the way to an effect.
type Hop struct {
	Func string    // the function in which it happens, as a user writes it: "(*Store).Close"
	At   string    // "file.go:12"
	Pos  token.Pos // only for hops in the package under analysis
}

// Val is what is known of a value: the outcome of a test.
type Val struct {
	Kind ValKind
	N    int64 // of Eq and Neq
}

// ValKind classifies a [Val].
type ValKind uint8

// What can be known of a value. The zero value is nothing.
const (
	NoVal ValKind = iota
	True
	False
	Nil
	NonNil
	Eq  // equals the constant numbered N
	Neq // differs from the constant numbered N
)

// Not is the opposite of v.
func (v Val) Not() Val {
	switch v.Kind {
	case True:
		return Val{Kind: False}
	case False:
		return Val{Kind: True}
	case Nil:
		return Val{Kind: NonNil}
	case NonNil:
		return Val{Kind: Nil}
	case Eq:
		return Val{Kind: Neq, N: v.N}
	case Neq:
		return Val{Kind: Eq, N: v.N}
	}
	return Val{}
}

// Contradicts reports whether v and w cannot hold of one value at once.
func (v Val) Contradicts(w Val) bool {
	if v.Kind == NoVal || w.Kind == NoVal {
		return false
	}
	if v.Kind == Eq && w.Kind == Eq {
		return v.N != w.N
	}
	return v == w.Not()
}

// Implies reports whether v makes w certain.
func (v Val) Implies(w Val) bool {
	return v == w || v.Kind == Eq && w.Kind == Neq && v.N != w.N
}

// When says at which moment a [Cond] looks at its subject.
type When uint8

// Conditions on entry decide whether an outcome is possible; conditions on exit
// tell the caller something about results.
const (
	OnEntry When = iota
	OnExit
)

// A Cond ties an outcome to a value that the caller can see.
type Cond struct {
	When   When
	Result bool         // the subject is result Index (on exit)
	Index  int          // otherwise parameter Index (on entry) …
	Path   *access.Path // … unless Path is set: a captured variable or a parameter's field
	Val    Val
}

// An Outcome is one way in which a function can leave the locks.
type Outcome struct {
	Acquired []LockOp
	Released []LockOp
	Conds    []Cond
}

// Neutral reports whether the outcome changes no lock.
func (o *Outcome) Neutral() bool { return len(o.Acquired) == 0 && len(o.Released) == 0 }

// A Take is a lock that a function acquires at some time, itself or in a callee,
// whether or not it still holds it when it returns.
type Take struct {
	LockOp
	Chain  []Hop    // outermost call first; the last hop is the acquisition
	Before []LockOp // locks of the caller that were given up before it
	Conds  []Cond   // on entry
	Weak   bool     // reached through an interface or a function field
	Once   bool     // a sync.Once, not a lock
}

// A ParamCall is a call of a function-typed parameter.
type ParamCall struct {
	Param  int
	Held   []LockOp
	Before []LockOp // locks of the caller that are given up around it
	Chain  []Hop
}

// A Blocking is an operation that may wait for something else, directly in a function.
type Blocking struct {
	Op     api.Op       // WgWait, CondWait, Sleep, Block …; NoOp for channel operations
	What   string       // "receive from s.done", "net.Dial"
	Kind   api.Blocking // of Block
	Bound  api.Bound    // of Block: what may limit it
	Path   *access.Path // channel, wait group or condition, nil if none
	Before []LockOp     // locks of the caller that are given up around it
	Conds  []Cond       // on entry
	Hop    Hop
}

// An Init says that field Field of the new object in result Result was set to
// the location Path, a parameter's or a global.
type Init struct {
	Result int
	Field  string
	Path   *access.Path
}

// Locks is the part of a summary that tells what a function does to locks.
// The zero value is a function that does nothing to them.
type Locks struct {
	Outcomes []Outcome
	Takes    []Take
	Calls    []ParamCall
	Blocks   []Blocking
	// Returns holds, per result, the location that the result is, if it is
	// reachable from a parameter or global: getters of locks and of their owners.
	Returns []*access.Path
	// Inits tells what fields of new objects among the results were set to.
	Inits []Init
	// Fresh marks results that are newly allocated and not published: constructors.
	Fresh []bool
}

// Neutral reports whether the summary says nothing.
func (l *Locks) Neutral() bool {
	if len(l.Takes) > 0 || len(l.Calls) > 0 || len(l.Blocks) > 0 {
		return false
	}
	for i := range l.Outcomes {
		// An outcome with conditions alone says that the function returns only then.
		if !l.Outcomes[i].Neutral() || len(l.Outcomes[i].Conds) > 0 {
			return false
		}
	}
	for _, r := range l.Returns {
		if r != nil {
			return false
		}
	}
	for _, f := range l.Fresh {
		if f {
			return false
		}
	}
	return true
}
