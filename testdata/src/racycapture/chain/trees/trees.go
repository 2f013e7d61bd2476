// Package trees walks trees with several goroutines.
package trees

import (
	"sync"
	"time"
)

// A Node has children.
type Node struct {
	Name     string
	Children []*Node
}

// Walk calls visit for each child, one at a time.
func Walk(root *Node, visit func(*Node) error) error {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex // visit is not called concurrently
		first error
	)
	for _, n := range root.Children {
		wg.Go(func() {
			mu.Lock()
			err := visit(n)
			if err != nil && first == nil {
				first = err
			}
			mu.Unlock()
		})
	}
	wg.Wait()
	return first
}

// Locked calls visit for each child, one at a time, through a literal of its own.
func Locked(root *Node, visit func(*Node)) {
	var mu sync.Mutex
	one := func(n *Node) {
		mu.Lock()
		defer mu.Unlock()
		visit(n)
	}
	Each(root, one)
}

// Each calls visit for all children at once.
func Each(root *Node, visit func(*Node)) {
	var wg sync.WaitGroup
	for _, n := range root.Children {
		wg.Go(func() { visit(n) })
	}
	wg.Wait()
}

// Own calls visit for all children at once: each goroutine has a lock of its own.
func Own(root *Node, visit func(*Node)) {
	var wg sync.WaitGroup
	for _, n := range root.Children {
		wg.Go(func() {
			var mu sync.Mutex
			mu.Lock()
			defer mu.Unlock()
			visit(n)
		})
	}
	wg.Wait()
}

// Shared calls visit for all children at once, kept away from writers only.
func Shared(root *Node, visit func(*Node)) {
	var wg sync.WaitGroup
	var mu sync.RWMutex
	for _, n := range root.Children {
		wg.Go(func() {
			mu.RLock()
			defer mu.RUnlock()
			visit(n)
		})
	}
	wg.Wait()
}

// Later calls visit for each child, one at a time, and does not wait.
func Later(root *Node, visit func(*Node)) {
	var mu sync.Mutex
	for _, n := range root.Children {
		go func() {
			mu.Lock()
			defer mu.Unlock()
			visit(n)
		}()
	}
}

// Both calls two functions at once and receives from both.
func Both(f, g func()) {
	done := make(chan bool)
	defer close(done)
	go func() {
		f()
		done <- true
	}()
	go func() {
		g()
		done <- true
	}()
	for range 2 {
		<-done
	}
}

// Counted is Both with an older loop.
func Counted(f, g func()) {
	done := make(chan bool)
	go func() {
		f()
		done <- true
	}()
	go func() {
		g()
		done <- true
	}()
	for i := 0; i < 2; i++ {
		<-done
	}
}

// Start runs f and does not wait.
func Start(f func()) {
	go f()
}

// Within calls f until it is true, and gives up after a while.
func Within(d time.Duration, f func() bool) bool {
	answer := make(chan bool, 1)
	timeout := time.After(d)
	for {
		go func() { answer <- f() }()
		select {
		case <-timeout:
			return false
		case ok := <-answer:
			if ok {
				return true
			}
		}
	}
}

// EachOf calls visit for all nodes at once.
func EachOf(nodes []*Node, visit func(*Node)) {
	var wg sync.WaitGroup
	for _, n := range nodes {
		wg.Go(func() { visit(n) })
	}
	wg.Wait()
}
