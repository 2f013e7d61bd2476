package skeleton

import (
	"github.com/conclint/conclint/internal/explore"
)

// Category says whose finding one is.
type Category uint8

// The categories. A mutex in a cycle with other waits makes a finding one about
// waits under a lock; cycles of locks alone belong to the lock analyses, which
// see them without exploring.
const (
	Locks Category = iota
	ChanStuck
	ChanClose
	WaitGroup
	Cond
	HeldWait
)

// Category classifies the finding by what the goroutine in front waits for.
func (f *Finding) Category() Category {
	switch f.Kind {
	case explore.DoubleClose, explore.SendClosed, explore.CloseNil:
		return ChanClose
	case explore.NegativeCounter, explore.AddRacesWait:
		return WaitGroup
	case explore.UnlockUnlocked:
		return Locks
	}
	first := &f.Blocked[0]
	locks, cyclic := false, false
	for i := range f.Blocked {
		b := &f.Blocked[i]
		switch b.Instr.Op {
		case explore.OpLock, explore.OpOnceBegin:
			locks = true
		default:
			cyclic = cyclic || b.PartnerStuck
		}
	}
	switch first.Instr.Op {
	case explore.OpLock, explore.OpOnceBegin:
		if cyclic {
			return HeldWait
		}
		return Locks
	}
	if locks && first.PartnerStuck {
		return HeldWait
	}
	switch first.Instr.Op {
	case explore.OpWait:
		return WaitGroup
	case explore.OpCondPark:
		return Cond
	}
	return ChanStuck
}

// Assumed reports whether the finding rests on an assumption that its reader may
// reject: the size of something unknown, a scope followed in slices only, a key that is missing from a map, a callback that who took it does not call, a field that is nil
// only when a condition holds, or a client that uses an object after it has begun to shut it down, or shuts it down
// twice.
func (f *Finding) Assumed() bool {
	if f.GuessedBound || f.Sliced || f.Handed || f.Unset || f.Evidence&(explore.EvMapAbsent|explore.EvUncounted) != 0 {
		return true
	}
	switch f.Kind {
	case explore.NegativeCounter:
		if f.Evidence&explore.EvInexact != 0 {
			return true
		}
	case explore.SendClosed, explore.DoubleClose:
		if f.Evidence&explore.EvForeignWait != 0 {
			return true // what it waited for may keep the two apart
		}
	}
	if !f.Client {
		return false
	}
	return f.Kind != explore.Stuck || f.AfterClose || f.Twice
}

// Of lists the findings of a category in source order.
func (a *Analysis) Of(c Category) []*Finding {
	var out []*Finding
	for i := range a.Findings {
		if f := &a.Findings[i]; f.Category() == c {
			out = append(out, f)
		}
	}
	return out
}
