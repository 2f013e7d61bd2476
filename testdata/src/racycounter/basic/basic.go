// Package basic holds racy counters in local variables.
package basic

import (
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

func loop() int {
	n := 0
	var wg sync.WaitGroup
	for i := 0; i < 10; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			n++ // want `n is incremented by several goroutines at once \(started in a loop at basic.go:16\) without a lock; increments may be lost`
		}()
	}
	wg.Wait()
	return n
}

func besideMain() int {
	n := 0
	go func() {
		n++ // want `n is incremented in a goroutine \(started at basic.go:27\) and read at basic.go:30 without a common lock`
	}()
	return n
}

func opAssign(items []int) int {
	sum := 0
	var wg sync.WaitGroup
	for _, it := range items {
		wg.Go(func() {
			sum += it // want `sum is updated by several goroutines at once \(started in a loop at basic.go:37\) without a lock; updates may be lost`
		})
	}
	wg.Wait()
	return sum
}

func maximum(items []int) int {
	best := 0
	var g errgroup.Group
	for _, it := range items {
		g.Go(func() error {
			if it > best {
				best = it // want `best is tested and then set by several goroutines at once \(started in a loop at basic.go:49\) without a lock`
			}
			return nil
		})
	}
	_ = g.Wait()
	return best
}

func twoGoroutines() {
	n := 0
	go func() { n++ }() // want `n is incremented in a goroutine \(started at basic.go:62\) and incremented at basic.go:63 by another`
	go func() { n++ }()
}

func timer() int {
	n := 0
	time.AfterFunc(time.Millisecond, func() { n-- }) // want `n is decremented in a timer callback \(started at basic.go:68\) and read at basic.go:69`
	return n
}

func element(words []string) map[string]int {
	counts := map[string]int{}
	var wg sync.WaitGroup
	for _, w := range words {
		wg.Add(1)
		go func() {
			defer wg.Done()
			counts[w]++ // want `counts\[w\] is incremented by several goroutines at once`
		}()
	}
	wg.Wait()
	return counts
}

func fixedElement() [4]int {
	var hist [4]int
	var wg sync.WaitGroup
	for i := 0; i < 8; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			hist[2]++ // want `hist\[2\] is incremented by several goroutines at once`
		}()
	}
	wg.Wait()
	return hist
}

func doneTooEarly() int {
	n := 0
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		wg.Done()
		n++ // want `n is incremented in a goroutine \(started at basic.go:104\) and read at basic.go:109`
	}()
	wg.Wait()
	return n
}

func onePathJoins(quick bool) int {
	n := 0
	done := make(chan struct{})
	go func() {
		n++ // want `n is incremented in a goroutine \(started at basic.go:115\) and read at basic.go:122`
		close(done)
	}()
	if !quick {
		<-done
	}
	return n
}

func limited(items []int) int {
	n := 0
	sem := make(chan struct{}, 8)
	for range items {
		sem <- struct{}{}
		go func() {
			defer func() { <-sem }()
			n++ // want `n is incremented by several goroutines at once`
		}()
	}
	return len(items)
}

func lockOnOneSide() int {
	var mu sync.Mutex
	n := 0
	go func() {
		mu.Lock()
		n++ // want `n is incremented in a goroutine \(started at basic.go:141\) and read at basic.go:146 without a common lock`
		mu.Unlock()
	}()
	return n
}

var hits int

func serve() {
	for {
		go func() {
			hits++ // want `hits is incremented by several goroutines at once`
		}()
	}
}
