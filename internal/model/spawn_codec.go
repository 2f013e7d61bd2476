package model

// Encode writes the summary in terms of the function's parameters. Signals and
// waits on locations that callers cannot name are dropped: nobody could answer them.
func (s *Spawns) Encode(e *Encoder) {
	e.Uint(len(s.Runs))
	for i := range s.Runs {
		r := &s.Runs[i]
		e.Uint(r.Param)
		e.Uint(int(r.Kind))
		e.Bool(r.Many)
		e.Bool(r.Joined)
		e.Bool(r.Waited)
		e.Bool(r.Shields)
		encodeSignals(e, r.Signals)
		encodeHops(e, r.Chain)
	}
	encodeSignals(e, s.Signals)
	e.Uint(len(s.Awaits))
	for i := range s.Awaits {
		a := &s.Awaits[i]
		e.Uint(int(a.Op))
		e.Path(a.Path)
		encodeHops(e, []Hop{a.Hop})
	}
}

func encodeSignals(e *Encoder, list []Signal) {
	e.Uint(len(list))
	for i := range list {
		g := &list[i]
		e.Uint(int(g.Op))
		e.Path(g.Path)
		e.Bool(g.Every)
		e.Bool(g.Deferred)
		encodeHops(e, []Hop{g.Hop})
	}
}

// DecodeSpawns reads what [Spawns.Encode] wrote.
func DecodeSpawns(d *Decoder) *Spawns {
	s := new(Spawns)
	s.Runs = make([]ParamSpawn, d.Len())
	for i := range s.Runs {
		s.Runs[i] = ParamSpawn{Param: d.Uint(), Kind: SpawnKind(d.Uint()), Many: d.Bool(), Joined: d.Bool(), Waited: d.Bool(), Shields: d.Bool(), Signals: decodeSignals(d), Chain: decodeHops(d)}
	}
	s.Signals = decodeSignals(d)
	s.Awaits = make([]Await, d.Len())
	for i := range s.Awaits {
		s.Awaits[i] = Await{Op: SignalOp(d.Uint()), Path: d.Path(), Hop: decodeHop(d)}
	}
	return s
}

func decodeSignals(d *Decoder) []Signal {
	list := make([]Signal, d.Len())
	for i := range list {
		list[i] = Signal{Op: SignalOp(d.Uint()), Path: d.Path(), Every: d.Bool(), Deferred: d.Bool(), Hop: decodeHop(d)}
	}
	return list
}

func decodeHop(d *Decoder) Hop {
	if hops := decodeHops(d); len(hops) == 1 {
		return hops[0]
	}
	return Hop{}
}
