package model_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/model"
)

func (s scope) accesses() *model.Accesses {
	n := s.tab.Select(s.param(0), "n", "p.S.n")
	mu := s.tab.Select(s.param(0), "mu", "p.S.mu")
	wg := s.param(1)
	return &model.Accesses{Effects: []model.Effect{
		{Path: n, Kind: model.WriteAccess, Update: model.IncDec, Hop: model.Hop{Func: "p.Inc", At: "a.go:3"}},
		{Path: n, Held: []model.LockOp{{Path: mu, Mode: api.Read}}},
		{Path: s.param(1), Kind: model.WriteAccess, Content: true, Atomic: true, Update: model.CheckSet},
		{Path: n, Kind: model.WriteAccess, Away: true, Signals: []model.Signal{{Op: model.SignalDone, Path: wg, Every: true, Deferred: true}}},
	}}
}

func TestAccessesRoundTrip(t *testing.T) {
	a, b := newScope(), newScope()
	e := a.encoder()
	(&model.Summary{Accesses: a.accesses()}).Encode(e)
	d := b.decoder(e.Bytes())
	got := model.DecodeSummary(d)
	assert.NoError(t, d.Err())
	assert.Equal(t, len(b.accesses().Effects), len(got.Accesses.Effects))
	for i, want := range b.accesses().Effects {
		have := got.Accesses.Effects[i]
		assert.Same(t, want.Path, have.Path)
		have.Path = want.Path
		for j := range have.Signals {
			have.Signals[j].Hop = model.Hop{}
		}
		if len(have.Held) == 0 {
			have.Held = nil
		}
		assert.Equal(t, want, have)
	}
	again := b.encoder()
	got.Encode(again)
	assert.Equal(t, e.Bytes(), again.Bytes())
}

func TestAccessesAloneAreNoConcurrency(t *testing.T) {
	s := newScope()
	sum := &model.Summary{Accesses: s.accesses()}
	assert.False(t, sum.Neutral())
	assert.True(t, sum.OnlyAccesses())
	assert.True(t, sum.Accesses.Updates())
	sum.Accesses.Effects = sum.Accesses.Effects[1:2]
	assert.False(t, sum.Accesses.Updates(), "reads lose nothing")
	sum.Accesses.Effects = nil
	assert.True(t, sum.Neutral())
}
