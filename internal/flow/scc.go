package flow

// SCC returns the strongly connected components of the graph with nodes 0…n-1,
// successors first: every edge that leaves a component leads to an earlier one.
// Nodes within a component, and components that do not depend on each other,
// keep a deterministic order. Cost is linear in nodes and edges (Tarjan 1972);
// the stack is explicit, because call chains of generated code are deep.
func SCC(n int, succ func(node int) []int) [][]int {
	const unseen = -1
	index := make([]int, n)
	low := make([]int, n)
	onStack := make([]bool, n)
	for i := range index {
		index[i] = unseen
	}
	type frame struct {
		node int
		rest []int
	}
	var (
		out   [][]int
		stack []int
		next  int
		calls []frame
	)
	enter := func(v int) {
		index[v], low[v] = next, next
		next++
		stack = append(stack, v)
		onStack[v] = true
		calls = append(calls, frame{v, succ(v)})
	}
	for root := range n {
		if index[root] != unseen {
			continue
		}
		enter(root)
		for len(calls) > 0 {
			f := &calls[len(calls)-1]
			if len(f.rest) > 0 {
				w := f.rest[0]
				f.rest = f.rest[1:]
				switch {
				case index[w] == unseen:
					enter(w)
				case onStack[w]:
					low[f.node] = min(low[f.node], index[w])
				}
				continue
			}
			v := f.node
			calls = calls[:len(calls)-1]
			if len(calls) > 0 {
				p := calls[len(calls)-1].node
				low[p] = min(low[p], low[v])
			}
			if low[v] != index[v] {
				continue
			}
			var comp []int
			for {
				w := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				onStack[w] = false
				comp = append(comp, w)
				if w == v {
					break
				}
			}
			for i, j := 0, len(comp)-1; i < j; i, j = i+1, j-1 {
				comp[i], comp[j] = comp[j], comp[i]
			}
			out = append(out, comp)
		}
	}
	return out
}
