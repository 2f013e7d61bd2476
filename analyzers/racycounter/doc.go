// Package racycounter reports counters and flags that several goroutines update without a lock.
//
// # Analyzer racycounter
//
// racycounter: report updates that goroutines can lose
//
// n++ reads n, adds one and writes it back. When two goroutines do it at once,
// both read the same value and one increment is lost:
//
//	n := 0
//	for _, item := range items {
//		wg.Add(1)
//		go func() {
//			defer wg.Done()
//			work(item)
//			n++ // n is incremented by several goroutines at once …
//		}()
//	}
//	wg.Wait()
//
// The same holds for x += y, for x = f(x), and for code that tests a variable
// and then sets it: both goroutines may pass the test. It concerns local and
// captured variables, fields, package variables and elements of maps, also when
// the increment, the goroutine or the lock is in another function, or in another package.
//
// A variable that is updated through sync/atomic must be read that way too: a
// plain read or write next to it is a data race. An atomic load followed by an
// atomic store of a value computed from it is two steps, and loses what happens in
// between.
//
// # Fix
//
// Make the variable an atomic.Int64 (or the like) when all its uses can be
// rewritten; otherwise take the lock that guards it elsewhere. Plain accesses beside
// atomic ones become calls of sync/atomic too.
//
// # When it stays silent
//
// A lock held at both places, also by callers; accesses before the go statement
// or after the join (Wait, a receive of the goroutine's result or close, the
// group's Wait); one element per goroutine; variables made anew in each iteration; a channel of
// one slot used as a lock; sync.Once; compare-and-swap claims; objects that have not been published.
package racycounter
