package model

import (
	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
)

// AccessKind says what an access does to a location.
type AccessKind uint8

// The kinds of accesses.
const (
	ReadAccess AccessKind = iota
	WriteAccess
)

// UpdateKind says how a write depends on what was read before.
type UpdateKind uint8

// The kinds of updates: a lost one is what racycounter is about.
const (
	NoUpdate UpdateKind = iota
	IncDec              // x++, x--
	OpAssign            // x += y, x = f(x)
	CheckSet            // if x is … { x = … }
)

// CommonLock is a lock that keeps two accesses apart: held at both, by at least
// one for writing. Locks that have no name where the two meet are compared by
// class, which errs on the side of silence.
func CommonLock(a, b []LockOp) (LockOp, bool) {
	for _, p := range a {
		for _, q := range b {
			if p.Mode != api.Write && q.Mode != api.Write {
				continue
			}
			if p.Path == q.Path && (p.Path.Exact() || p.Path.Class() != "") {
				return p, true
			}
			unknown := p.Path.Root().Kind == access.Unknown || q.Path.Root().Kind == access.Unknown
			if unknown && p.Path.Class() != "" && p.Path.Class() == q.Path.Class() {
				return p, true
			}
		}
	}
	return LockOp{}, false
}
