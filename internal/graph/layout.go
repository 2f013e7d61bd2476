package graph

import (
	"cmp"
	"math"
	"slices"
)

// A point of the picture.
type point struct{ x, y float64 }

// A picture is a graph with coordinates.
type picture struct {
	w, h  float64
	boxes []box
	lines []curve
}

// A box is a node: its upper left corner and its size.
type box struct {
	node       int
	x, y, w, h float64
}

// A curve is an edge: it passes its points and runs level at each.
type curve struct {
	edge   int
	points []point
	loop   bool
	label  point
}

// lay gives everything coordinates.
func lay(g *Graph) *picture {
	at := g.index()
	var edges [][2]int
	var number []int // of the edge in g
	for i, e := range g.Edges {
		from, ok1 := at[e.From]
		to, ok2 := at[e.To]
		if ok1 && ok2 {
			edges = append(edges, [2]int{from, to})
			number = append(number, i)
		}
	}
	var all []*picture
	for _, part := range parts(len(g.Nodes), edges) {
		if len(part) == 1 && at[g.Nodes[part[0]].ID] != part[0] {
			continue // a second node of one ID
		}
		all = append(all, layPart(g, part, edges, number))
	}
	return pack(all)
}

// layPart lays out one connected part.
func layPart(g *Graph, nodes []int, allEdges [][2]int, number []int) *picture {
	local := make(map[int]int, len(nodes))
	for i, n := range nodes {
		local[n] = i
	}
	var edges [][2]int
	var ids []int
	for i, e := range allEdges {
		if from, ok := local[e[0]]; ok {
			edges = append(edges, [2]int{from, local[e[1]]})
			ids = append(ids, number[i])
		}
	}
	rank, turned := ranks(len(nodes), edges)
	vs := make([]vertex, len(nodes))
	for i, n := range nodes {
		w, h := g.Nodes[n].size()
		vs[i] = vertex{node: n, layer: rank[i], w: w, h: h}
	}
	chains := make([][]int, len(edges)) // the vertices that an edge passes, from left to right
	for i, e := range edges {
		from, to := e[0], e[1]
		if from == to {
			continue
		}
		if turned[i] {
			from, to = to, from
		}
		chain := []int{from}
		for l := rank[from] + 1; l < rank[to]; l++ {
			vs = append(vs, vertex{node: -1, layer: l, h: 6})
			chain = append(chain, len(vs)-1)
		}
		chains[i] = append(chain, to)
	}
	for _, chain := range chains {
		for i := 1; i < len(chain); i++ {
			vs[chain[i-1]].right = append(vs[chain[i-1]].right, chain[i])
			vs[chain[i]].left = append(vs[chain[i]].left, chain[i-1])
		}
	}
	layers := order(vs)
	columns(vs, layers, gaps(g, edges, ids, chains, vs, len(layers)))
	rows(vs, layers)
	return draw(g, vs, edges, ids, chains, turned)
}

// gaps is the room between layers: more where labels stand.
func gaps(g *Graph, edges [][2]int, ids []int, chains [][]int, vs []vertex, layers int) []float64 {
	out := make([]float64, layers)
	for i := range out {
		out[i] = layerGap
	}
	for i := range edges {
		if len(chains[i]) < 2 || g.Edges[ids[i]].Label == "" {
			continue
		}
		l := vs[chains[i][middle(chains[i])]].layer
		out[l] = max(out[l], float64(len([]rune(g.Edges[ids[i]].Label)))*labelWidth+34)
	}
	return out
}

// middle is the piece of a chain on which the label stands.
func middle(chain []int) int { return (len(chain) - 2) / 2 }

// columns sets x: each layer is as wide as its widest node.
func columns(vs []vertex, layers [][]int, gap []float64) {
	x := 0.0
	for i, layer := range layers {
		wide := 0.0
		for _, v := range layer {
			wide = max(wide, vs[v].w)
		}
		for _, v := range layer {
			vs[v].x = x + wide/2
			if vs[v].node < 0 {
				vs[v].w = wide
			}
		}
		x += wide + gap[i]
	}
}

// rows sets y: every vertex wants to be level with its neighbours, pieces of one
// edge more than nodes, and keeps its distance to the vertex above.
func rows(vs []vertex, layers [][]int) {
	for _, layer := range layers {
		y := 0.0
		for _, v := range layer {
			vs[v].y = y + vs[v].h/2
			y += vs[v].h + nodeGap
		}
	}
	for i := range 24 {
		for k := range layers {
			l := k
			if i%2 == 1 {
				l = len(layers) - 1 - k
			}
			settle(vs, layers[l])
		}
	}
}

// settle places a layer where its neighbours want it, as near as distances allow:
// least squares with an order, solved by pooling adjacent violators.
func settle(vs []vertex, layer []int) {
	type pool struct {
		sum, weight float64
		from, to    int
	}
	offset := make([]float64, len(layer)) // of a vertex below the first
	for i := 1; i < len(layer); i++ {
		a, b := &vs[layer[i-1]], &vs[layer[i]]
		offset[i] = offset[i-1] + a.h/2 + nodeGap + b.h/2
	}
	var pools []pool
	for i, v := range layer {
		want, weight := wish(vs, v)
		pools = append(pools, pool{(want - offset[i]) * weight, weight, i, i + 1})
		for len(pools) > 1 {
			a, b := &pools[len(pools)-2], pools[len(pools)-1]
			if a.sum/a.weight <= b.sum/b.weight {
				break
			}
			a.sum, a.weight, a.to = a.sum+b.sum, a.weight+b.weight, b.to
			pools = pools[:len(pools)-1]
		}
	}
	for _, p := range pools {
		for i := p.from; i < p.to; i++ {
			vs[layer[i]].y = p.sum/p.weight + offset[i]
		}
	}
}

