package model

import "github.com/conclint/conclint/internal/access"

// An Effect is an access that a function makes, itself or in a callee, to a
// location that its callers can name.
type Effect struct {
	Path    *access.Path // from a parameter or a package variable
	Kind    AccessKind
	Content bool       // of the contents of the map, slice or object at Path
	Atomic  bool       // through sync/atomic
	Update  UpdateKind // of a write whose loss would be a wrong count
	Held    []LockOp   // taken by the function and its callees around the access
	// Away says that a goroutine makes the access which may still run when the
	// function has returned; Signals are what that goroutine gives at its end.
	Away    bool
	Signals []Signal
	Hop     Hop // the access
}

// Write reports whether the effect writes.
func (e *Effect) Write() bool { return e.Kind == WriteAccess }

// Accesses is the part of a summary that tells which memory of its callers a
// function reads and writes. It is no complete list: see the accesses wing for
// what is left out, as nothing that callers do could race with it.
type Accesses struct {
	Effects []Effect
}

// Neutral reports whether the summary says nothing.
func (s *Accesses) Neutral() bool { return len(s.Effects) == 0 }

// Updates reports whether the function changes something in a way that two calls
// at once would get wrong: then packages that call it matter for that alone.
func (s *Accesses) Updates() bool {
	for i := range s.Effects {
		if s.Effects[i].Update != NoUpdate {
			return true
		}
	}
	return false
}
