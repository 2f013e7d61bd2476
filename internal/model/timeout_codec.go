package model

import "github.com/conclint/conclint/internal/api"

// maxWaits bounds the waits that a summary passes on, per function.
const maxWaits = 4

// Encode writes the summary.
func (t *Timeouts) Encode(e *Encoder) {
	waits := t.Waits
	if len(waits) > maxWaits {
		waits = waits[:maxWaits]
	}
	e.Uint(len(waits))
	for i := range waits {
		w := &waits[i]
		e.Uint(w.Param)
		e.Uint(int(w.Kind))
		e.String(w.What)
		encodeHops(e, w.Chain)
	}
	e.Uint(len(t.Results))
	for _, r := range t.Results {
		e.Uint(int(r.Reach))
		e.Uint(r.Param)
	}
	e.Uint(len(t.Sets))
	for _, p := range t.Sets {
		e.Uint(p)
	}
	echoes := 0
	if t.Echoes {
		echoes = 1
	}
	e.Uint(echoes)
}

// DecodeTimeouts reads what [Timeouts.Encode] wrote.
func DecodeTimeouts(d *Decoder) *Timeouts {
	t := new(Timeouts)
	for range d.Len() {
		t.Waits = append(t.Waits, ExternalWait{Param: d.Uint(), Kind: api.Blocking(d.Uint()), What: d.String(), Chain: decodeHops(d)})
	}
	for range d.Len() {
		t.Results = append(t.Results, Limit{Reach: Reach(d.Uint()), Param: d.Uint()})
	}
	for range d.Len() {
		t.Sets = append(t.Sets, d.Uint())
	}
	t.Echoes = d.Uint() == 1
	return t
}
