package model

// A Summary is what the callers of a function need to know of it: one part per
// wing of the engine, nil where the function does nothing of that kind.
type Summary struct {
	Locks    *Locks
	Spawns   *Spawns
	Timeouts *Timeouts
	Accesses *Accesses
}

// Neutral reports whether the summary says nothing; such functions have no fact.
func (s *Summary) Neutral() bool {
	return s.OnlyAccesses() && (s.Accesses == nil || s.Accesses.Neutral())
}

// OnlyAccesses reports whether the function does nothing to locks, goroutines and waits.
func (s *Summary) OnlyAccesses() bool {
	return (s.Locks == nil || s.Locks.Neutral()) && (s.Spawns == nil || s.Spawns.Neutral()) && (s.Timeouts == nil || s.Timeouts.Neutral())
}

// The parts of a summary on the wire. Numbers are never reused.
const (
	partEnd = iota
	partLocks
	partSpawns
	partTimeouts
	partAccesses
)

// Encode writes the parts that say something.
func (s *Summary) Encode(e *Encoder) {
	if s.Locks != nil && !s.Locks.Neutral() {
		e.Uint(partLocks)
		s.Locks.Encode(e)
	}
	if s.Spawns != nil && !s.Spawns.Neutral() {
		e.Uint(partSpawns)
		s.Spawns.Encode(e)
	}
	if s.Timeouts != nil && !s.Timeouts.Neutral() {
		e.Uint(partTimeouts)
		s.Timeouts.Encode(e)
	}
	if s.Accesses != nil && !s.Accesses.Neutral() {
		e.Uint(partAccesses)
		s.Accesses.Encode(e)
	}
	e.Uint(partEnd)
}

// DecodeSummary reads what [Summary.Encode] wrote; ask the decoder for errors.
func DecodeSummary(d *Decoder) *Summary {
	s := new(Summary)
	for d.Err() == nil {
		switch part := d.Uint(); part {
		case partEnd:
			return s
		case partLocks:
			s.Locks = DecodeLocks(d)
		case partSpawns:
			s.Spawns = DecodeSpawns(d)
		case partTimeouts:
			s.Timeouts = DecodeTimeouts(d)
		case partAccesses:
			s.Accesses = DecodeAccesses(d)
		default:
			d.fail("part %d", part)
		}
	}
	return s
}
