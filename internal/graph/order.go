package graph

import (
	"cmp"
	"slices"
)

// A vertex is a node, or a piece of an edge that passes a layer.
type vertex struct {
	node  int // -1 for a piece of an edge
	layer int
	place int // in its layer
	w, h  float64
	x, y  float64 // of its middle
	left  []int   // neighbours in the layer before
	right []int
}

// sweeps is how often layers are ordered by their neighbours; it settles sooner.
const sweeps = 16

// order arranges each layer so that few edges cross, and returns the layers.
func order(vs []vertex) [][]int {
	var layers [][]int
	for i := range vs {
		for len(layers) <= vs[i].layer {
			layers = append(layers, nil)
		}
	}
	// A walk from the left gives neighbours neighbouring places.
	seen := make([]bool, len(vs))
	var visit func(int)
	visit = func(v int) {
		if seen[v] {
			return
		}
		seen[v] = true
		layers[vs[v].layer] = append(layers[vs[v].layer], v)
		for _, w := range vs[v].right {
			visit(w)
		}
		for _, w := range vs[v].left {
			visit(w)
		}
	}
	for l := range layers {
		for v := range vs {
			if vs[v].layer == l {
				visit(v)
			}
		}
	}
	number(vs, layers)
	best, least := clone(layers), crossings(vs, layers)
	for i := range sweeps {
		if i%2 == 0 {
			for l := 1; l < len(layers); l++ {
				byNeighbours(vs, layers[l], func(v *vertex) []int { return v.left })
			}
		} else {
			for l := len(layers) - 2; l >= 0; l-- {
				byNeighbours(vs, layers[l], func(v *vertex) []int { return v.right })
			}
		}
		swap(vs, layers)
		if n := crossings(vs, layers); n < least {
			best, least = clone(layers), n
		}
	}
	number(vs, best)
	return best
}

func clone(layers [][]int) [][]int {
	out := make([][]int, len(layers))
	for i, l := range layers {
		out[i] = slices.Clone(l)
	}
	return out
}

func number(vs []vertex, layers [][]int) {
	for _, l := range layers {
		for i, v := range l {
			vs[v].place = i
		}
	}
}

// byNeighbours sorts a layer by the mean place of the neighbours on one side;
// what has none keeps its place.
func byNeighbours(vs []vertex, layer []int, side func(*vertex) []int) {
	key := make(map[int]float64, len(layer))
	for _, v := range layer {
		ns := side(&vs[v])
		if len(ns) == 0 {
			key[v] = float64(vs[v].place)
			continue
		}
		sum := 0.0
		for _, w := range ns {
			sum += float64(vs[w].place)
		}
		key[v] = sum / float64(len(ns))
	}
	slices.SortStableFunc(layer, func(a, b int) int { return cmp.Compare(key[a], key[b]) })
	for i, v := range layer {
		vs[v].place = i
	}
}

// swap exchanges neighbours of a layer as long as that removes crossings.
func swap(vs []vertex, layers [][]int) {
	for range 8 {
		better := false
		for _, layer := range layers {
			for i := 0; i+1 < len(layer); i++ {
				a, b := layer[i], layer[i+1]
				now := between(vs, vs[a].left, vs[b].left) + between(vs, vs[a].right, vs[b].right)
				then := between(vs, vs[b].left, vs[a].left) + between(vs, vs[b].right, vs[a].right)
				if then < now {
					layer[i], layer[i+1] = b, a
					vs[a].place, vs[b].place = i+1, i
					better = true
				}
			}
		}
		if !better {
			return
		}
	}
}

// between counts the crossings of edges to upper and lower, of two vertices that
// stand in this order.
func between(vs []vertex, upper, lower []int) (n int) {
	for _, u := range upper {
		for _, l := range lower {
			if vs[u].place > vs[l].place {
				n++
			}
		}
	}
	return n
}

func crossings(vs []vertex, layers [][]int) (n int) {
	for _, layer := range layers {
		for i, a := range layer {
			for _, b := range layer[i+1:] {
				n += between(vs, vs[a].right, vs[b].right)
			}
		}
	}
	return n
}
