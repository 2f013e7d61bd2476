package model

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/api"
)

var limits = []Limit{{}, {Reach: Endless}, {Reach: Cancels}, {Reach: Deadline}, {Reach: ByParam}, {Reach: ByParam, Param: 2}}

func TestLimitLaws(t *testing.T) {
	for name, op := range map[string]func(a, b Limit) Limit{"Join": Limit.Join, "Tighten": Limit.Tighten} {
		for _, a := range limits {
			assert.Equal(t, a, op(a, a), "%s is idempotent on %v", name, a)
			for _, b := range limits {
				assert.Equal(t, op(a, b), op(b, a), "%s is commutative on %v, %v", name, a, b)
				for _, c := range limits {
					if name == "Join" {
						assert.Equal(t, op(op(a, b), c), op(a, op(b, c)), "%s is associative on %v, %v, %v", name, a, b, c)
					}
				}
			}
		}
	}
}

// A merge never claims more than each side: endless only if both are.
func TestJoinClaimsNoMore(t *testing.T) {
	for _, a := range limits {
		for _, b := range limits {
			if got := a.Join(b); got.Reach == Endless {
				assert.Equal(t, Endless, a.Reach)
				assert.Equal(t, Endless, b.Reach)
			}
			if got := a.Tighten(b); got.Reach == Endless {
				assert.Equal(t, Endless, a.Reach)
				assert.Equal(t, Endless, b.Reach)
			}
		}
	}
}

func TestTimeoutsRoundTrip(t *testing.T) {
	in := &Timeouts{
		Waits:   []ExternalWait{{Param: 1, Kind: api.Client, What: "http.Client.Do", Chain: []Hop{{Func: "Fetch", At: "fetch.go:3"}}}},
		Results: []Limit{{}, {Reach: ByParam, Param: 2}, {Reach: Endless}},
		Sets:    []int{0, 3},
		Echoes:  true,
	}
	assert.False(t, in.Neutral())
	assert.True(t, new(Timeouts).Neutral())
	assert.False(t, (&Timeouts{Echoes: true}).Neutral())
	assert.True(t, (&Timeouts{Results: make([]Limit, 2)}).Neutral())
	s := &Summary{Timeouts: in}
	e := NewEncoder(nil)
	s.Encode(e)
	d := NewDecoder(e.Bytes(), Scope{})
	out := DecodeSummary(d)
	require.NoError(t, d.Err())
	assert.Equal(t, in, out.Timeouts)
	for cut := range len(e.Bytes()) {
		d := NewDecoder(e.Bytes()[:cut], Scope{})
		DecodeSummary(d)
		assert.Error(t, d.Err(), "cut after %d bytes", cut)
	}
}
