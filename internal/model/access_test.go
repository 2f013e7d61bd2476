package model

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
)

func TestCommonLock(t *testing.T) {
	table := access.NewTable()
	recv := table.Root(access.Root{Kind: access.Param, Owner: "f"}, "s", "")
	mu := table.Select(recv, "mu", "p.S.mu")
	other := table.Select(recv, "other", "p.S.other")
	foreign := table.Unknown("p.S.mu")
	for name, c := range map[string]struct {
		a, b []LockOp
		want bool
	}{
		"both write":              {[]LockOp{{mu, api.Write}}, []LockOp{{mu, api.Write}}, true},
		"one reads":               {[]LockOp{{mu, api.Read}}, []LockOp{{mu, api.Write}}, true},
		"both read":               {[]LockOp{{mu, api.Read}}, []LockOp{{mu, api.Read}}, false},
		"different locks":         {[]LockOp{{mu, api.Write}}, []LockOp{{other, api.Write}}, false},
		"unnamed, of one class":   {[]LockOp{{mu, api.Write}}, []LockOp{{foreign, api.Write}}, true},
		"unnamed, of another one": {[]LockOp{{other, api.Write}}, []LockOp{{foreign, api.Write}}, false},
		"one side has none":       {nil, []LockOp{{mu, api.Write}}, false},
	} {
		_, ab := CommonLock(c.a, c.b)
		_, ba := CommonLock(c.b, c.a)
		assert.Equal(t, c.want, ab, name)
		assert.Equal(t, ab, ba, "%s: the order of the sides does not matter", name)
	}
}

func TestSignalsAnswerBothWays(t *testing.T) {
	for s := NoSignal; s <= SignalEvent; s++ {
		assert.True(t, s.AnsweredBy(s))
		for w := NoSignal; w <= SignalEvent; w++ {
			assert.Equal(t, s.AnsweredBy(w), w.AnsweredBy(s))
		}
	}
	assert.True(t, SignalClose.AnsweredBy(SignalSend), "a receive ends when the channel is closed")
	assert.False(t, SignalDone.AnsweredBy(SignalGroup))
}

func TestSpawnsRoundTrip(t *testing.T) {
	table := access.NewTable()
	owner := "f"
	wg := table.Select(table.Root(access.Root{Kind: access.Param, Owner: owner}, "", ""), "wg", "p.Pool.wg")
	done := Signal{Op: SignalDone, Path: wg, Every: true, Deferred: true, Hop: Hop{Func: "f", At: "a.go:3"}}
	in := &Spawns{
		Runs:    []ParamSpawn{{Param: 1, Kind: SpawnGo, Many: true, Waited: true, Signals: []Signal{done}, Chain: []Hop{{Func: "f", At: "a.go:2"}}}},
		Signals: []Signal{done},
		Awaits:  []Await{{Op: SignalDone, Path: wg, Hop: Hop{Func: "f", At: "a.go:9"}}},
	}
	e := NewEncoder(func(r access.Root) (int, bool) { return r.Index, r.Owner == any(owner) })
	in.Encode(e)
	d := NewDecoder(e.Bytes(), Scope{Paths: table, Param: func(i int) *access.Path {
		return table.Root(access.Root{Kind: access.Param, Index: i, Owner: owner}, "", "")
	}})
	out := DecodeSpawns(d)
	assert.NoError(t, d.Err())
	assert.Equal(t, in, out)
	assert.False(t, out.Neutral())
	assert.True(t, new(Spawns).Neutral())
}
