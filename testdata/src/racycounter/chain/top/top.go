// Package top starts goroutines that reach counters through two other packages.
package top

import (
	"sync"

	"racycounter/chain/helper"
	"racycounter/chain/middle"
)

type conn struct {
	mu   sync.Mutex
	sent int
	seen map[string]int
}

func direct(c *conn) {
	for i := 0; i < 3; i++ {
		go helper.Inc(&c.sent) // want `c.sent is incremented through helper.Inc \(helper.go:10\) by several goroutines at once \(started in a loop at top.go:19\) without a lock; increments may be lost`
	}
}

func inLiteral() int {
	n := 0
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			helper.Inc(&n) // want `n is incremented through helper.Inc \(helper.go:10\) by several goroutines at once`
		}()
	}
	wg.Wait()
	return n
}

func twoLevels(j *middle.Job) int {
	go middle.Step(j) // want `j.Rounds is incremented through helper.Inc \(helper.go:10\) in a goroutine \(started at top.go:38\) and read at top.go:39 without a common lock`
	return j.Rounds
}

func methodAndGetter(c *helper.Counter) int {
	go c.Bump() // want `c.n is incremented through helper.\(\*Counter\).Bump \(helper.go:29\) in a goroutine \(started at top.go:43\) and read through helper.\(\*Counter\).Value \(helper.go:39\) at top.go:44 without a common lock`
	return c.Value()
}

func ofMap(c *conn, keys []string) {
	for _, k := range keys {
		go helper.Count(c.seen, k) // want `c.seen is incremented through helper.Count \(helper.go:19\) by several goroutines at once`
	}
}

func lockOfCallee(c *helper.Counter) {
	go c.LockedBump()
	c.N++ // want `c.N is incremented here and incremented through helper.\(\*Counter\).LockedBump \(helper.go:35\) at top.go:54 in a goroutine \(started at top.go:54\) without a common lock; increments may be lost`
}

func leftRunning() int {
	n := 0
	helper.Later(&n) // want `n is incremented through helper.Later \(helper.go:43\) in a goroutine \(started at top.go:60\) and read at top.go:61 without a common lock`
	return n
}

func mixed(j *middle.Job) int64 {
	go j.Note()
	return j.Calls()
}

// The silent ones.

func sameLock(c *helper.Counter) {
	go c.LockedBump()
	c.Mu.Lock()
	c.N++
	c.Mu.Unlock()
}

func lockAround(c *conn) {
	for i := 0; i < 3; i++ {
		go func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			helper.Inc(&c.sent)
		}()
	}
}

func ownOfEach() {
	for i := 0; i < 3; i++ {
		go func() {
			n := 0
			helper.Inc(&n)
			_ = helper.Get(&n)
		}()
	}
}

func elementOfEach(n int) []int {
	out := make([]int, n)
	var wg sync.WaitGroup
	for i := range out {
		wg.Add(1)
		go func() {
			defer wg.Done()
			helper.Inc(&out[i])
		}()
	}
	wg.Wait()
	return out
}

func awaited() int {
	n := 0
	var wg sync.WaitGroup
	helper.LaterDone(&wg, &n)
	wg.Wait()
	helper.LaterDone(&wg, &n)
	wg.Wait()
	return n
}

func waitedInside() int {
	n := 0
	helper.Waited(&n)
	helper.Waited(&n)
	return n
}

func readersOnly(c *conn) {
	for i := 0; i < 3; i++ {
		go helper.Get(&c.sent)
	}
}

func beforeAndAfter() int {
	n := 0
	helper.Inc(&n)
	done := make(chan struct{})
	go func() {
		helper.Inc(&n)
		close(done)
	}()
	<-done
	return helper.Get(&n)
}

// Each set is a copy of None, and its own.
func ownSets() {
	for i := range 3 {
		go func() {
			s := helper.NewSet(i)
			s.Add(4)
		}()
	}
}

func sharedSet() helper.Set {
	s := helper.NewSet()
	for i := range 3 {
		go func() {
			s.Add(i) // want `s is updated through helper.\(\*Set\).Add .* by several goroutines at once`
		}()
	}
	return s
}

func globalSet() {
	for i := range 3 {
		go func() {
			helper.None.Add(i) // want `None is updated through helper.\(\*Set\).Add .* by several goroutines at once`
		}()
	}
}
