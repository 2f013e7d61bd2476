// Package losterror reports errors of goroutines that nobody will ever see.
//
// # Analyzer losterror
//
// losterror: report errors that are lost with their goroutine
//
// A goroutine has no caller. What it returns is thrown away, what it assigns has
// to be read by somebody who waits, what it sends needs somebody who receives.
// Where that somebody is missing, the program goes on as if all were well:
//
//	func (s *Store) Backup(files []string) error {
//		var g errgroup.Group
//		for _, f := range files {
//			g.Go(func() error { return s.copy(f) })
//		}
//		g.Wait() // the error of g.Wait is ignored …
//		return nil
//	}
//
// The error's way is followed from the call that returns it to the one who could
// look at it. It is lost when
//
//   - a function with an error result is started with go, or is all that a goroutine does;
//   - it is assigned to a captured variable that is not read after the join;
//   - the Wait of an error group, or task.Run, is a statement of its own;
//   - a return leaves between a group's Go and its Wait, or there is no Wait;
//   - it is returned from a callback to a function whose own error is ignored;
//   - it is sent on a channel that nobody receives from, that has too few slots, or
//     whose select may prefer the signal that all is done;
//   - the future of a pool's task is dropped.
//
// A related mistake is a function of an error group that uses the context from
// which the group's own was derived: it goes on after another one has failed.
//
// # Fix
//
// Return the error of Wait, or of the function that returns it; wait for the group
// before an early return; let the function of the group use the group's
// context; give the channel a slot for each sender. Where nobody can be given the
// error, log it the way the code around it logs. Everything else is yours to
// decide: send the error, or start the function in an error group or with task.Run.
//
// # When it stays silent
//
// Errors that are logged, counted, sent, stored, or given to any function that
// does not return an error; functions that never fail or only say that their
// context has ended; closing, removing, printing and copying; groups that are
// passed on or kept in a field; a comment on the line, or above it, that speaks of
// the error or says that it is ignored on purpose; goroutines started in tests.
package losterror
