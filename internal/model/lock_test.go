package model_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/model"
)

var vals = []model.Val{
	{}, {Kind: model.True}, {Kind: model.False}, {Kind: model.Nil}, {Kind: model.NonNil},
	{Kind: model.Eq, N: 1}, {Kind: model.Eq, N: 2}, {Kind: model.Neq, N: 1}, {Kind: model.Neq, N: 2},
}

func TestValLaws(t *testing.T) {
	for _, v := range vals {
		assert.Equal(t, v, v.Not().Not(), "not is its own inverse: %v", v)
		if v.Kind != model.NoVal {
			assert.True(t, v.Contradicts(v.Not()), "%v", v)
			assert.False(t, v.Contradicts(v), "%v", v)
		}
		assert.True(t, v.Implies(v))
		for _, w := range vals {
			assert.Equal(t, v.Contradicts(w), w.Contradicts(v), "contradiction is mutual: %v %v", v, w)
			if v.Implies(w) && v.Kind != model.NoVal {
				assert.False(t, v.Contradicts(w), "what is implied is not contradicted: %v %v", v, w)
			}
		}
	}
	assert.True(t, model.Val{Kind: model.Eq, N: 1}.Contradicts(model.Val{Kind: model.Eq, N: 2}))
	assert.True(t, model.Val{Kind: model.Eq, N: 1}.Implies(model.Val{Kind: model.Neq, N: 2}))
	assert.False(t, model.Val{}.Contradicts(model.Val{Kind: model.True}), "nothing known contradicts nothing")
}

func TestGates(t *testing.T) {
	edge := func(gates ...model.Gate) *model.Edge { return &model.Edge{Gates: gates} }
	w := model.Gate{Class: "p.g", Mode: api.Write}
	r := model.Gate{Class: "p.g", Mode: api.Read}
	other := model.Gate{Class: "p.h", Mode: api.Write}
	assert.True(t, model.Gated(edge(w), edge(other, w)))
	assert.True(t, model.Gated(edge(w), edge(r)), "a writer excludes a reader")
	assert.False(t, model.Gated(edge(r), edge(r)), "readers do not exclude each other")
	assert.False(t, model.Gated(edge(w), edge(other)))
	assert.False(t, model.Gated(edge(), edge(w)))
}

func TestNeutral(t *testing.T) {
	assert.True(t, (&model.Locks{}).Neutral())
	assert.True(t, (&model.Locks{Outcomes: []model.Outcome{{}}}).Neutral())
	assert.False(t, (&model.Locks{Outcomes: []model.Outcome{{Conds: []model.Cond{{Val: model.Val{Kind: model.Nil}}}}}}).Neutral(), "it returns only if its argument is nil")
	assert.False(t, (&model.Locks{Takes: []model.Take{{}}}).Neutral())
}

// scope has two functions' worth of parameters: paths written by one are read by the other.
type scope struct {
	tab   *access.Table
	owner *int
}

func newScope() scope { return scope{access.NewTable(), new(int)} }

func (s scope) param(i int) *access.Path {
	return s.tab.Root(access.Root{Kind: access.Param, Index: i, Owner: s.owner}, "", "")
}

func (s scope) encoder() *model.Encoder {
	return model.NewEncoder(func(r access.Root) (int, bool) { return r.Index, r.Owner == any(s.owner) })
}

func (s scope) decoder(data []byte) *model.Decoder {
	return model.NewDecoder(data, model.Scope{Paths: s.tab, Param: s.param})
}

