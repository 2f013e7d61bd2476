//go:build scenario

package annotate

import (
	"sync"
	"testing"
)

func TestCountBad(t *testing.T) {
	s := &Store{items: map[string]int{}}
	var wg sync.WaitGroup
	wg.Go(func() { s.Put("k", 1) })
	wg.Go(func() { s.CountBad() })
	wg.Wait()
}

func TestTotalBad(t *testing.T) {
	m := new(Meter)
	var wg sync.WaitGroup
	wg.Go(func() { m.Add(1) })
	wg.Go(func() { m.TotalBad() })
	wg.Wait()
}

func TestFirstBad(t *testing.T) {
	p := &Pair{items: map[string]int{}}
	var wg sync.WaitGroup
	wg.Go(func() { p.Put("k", 1) })
	wg.Go(func() { p.FirstBad() })
	wg.Wait()
}
