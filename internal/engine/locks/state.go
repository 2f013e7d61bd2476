package locks

import (
	"encoding/binary"
	"slices"
	"sort"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/model"
)

// A Held is a lock held at some point of a function, with how it came to be held.
type Held struct {
	model.LockOp
	Site  ssa.Instruction // the call in this function that acquired it
	Chain []model.Hop     // from this function down to the acquisition
	Once  bool            // the running of a sync.Once, not a lock
	From  *ssa.Function   // the callee in this package that left it held, if one did
}

// A fact is what the branches taken so far have told of a value.
type fact struct {
	key int
	val model.Val
}

// state is one abstract state. It is immutable: operations return changed copies.
type state struct {
	held     []Held
	released []model.LockOp // locks of the caller that were given up and not taken again
	defers   []*ssa.Defer   // pending, oldest first
	facts    []fact         // sorted by key
	freed    []*access.Path // locks taken and released directly in this activation, sorted by ID
}

// key identifies what must not be merged.
func (s *state) key() string {
	var buf []byte
	ops := make([]uint64, 0, len(s.held)+len(s.released))
	for _, h := range s.held {
		ops = append(ops, uint64(h.Path.ID())<<3|uint64(h.Mode))
	}
	slices.Sort(ops)
	for _, o := range ops {
		buf = binary.AppendUvarint(buf, o+1)
	}
	buf = append(buf, 0)
	ops = ops[:0]
	for _, r := range s.released {
		ops = append(ops, uint64(r.Path.ID())<<3|uint64(r.Mode))
	}
	slices.Sort(ops)
	for _, o := range ops {
		buf = binary.AppendUvarint(buf, o+1)
	}
	buf = append(buf, 0)
	for _, d := range s.defers {
		buf = binary.AppendUvarint(buf, uint64(d.Pos())+1)
	}
	for i := len(s.facts) - 1; i >= 0 && s.facts[i].key&sticky != 0; i-- { // they sort last
		buf = binary.AppendUvarint(buf, uint64(s.facts[i].key))
		buf = append(buf, byte(s.facts[i].val.Kind))
		buf = binary.AppendVarint(buf, s.facts[i].val.N)
	}
	return string(buf)
}

func (s *state) clone() *state {
	c := *s
	return &c
}

// merge joins two states of one key: facts and freed locks on which both agree
// survive. changed tells whether the result knows less than s.
func (s *state) merge(t *state) (_ *state, changed bool) {
	facts := intersectFacts(s.facts, t.facts)
	freed := intersectPaths(s.freed, t.freed)
	if len(facts) == len(s.facts) && len(freed) == len(s.freed) {
		return s, false
	}
	c := s.clone()
	c.facts, c.freed = facts, freed
	return c, true
}

func intersectFacts(a, b []fact) []fact {
	if slices.Equal(a, b) {
		return a
	}
	var out []fact
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i].key < b[j].key:
			i++
		case a[i].key > b[j].key:
			j++
		default:
			if a[i].val == b[j].val {
				out = append(out, a[i])
			}
			i++
			j++
		}
	}
	return out
}

func intersectPaths(a, b []*access.Path) []*access.Path {
	if slices.Equal(a, b) {
		return a
	}
	var out []*access.Path
	for _, p := range a {
		if slices.Contains(b, p) {
			out = append(out, p)
		}
	}
	return out
}

// get is what is known of the value with the given key.
func (s *state) get(key int) model.Val {
	i := sort.Search(len(s.facts), func(i int) bool { return s.facts[i].key >= key })
	if i < len(s.facts) && s.facts[i].key == key {
		return s.facts[i].val
	}
	return model.Val{}
}

// set records a fact; a zero value forgets it.
func (s *state) set(key int, val model.Val) *state {
	i := sort.Search(len(s.facts), func(i int) bool { return s.facts[i].key >= key })
	present := i < len(s.facts) && s.facts[i].key == key
	switch {
	case !present && val.Kind == model.NoVal, present && s.facts[i].val == val:
		return s
	}
	c := s.clone()
	switch {
	case !present:
		c.facts = slices.Insert(slices.Clone(s.facts), i, fact{key, val})
	case val.Kind == model.NoVal:
		c.facts = slices.Delete(slices.Clone(s.facts), i, i+1)
	default:
		c.facts = slices.Clone(s.facts)
		c.facts[i].val = val
	}
	return c
}

// drop forgets all facts that the predicate selects.
func (s *state) drop(pred func(key int) bool) *state {
	if !slices.ContainsFunc(s.facts, func(f fact) bool { return pred(f.key) }) {
		return s
	}
	c := s.clone()
	c.facts = slices.DeleteFunc(slices.Clone(s.facts), func(f fact) bool { return pred(f.key) })
	return c
}

// find is the index of the held lock at exactly this path, -1 if it is not held.
func (s *state) find(p *access.Path) int {
	return slices.IndexFunc(s.held, func(h Held) bool { return h.Path == p })
}

// acquire adds a lock. A lock of the caller that was given up before is merely
// taken back: helpers that unlock, call and lock again cancel out.
func (s *state) acquire(h Held) *state {
	if i := slices.IndexFunc(s.released, func(r model.LockOp) bool { return r.Path == h.Path }); i >= 0 {
		c := s.clone()
		c.released = slices.Delete(slices.Clone(s.released), i, i+1)
		return c
	}
	if i := s.find(h.Path); i >= 0 {
		return s
	}
	c := s.clone()
	c.held = append(slices.Clone(s.held), h)
	if j := slices.Index(c.freed, h.Path); j >= 0 {
		c.freed = slices.Delete(slices.Clone(c.freed), j, j+1)
	}
	return c
}

// remove takes the held lock at index i away.
func (s *state) remove(i int) *state {
	c := s.clone()
	c.held = slices.Delete(slices.Clone(s.held), i, i+1)
	return c
}

// giveUp notes the release of a lock that was not taken here.
func (s *state) giveUp(op model.LockOp) *state {
	if slices.ContainsFunc(s.released, func(r model.LockOp) bool { return r.Path == op.Path }) {
		return s
	}
	c := s.clone()
	c.released = append(slices.Clone(s.released), op)
	return c
}

// free notes that a lock was taken and released here.
func (s *state) free(p *access.Path) *state {
	if slices.Contains(s.freed, p) {
		return s
	}
	c := s.clone()
	c.freed = append(slices.Clone(s.freed), p)
	return c
}
