package units

import (
	"cmp"
	"context"
	"errors"
	"slices"
)

// Run analyses packages, imports first, and returns their results in the order of the list; what an earlier call has analysed is
// taken from there. A package whose import failed has a result that says so.
func (r *Runner) Run(ctx context.Context, all []*Package) ([]*Result, error) {
	if r.done == nil {
		r.done = map[string]*Result{}
	}
	s := newSchedule(all, r.Reverse)
	byPath := map[string]*Package{}
	for _, p := range all {
		byPath[p.ImportPath] = p
	}
	finished := make(chan *Result)
	running := 0
	for s.left > 0 {
		for running < r.Workers {
			p := s.next()
			if p == nil {
				break
			}
			if r.done[p.key] != nil {
				s.finish(p)
				continue
			}
			if failed := r.failedImport(p, byPath); failed != "" {
				r.done[p.key] = &Result{Package: p, Failed: "import of " + failed + " failed"}
				s.finish(p)
				continue
			}
			if r.Started != nil {
				r.Started(p)
			}
			running++
			go func() { finished <- r.unit(ctx, p, byPath) }()
		}
		if running == 0 {
			if s.left > 0 && len(s.ready) == 0 {
				return nil, errors.New("packages import each other")
			}
			continue
		}
		res := <-finished
		running--
		r.done[res.Package.key] = res
		s.finish(res.Package)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := make([]*Result, len(all))
	for i, p := range all {
		out[i] = r.done[p.key]
	}
	return out, nil
}

// failedImport returns the first import of p that has no facts.
func (r *Runner) failedImport(p *Package, byPath map[string]*Package) string {
	for _, path := range p.deps() {
		dep := byPath[path]
		if dep == nil {
			return path
		}
		if res := r.done[dep.key]; res == nil || res.Facts == nil {
			return path
		}
	}
	return ""
}

// schedule hands out packages whose imports are finished.
type schedule struct {
	all     []*Package
	index   map[string]int
	waits   []int   // imports not finished, by index
	users   [][]int // packages that import this one
	ready   []int   // sorted; the next is the last
	left    int
	reverse bool
}

func newSchedule(all []*Package, reverse bool) *schedule {
	s := &schedule{all: all, index: map[string]int{}, waits: make([]int, len(all)), users: make([][]int, len(all)), left: len(all), reverse: reverse}
	for i, p := range all {
		s.index[p.ImportPath] = i
	}
	for i, p := range all {
		for _, d := range p.deps() {
			if j, ok := s.index[d]; ok {
				s.waits[i]++
				s.users[j] = append(s.users[j], i)
			}
		}
	}
	for i := range all {
		if s.waits[i] == 0 {
			s.add(i)
		}
	}
	return s
}

func (s *schedule) add(i int) {
	at, _ := slices.BinarySearchFunc(s.ready, i, func(a, b int) int {
		if s.reverse {
			return cmp.Compare(a, b)
		}
		return cmp.Compare(b, a)
	})
	s.ready = slices.Insert(s.ready, at, i)
}

func (s *schedule) next() *Package {
	if len(s.ready) == 0 {
		return nil
	}
	i := s.ready[len(s.ready)-1]
	s.ready = s.ready[:len(s.ready)-1]
	return s.all[i]
}

func (s *schedule) finish(p *Package) {
	s.left--
	for _, u := range s.users[s.index[p.ImportPath]] {
		if s.waits[u]--; s.waits[u] == 0 {
			s.add(u)
		}
	}
}
