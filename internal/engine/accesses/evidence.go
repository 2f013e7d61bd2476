package accesses

import (
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
)

// Thresholds of evidence, from reports read on public servers. An access of the
// receiver's own field compares like with like. One through another object may
// follow rules of that object that the counts do not show, and needs more.
const (
	ownRatio, ownHeld     = 0.75, 3
	otherRatio, otherHeld = 0.95, 10
	namedRatio            = 0.6
	contentRatio          = 0.6
)

// Sure reports whether the evidence against a site is strong: the share of
// guarded accesses, a lock named after the field, or the function's own critical
// section right beside.
func (a *Analysis) Sure(g *Guard, s *Site) bool {
	if s.Call != nil {
		return a.takes(s.Call.Parent(), g.Lock) || s.Write() && ofReceiver(s)
	}
	beside := a.takes(s.Fn, g.Lock)
	switch {
	case g.Held >= minHeld && beside && g.Ratio() >= minRatio:
		return true
	case dedicated(g.Lock, g.Field):
		return g.Ratio() >= namedRatio && g.Held >= minHeld
	case g.Content:
		return g.Ratio() >= contentRatio || beside
	case s.Base == nil, ofReceiver(s):
		return g.Ratio() >= ownRatio && g.Held >= ownHeld
	}
	return g.Ratio() >= otherRatio && g.Held >= otherHeld
}

// ofReceiver reports whether the field is the receiver's own or that of a type it
// embeds, not of an object behind it.
func ofReceiver(s *Site) bool {
	root := s.Base.RootPath().Root()
	fn, ok := root.Owner.(*ssa.Function)
	embedded := s.Base.Depth() == 1 && strings.EqualFold(s.Base.Selector(), ownerName(s))
	return ok && (s.Base.Depth() == 0 || embedded) && root.Kind == access.Param && root.Index == 0 && fn.Signature.Recv() != nil
}

// dedicated reports whether a lock is named exactly after a field: lgMu beside lg
// has no other purpose.
func dedicated(lock, field access.Class) bool {
	l := strings.Trim(strings.NewReplacer("mutex", "", "lock", "", "rwmu", "", "mtx", "", "mu", "").Replace(lastName(lock)), "_")
	f := lastName(field)
	return len(l) >= 2 && (l == f || l+"s" == f || l == f+"s")
}

// SureCall reports whether the evidence against a call of a function that expects
// a lock is strong: the name says so, or it is the receiver's own lock.
func (u *UnlockedCall) SureCall() bool {
	if namedLocked(u.Callee.Name()) {
		return true
	}
	recv := u.Callee.Signature.Recv()
	if recv == nil {
		return false
	}
	n := access.NamedOf(recv.Type())
	return n != nil && strings.HasPrefix(string(u.Lock), string(access.TypeClass(n))+".")
}
