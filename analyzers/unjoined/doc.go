// Package unjoined reports goroutines that somebody meant to wait for and does not.
//
// # Analyzer unjoined
//
// unjoined: report goroutines that outlive the one who should wait for them
//
// A goroutine that nobody waits for goes on when its function has returned: it
// writes into a file that is closed by then, into a directory that is removed, or
// not at all because the program has ended. Where a goroutine announces its end,
// somebody meant to wait, and the mistake is a path that does not:
//
//	done := make(chan error, 1)
//	go func() { done <- os.WriteFile(name, data, 0o600) }()
//	if err := check(name); err != nil {
//		return err // returns without waiting for this goroutine …
//	}
//	return <-done
//
// It is reported that a return lies between the start and the wait; that a wait
// group counts goroutines, or a channel is closed at their end, and nobody waits;
// that a test or main returns before a goroutine that it started has reported or
// written.
//
// # Fix
//
// Wait on every path: defer wg.Wait() after the first Add, or receive before the
// return. A goroutine without a signal that certainly ends becomes one of
// WaitGroup.Go with a deferred Wait, or of an error group that is in scope. An error
// group or task.Run cannot be left without waiting.
//
// # When it stays silent
//
// The absence of an owner proves nothing: goroutines without a signal, servers
// that live as long as the process, and loops that end with a context are not
// reported. Nor are paths that decide not to wait (a select with a timeout or a
// context), goroutines that are told to stop on the way out, results that only
// cost time, starts and waits under one condition, and wait groups and channels
// that are passed on, returned or stored.
//
// The strict tier also reports goroutines that write something, give no signal
// and wait for nothing themselves: work that was let go without a word.
package unjoined
