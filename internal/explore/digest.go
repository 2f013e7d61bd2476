package explore

import "hash/maphash"

// A digest stands for the canonical key of a state. With 128 bits, no two keys of
// any exploration share one in practice.
type digest [2]uint64

// A visited is a set of states.
type visited map[digest]struct{}

// add notes a state; it reports whether it is new.
func (v visited) add(d digest) bool {
	n := len(v)
	v[d] = struct{}{}
	return len(v) > n
}

var digestSeeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

func digestOf(key []byte) digest {
	return digest{maphash.Bytes(digestSeeds[0], key), maphash.Bytes(digestSeeds[1], key)}
}
