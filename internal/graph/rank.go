package graph

// ranks gives the nodes of one part layers, from 0, such that every edge leads to
// a higher one; turned says which edges had to be turned for that.
func ranks(n int, edges [][2]int) (rank []int, turned []bool) {
	turned = turn(n, edges)
	succ, pred := make([][]int, n), make([][]int, n)
	for i, e := range edges {
		from, to := e[0], e[1]
		if from == to {
			continue
		}
		if turned[i] {
			from, to = to, from
		}
		succ[from] = append(succ[from], to)
		pred[to] = append(pred[to], from)
	}
	rank = make([]int, n)
	order := topological(n, succ, pred)
	for _, v := range order {
		for _, w := range succ[v] {
			rank[w] = max(rank[w], rank[v]+1)
		}
	}
	// The longest way leaves nodes far to the left of what they lead to: each moves
	// to where its edges are shortest.
	for range 4 {
		for i := len(order) - 1; i >= 0; i-- {
			v := order[i]
			if len(succ[v]) <= len(pred[v]) || len(succ[v]) == 0 {
				continue
			}
			near := rank[succ[v][0]] - 1
			for _, w := range succ[v] {
				near = min(near, rank[w]-1)
			}
			rank[v] = max(rank[v], near)
		}
	}
	return rank, turned
}

// turn chooses edges so that the others form no circle: those that lead back in
// the order of Eades, Lin and Smyth (1993), in which sources come first, sinks
// last, and between them what has most edges going out.
func turn(n int, edges [][2]int) []bool {
	in, out := make([]int, n), make([]int, n)
	for _, e := range edges {
		if e[0] != e[1] {
			out[e[0]]++
			in[e[1]]++
		}
	}
	left, right := []int{}, []int{}
	gone := make([]bool, n)
	remove := func(v int) {
		gone[v] = true
		for _, e := range edges {
			if e[0] == e[1] {
				continue
			}
			if e[0] == v && !gone[e[1]] {
				in[e[1]]--
			}
			if e[1] == v && !gone[e[0]] {
				out[e[0]]--
			}
		}
	}
	for remaining := n; remaining > 0; remaining-- {
		best := -1
		sink := false
		for v := range n {
			switch {
			case gone[v]:
			case out[v] == 0:
				best, sink = v, true
			case best < 0 || !sink && out[v]-in[v] > out[best]-in[best]:
				best = v
			}
			if sink {
				break
			}
		}
		if sink {
			right = append(right, best)
		} else {
			left = append(left, best)
		}
		remove(best)
	}
	at := make([]int, n)
	for i, v := range left {
		at[v] = i
	}
	for i, v := range right {
		at[v] = n - 1 - i
	}
	turned := make([]bool, len(edges))
	for i, e := range edges {
		turned[i] = at[e[0]] > at[e[1]]
	}
	return turned
}

// topological orders the nodes of a graph without circles, small numbers first.
func topological(n int, succ, pred [][]int) []int {
	open := make([]int, n)
	var ready, out []int
	for v := range n {
		if open[v] = len(pred[v]); open[v] == 0 {
			ready = append(ready, v)
		}
	}
	for len(ready) > 0 {
		v := ready[0]
		ready = ready[1:]
		out = append(out, v)
		for _, w := range succ[v] {
			if open[w]--; open[w] == 0 {
				ready = append(ready, w)
			}
		}
	}
	return out
}
