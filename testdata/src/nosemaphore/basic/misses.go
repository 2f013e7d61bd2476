package basic

import (
	"maps"
	"sync"
)

// FN_iterator ranges over a function: the loop's body is a function of its own.
func FN_iterator(items map[string]*item) {
	var wg sync.WaitGroup
	for it := range maps.Values(items) {
		wg.Go(func() { _ = it.process() })
	}
	wg.Wait()
}

// FN_recursive starts a goroutine per node of a tree, without any loop over all of them.
func FN_recursive(t *tree, wg *sync.WaitGroup) {
	if t == nil {
		return
	}
	wg.Go(func() { FN_recursive(t.left, wg) })
	wg.Go(func() { FN_recursive(t.right, wg) })
}

type tree struct{ left, right *tree }
