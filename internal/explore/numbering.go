package explore

// A numbering gives small ids numbers in the order in which they are first asked
// for. Starting over is free: what belongs to an earlier round does not count.
type numbering struct {
	round uint32
	of    []numbered
	used  uint32
}

type numbered struct{ round, number uint32 }

func (n *numbering) restart() {
	n.round++
	n.used = 0
}

// get returns the number of id, counted from one, or zero if it has none.
func (n *numbering) get(id int32) uint32 {
	if int(id) >= len(n.of) || n.of[id].round != n.round {
		return 0
	}
	return n.of[id].number
}

func (n *numbering) has(id int32) bool { return n.get(id) != 0 }

// add returns the number of id and whether it is new.
func (n *numbering) add(id int32) (number uint32, fresh bool) {
	if k := n.get(id); k != 0 {
		return k, false
	}
	for int(id) >= len(n.of) {
		n.of = append(n.of, make([]numbered, 64+len(n.of)/2)...)
	}
	n.used++
	n.of[id] = numbered{n.round, n.used}
	return n.used, true
}