func (s scope) locks() *model.Locks {
	mu := s.tab.Select(s.param(0), "mu", "p.S.mu")
	global := s.tab.Root(access.Root{Kind: access.Global, Key: "p.g"}, "g", "p.g")
	local := s.tab.Root(access.Root{Kind: access.Value, Owner: "elsewhere"}, "", "p.T.mu")
	return &model.Locks{
		Outcomes: []model.Outcome{
			{Acquired: []model.LockOp{{Path: mu, Mode: api.Write}}, Conds: []model.Cond{{When: model.OnExit, Result: true, Index: 1, Val: model.Val{Kind: model.Nil}}}},
			{Conds: []model.Cond{{Index: 2, Val: model.Val{Kind: model.Eq, N: -3}}}},
		},
		Takes:   []model.Take{{LockOp: model.LockOp{Path: global, Mode: api.Read}, Chain: []model.Hop{{Func: "f", At: "a.go:1"}, {Func: "g", At: "b.go:2"}}, Before: []model.LockOp{{Path: mu, Mode: api.Write}}, Weak: true}, {LockOp: model.LockOp{Path: local, Mode: api.Write}, Once: true}},
		Calls:   []model.ParamCall{{Param: 1, Held: []model.LockOp{{Path: mu, Mode: api.Write}}, Before: []model.LockOp{{Path: mu, Mode: api.Read}}}},
		Blocks:  []model.Blocking{{Op: api.Sleep, What: "time.Sleep", Hop: model.Hop{Func: "f", At: "a.go:9"}}},
		Returns: []*access.Path{nil, mu},
		Inits:   []model.Init{{Result: 0, Field: "c", Path: mu}},
		Fresh:   []bool{true, false},
	}
}

func TestLocksRoundTrip(t *testing.T) {
	a, b := newScope(), newScope()
	enc := a.encoder()
	a.locks().Encode(enc)
	dec := b.decoder(enc.Bytes())
	got := model.DecodeLocks(dec)
	assert.NoError(t, dec.Err())

	// What was read says the same: written again, it has the same bytes.
	again := b.encoder()
	got.Encode(again)
	assert.Equal(t, enc.Bytes(), again.Bytes())
	assert.Equal(t, "mu", got.Outcomes[0].Acquired[0].Path.Selector())
	assert.Same(t, b.param(0), got.Outcomes[0].Acquired[0].Path.RootPath())
	assert.Equal(t, access.Class("p.T.mu"), got.Takes[1].Path.Class(), "of a local only the class travels")
	assert.False(t, got.Takes[1].Path.Exact())
}

func TestEncodingIsDeterministic(t *testing.T) {
	first := []byte(nil)
	for range 20 {
		s := newScope()
		e := s.encoder()
		s.locks().Encode(e)
		if first == nil {
			first = e.Bytes()
		}
		assert.Equal(t, first, e.Bytes())
	}
}

func FuzzDecodeSummary(f *testing.F) {
	s := newScope()
	e := s.encoder()
	(&model.Summary{Locks: s.locks()}).Encode(e)
	f.Add(e.Bytes())
	f.Add([]byte{})
	f.Add([]byte{1, 3, 'a', 'b', 'c', 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		d := newScope().decoder(data)
		if s := model.DecodeSummary(d); s == nil {
			t.Fatal("a corrupt fact decodes to an empty summary, not to none")
		}
	})
}

func TestEdgesRoundTrip(t *testing.T) {
	edges := []model.Edge{
		{From: "p.A.mu", To: "q.B.mu", FromMode: api.Read, ToMode: api.Write, FromName: "a.mu", ToName: "b.mu", Func: "f",
			Outer: []model.Hop{{Func: "f", At: "a.go:1"}}, Inner: []model.Hop{{Func: "f", At: "a.go:2"}, {Func: "g", At: "b.go:3"}},
			Gates: []model.Gate{{Class: "p.G.mu", Mode: api.Write}}, Weak: true},
		{From: "p.A.mu", To: "p.A.mu", Same: true},
	}
	e := model.NewEncoder(nil)
	model.EncodeEdges(e, edges)
	d := model.NewDecoder(e.Bytes(), model.Scope{})
	assert.Equal(t, edges, model.DecodeEdges(d))
	assert.NoError(t, d.Err())
}
