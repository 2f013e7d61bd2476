package flow_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/conclint/conclint/internal/flow"
)

func TestSCCPutsSuccessorsFirst(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		n := 1 + rng.IntN(12)
		succ := make([][]int, n)
		for i := range succ {
			for range rng.IntN(4) {
				succ[i] = append(succ[i], rng.IntN(n))
			}
		}
		comps := flow.SCC(n, func(i int) []int { return succ[i] })
		at := make([]int, n)
		seen := 0
		for k, c := range comps {
			for _, v := range c {
				at[v] = k
				seen++
			}
		}
		assert.Equal(t, n, seen, "each node is in one component")
		reach := closure(succ)
		for v := range n {
			for w := range n {
				if reach[v][w] {
					assert.LessOrEqual(t, at[w], at[v], "what is reached comes first")
				}
				if v != w {
					assert.Equal(t, reach[v][w] && reach[w][v], at[v] == at[w], "a component is what reaches each other")
				}
			}
		}
	}
}

func closure(succ [][]int) [][]bool {
	n := len(succ)
	r := make([][]bool, n)
	for i := range r {
		r[i] = make([]bool, n)
		for _, j := range succ[i] {
			r[i][j] = true
		}
	}
	for k := range n {
		for i := range n {
			for j := range n {
				r[i][j] = r[i][j] || r[i][k] && r[k][j]
			}
		}
	}
	return r
}

func TestSCCOfALongChain(t *testing.T) {
	const n = 100_000 // recursion would not survive this
	comps := flow.SCC(n, func(i int) []int {
		if i+1 < n {
			return []int{i + 1}
		}
		return nil
	})
	assert.Len(t, comps, n)
	assert.Equal(t, []int{n - 1}, comps[0])
}
