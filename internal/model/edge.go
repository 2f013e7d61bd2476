package model

import (
	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
)

// A Gate is a lock held around both acquisitions of an edge: two goroutines that
// both hold it cannot be at the two edges of a cycle at once.
type Gate struct {
	Class access.Class
	Mode  api.Mode
}

// An Edge of the lock order says that To was taken while From was held.
type Edge struct {
	From, To         access.Class
	FromMode, ToMode api.Mode
	FromName, ToName string // in the user's own names, at the function where both meet
	Func             string // the function that holds From
	Outer            []Hop  // from Func down to the acquisition of From
	Inner            []Hop  // from Func down to the acquisition of To
	Gates            []Gate
	Weak             bool // reached through an interface or a function field
	Same             bool // two instances of one class
}

// An ImportedEdge is an edge of another package, with the direct imports whose
// facts bring it in, sorted.
type ImportedEdge struct {
	Edge
	Imports []string
}

// Gated reports whether a common gate excludes the two edges from running at
// once; a gate taken for reading on both sides excludes nothing.
func Gated(a, b *Edge) bool {
	for _, g := range a.Gates {
		for _, h := range b.Gates {
			if g.Class == h.Class && (g.Mode == api.Write || h.Mode == api.Write) {
				return true
			}
		}
	}
	return false
}