// wish is where a vertex would like to be, and how much.
func wish(vs []vertex, v int) (y, weight float64) {
	sum := 0.0
	for _, ns := range [][]int{vs[v].left, vs[v].right} {
		for _, n := range ns {
			w := 1.0
			switch {
			case vs[v].node < 0 && vs[n].node < 0:
				w = 8
			case vs[v].node < 0 || vs[n].node < 0:
				w = 2
			}
			sum += w * vs[n].y
			weight += w
		}
	}
	if weight == 0 {
		return vs[v].y, 0.1
	}
	return sum / weight, weight
}

// draw turns vertices into boxes and edges into curves. Edges leave and reach a
// box at places of their own, in the order of where they come from.
func draw(g *Graph, vs []vertex, edges [][2]int, ids []int, chains [][]int, turned []bool) *picture {
	p := &picture{}
	top, bottom, right := math.Inf(1), math.Inf(-1), 0.0
	for _, v := range vs {
		top, bottom, right = min(top, v.y-v.h/2), max(bottom, v.y+v.h/2), max(right, v.x+v.w/2)
	}
	loops := 0
	for _, e := range edges {
		if e[0] == e[1] {
			loops = 1
		}
	}
	shift := 26 * float64(loops) // room above for loops
	for i := range vs {
		vs[i].y += shift - top
	}
	p.w, p.h = right, bottom-top+shift
	for _, v := range vs {
		if v.node >= 0 {
			p.boxes = append(p.boxes, box{v.node, v.x - v.w/2, v.y - v.h/2, v.w, v.h})
		}
	}
	out, in := ports(vs, chains)
	for i, e := range edges {
		if e[0] == e[1] {
			v := &vs[e[0]]
			x, y := v.x+v.w/2-26, v.y-v.h/2
			p.lines = append(p.lines, curve{edge: ids[i], loop: true, points: []point{{x - 14, y}, {x + 14, y}}, label: point{x, y - 26}})
			continue
		}
		var c curve
		c.edge = ids[i]
		chain := chains[i]
		c.points = append(c.points, point{vs[chain[0]].x + vs[chain[0]].w/2, out[i]})
		for _, v := range chain[1 : len(chain)-1] {
			c.points = append(c.points, point{vs[v].x - vs[v].w/2, vs[v].y}, point{vs[v].x + vs[v].w/2, vs[v].y})
		}
		last := &vs[chain[len(chain)-1]]
		c.points = append(c.points, point{last.x - last.w/2, in[i]})
		m := 2 * middle(chain)
		c.label = point{(c.points[m].x + c.points[m+1].x) / 2, (c.points[m].y + c.points[m+1].y) / 2}
		if turned[i] {
			slices.Reverse(c.points)
		}
		p.lines = append(p.lines, c)
	}
	return p
}

// ports spreads the ends of edges over the sides of their boxes.
func ports(vs []vertex, chains [][]int) (out, in []float64) {
	out, in = make([]float64, len(chains)), make([]float64, len(chains))
	leaving, reaching := map[int][]int{}, map[int][]int{}
	for i, c := range chains {
		if len(c) > 1 {
			leaving[c[0]] = append(leaving[c[0]], i)
			reaching[c[len(c)-1]] = append(reaching[c[len(c)-1]], i)
		}
	}
	spread := func(v int, edges []int, next func(i int) int, to []float64) {
		slices.SortStableFunc(edges, func(a, b int) int {
			return cmp.Or(cmp.Compare(vs[next(a)].y, vs[next(b)].y), cmp.Compare(a, b))
		})
		room := vs[v].h - 12
		step := min(room/float64(len(edges)), portGap)
		for k, i := range edges {
			to[i] = vs[v].y + step*(float64(k)-float64(len(edges)-1)/2)
		}
	}
	for v := range vs {
		spread(v, leaving[v], func(i int) int { return chains[i][1] }, out)
		spread(v, reaching[v], func(i int) int { return chains[i][len(chains[i])-2] }, in)
	}
	return out, in
}

// pack places the parts in rows, none much wider than a picture of this size should be.
func pack(all []*picture) *picture {
	out := &picture{}
	area, wide := 0.0, 640.0
	for _, p := range all {
		area += (p.w + partGap) * (p.h + partGap)
		wide = max(wide, p.w)
	}
	wide = max(wide, math.Sqrt(area)*1.35)
	x, y, row := 0.0, 0.0, 0.0
	for _, p := range all {
		if x > 0 && x+p.w > wide {
			x, y, row = 0, y+row+partGap, 0
		}
		for _, b := range p.boxes {
			b.x, b.y = b.x+x+margin, b.y+y+margin
			out.boxes = append(out.boxes, b)
		}
		for _, c := range p.lines {
			for i := range c.points {
				c.points[i].x += x + margin
				c.points[i].y += y + margin
			}
			c.label.x += x + margin
			c.label.y += y + margin
			out.lines = append(out.lines, c)
		}
		out.w, out.h = max(out.w, x+p.w), max(out.h, y+p.h)
		x, row = x+p.w+partGap, max(row, p.h)
	}
	out.w += 2 * margin
	out.h += 2 * margin
	return out
}
