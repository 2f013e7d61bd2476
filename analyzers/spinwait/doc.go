// Package spinwait reports loops that wait without blocking.
//
// # Analyzer spinwait
//
// spinwait: report loops that poll or burn a processor instead of waiting
//
// Waiting belongs to channels, wait groups, conditions and events. A loop that
// looks at a flag again and again burns a processor, or sleeps too long after the
// flag has changed:
//
//	for !s.stopped.Load() {
//		time.Sleep(10 * time.Millisecond) // this loop polls s.stopped …
//	}
//
// A select whose default does nothing never waits. A receive from a closed
// channel returns at once, for ever: where "closed" leads back to the receive, the
// loop spins from then on. In Go a break inside a select leaves only the select:
//
//	for {
//		select {
//		case <-ctx.Done():
//			break // when ctx has ended this loop spins …
//		case v := <-in:
//			use(v)
//		}
//	}
//
// A sleep that stands for the end of a goroutine is wrong on the machine that is
// slower than the one it was tried on.
//
// # Fix
//
// Remove an idle default, which makes the select wait; return from, or leave the
// labelled loop in, the case of a closed channel; make a local flag a channel that is
// closed; wait for the goroutine with a sync.WaitGroup instead of sleeping. A polled
// field becomes a gate.Event of the runtime module, whose Wait takes a context.
//
// # When it stays silent
//
// Loops that do work between the looks, or ask something outside the program:
// files, sockets, functions it cannot see through; compare-and-swap loops;
// spinlocks in methods named Lock; lock-free algorithms that compare atomic
// counters with each other (spinwait/lockfree, in the strict tier); loops that a counter or the time ends, if they
// burn no processor; a variable that only the loop's own function changes;
// tests, for polling and sleeping.
package spinwait
