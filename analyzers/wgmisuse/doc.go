// Package wgmisuse reports wait groups whose count does not come out.
//
// # Analyzer wgmisuse
//
// wgmisuse: report wait groups that wait for ever, too briefly, or panic
//
// Add belongs before the go statement, Done on every path of the goroutine, Wait
// after all of it:
//
//	var wg sync.WaitGroup
//	for _, u := range urls {
//		go func() {
//			wg.Add(1) // WRONG: Wait may already have returned
//			defer wg.Done()
//			fetch(u)
//		}()
//	}
//	wg.Wait()
//
//	wg.Go(func() { fetch(u) }) // RIGHT: Add, go and Done in one
//
// # addinside
//
// Add stands in the goroutine that it announces.
//
// # addafterwait
//
// Add from zero may run when Wait has already begun.
//
// # missingdone
//
// A path skips Done, or nobody is left to call it, and Wait never returns.
//
// # selfwait
//
// A goroutine waits for its own Done.
//
// # negative
//
// Done runs more often than Add announced, which panics.
//
// # notdeferred
//
// Done is the last statement of a goroutine whose panics are recovered, by itself
// or by the helper that starts it: a panic before it skips it.
//
// # copied
//
// A wait group passed by value counts for itself.
//
// # assumed
//
// Found under an assumption about callers (strict).
//
// # When it stays silent
//
// The group is shared with code that may call Done; the count depends on
// arithmetic that cannot be followed.
package wgmisuse
