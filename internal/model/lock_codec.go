package model

import "github.com/conclint/conclint/internal/api"

// maxExported bounds the takes of an exported summary; the shortest chains are kept.
const maxExported = 24

// Encode writes the summary in terms of the function's parameters. Conditions
// on captured variables are dropped with the outcome or take they restrict,
// unless the outcome holds without them.
func (l *Locks) Encode(e *Encoder) {
	e.Uint(len(l.Outcomes))
	for i := range l.Outcomes {
		o := &l.Outcomes[i]
		encodeOps(e, o.Acquired)
		encodeOps(e, o.Released)
		encodeConds(e, o.Conds)
	}
	takes := l.Takes
	if len(takes) > maxExported {
		takes = takes[:maxExported]
	}
	e.Uint(len(takes))
	for i := range takes {
		t := &takes[i]
		encodeOp(e, t.LockOp)
		encodeHops(e, t.Chain)
		encodeOps(e, t.Before)
		encodeConds(e, t.Conds)
		e.Bool(t.Weak)
		e.Bool(t.Once)
	}
	e.Uint(len(l.Calls))
	for i := range l.Calls {
		c := &l.Calls[i]
		e.Uint(c.Param)
		encodeOps(e, c.Held)
		encodeOps(e, c.Before)
		encodeHops(e, c.Chain)
	}
	e.Uint(len(l.Blocks))
	for i := range l.Blocks {
		b := &l.Blocks[i]
		e.Uint(int(b.Op))
		e.Uint(int(b.Kind))
		e.Uint(int(b.Bound))
		e.String(b.What)
		e.Path(b.Path)
		encodeOps(e, b.Before)
		encodeConds(e, b.Conds)
		encodeHops(e, []Hop{b.Hop})
	}
	e.Uint(len(l.Returns))
	for _, p := range l.Returns {
		e.Path(p)
	}
	e.Uint(len(l.Inits))
	for _, i := range l.Inits {
		e.Uint(i.Result)
		e.String(i.Field)
		e.Path(i.Path)
	}
	e.Uint(len(l.Fresh))
	for _, f := range l.Fresh {
		e.Bool(f)
	}
}

// DecodeLocks reads what [Locks.Encode] wrote.
func DecodeLocks(d *Decoder) *Locks {
	l := new(Locks)
	l.Outcomes = make([]Outcome, d.Len())
	for i := range l.Outcomes {
		l.Outcomes[i] = Outcome{Acquired: decodeOps(d), Released: decodeOps(d), Conds: decodeConds(d)}
	}
	l.Takes = make([]Take, d.Len())
	for i := range l.Takes {
		l.Takes[i] = Take{LockOp: decodeOp(d), Chain: decodeHops(d), Before: decodeOps(d), Conds: decodeConds(d), Weak: d.Bool(), Once: d.Bool()}
	}
	l.Calls = make([]ParamCall, d.Len())
	for i := range l.Calls {
		l.Calls[i] = ParamCall{Param: d.Uint(), Held: decodeOps(d), Before: decodeOps(d), Chain: decodeHops(d)}
	}
	l.Blocks = make([]Blocking, d.Len())
	for i := range l.Blocks {
		b := Blocking{Op: api.Op(d.Uint()), Kind: api.Blocking(d.Uint()), Bound: api.Bound(d.Uint()), What: d.String(), Path: d.Path(), Before: decodeOps(d), Conds: decodeConds(d)}
		if hops := decodeHops(d); len(hops) == 1 {
			b.Hop = hops[0]
		}
		l.Blocks[i] = b
	}
	for range d.Len() {
		l.Returns = append(l.Returns, d.Path())
	}
	for range d.Len() {
		l.Inits = append(l.Inits, Init{Result: d.Uint(), Field: d.String(), Path: d.Path()})
	}
	for range d.Len() {
		l.Fresh = append(l.Fresh, d.Bool())
	}
	return l
}

func encodeOp(e *Encoder, op LockOp) {
	e.Path(op.Path)
	e.Uint(int(op.Mode))
}

func decodeOp(d *Decoder) LockOp { return LockOp{Path: d.Path(), Mode: api.Mode(d.Uint())} }

func encodeOps(e *Encoder, ops []LockOp) {
	e.Uint(len(ops))
	for _, op := range ops {
		encodeOp(e, op)
	}
}

func decodeOps(d *Decoder) []LockOp {
	n := d.Len()
	if n == 0 {
		return nil
	}
	ops := make([]LockOp, n)
	for i := range ops {
		ops[i] = decodeOp(d)
		if ops[i].Path == nil && d.scope.Paths != nil {
			ops[i].Path = d.scope.Paths.Unknown("")
		}
	}
	return ops
}

func encodeConds(e *Encoder, conds []Cond) {
	n := 0
	for _, c := range conds {
		if c.Path == nil {
			n++
		}
	}
	e.Uint(n)
	for _, c := range conds {
		if c.Path != nil {
			continue
		}
		e.Uint(int(c.When))
		e.Bool(c.Result)
		e.Uint(c.Index)
		e.Uint(int(c.Val.Kind))
		e.Int(c.Val.N)
	}
}

func decodeConds(d *Decoder) []Cond {
	n := d.Len()
	if n == 0 {
		return nil
	}
	conds := make([]Cond, n)
	for i := range conds {
		conds[i] = Cond{When: When(d.Uint()), Result: d.Bool(), Index: d.Uint(), Val: Val{Kind: ValKind(d.Uint()), N: d.Int()}}
	}
	return conds
}

func encodeHops(e *Encoder, hops []Hop) {
	e.Uint(len(hops))
	for _, h := range hops {
		e.String(h.Func)
		e.String(h.At)
	}
}

func decodeHops(d *Decoder) []Hop {
	n := d.Len()
	if n == 0 {
		return nil
	}
	hops := make([]Hop, n)
	for i := range hops {
		hops[i] = Hop{Func: d.String(), At: d.String()}
	}
	return hops
}
