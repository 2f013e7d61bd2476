package model

// The flags of an effect on the wire.
const (
	effectWrites = 1 << iota
	effectContent
	effectAtomic
	effectAway
	effectHeld
	effectUpdate // and above: the kind of update
)

// Encode writes the effects in terms of the function's parameters.
func (s *Accesses) Encode(e *Encoder) {
	e.Uint(len(s.Effects))
	for i := range s.Effects {
		x := &s.Effects[i]
		e.Uint(x.flags())
		e.Path(x.Path)
		encodeHops(e, []Hop{x.Hop})
		if len(x.Held) > 0 {
			encodeOps(e, x.Held)
		}
		if x.Away {
			encodeSignals(e, x.Signals)
		}
	}
}

func (x *Effect) flags() int {
	flags := int(x.Update) * effectUpdate
	set := func(on bool, bit int) {
		if on {
			flags |= bit
		}
	}
	set(x.Write(), effectWrites)
	set(x.Content, effectContent)
	set(x.Atomic, effectAtomic)
	set(x.Away, effectAway)
	set(len(x.Held) > 0, effectHeld)
	return flags
}

// DecodeAccesses reads what [Accesses.Encode] wrote.
func DecodeAccesses(d *Decoder) *Accesses {
	s := new(Accesses)
	s.Effects = make([]Effect, d.Len())
	for i := range s.Effects {
		flags := d.Uint()
		x := Effect{
			Content: flags&effectContent != 0, Atomic: flags&effectAtomic != 0, Away: flags&effectAway != 0,
			Update: UpdateKind(flags / effectUpdate), Path: d.Path(), Hop: decodeHop(d),
		}
		if flags&effectWrites != 0 {
			x.Kind = WriteAccess
		}
		if flags&effectHeld != 0 {
			x.Held = decodeOps(d)
		}
		if x.Away {
			x.Signals = decodeSignals(d)
		}
		s.Effects[i] = x
	}
	return s
}
