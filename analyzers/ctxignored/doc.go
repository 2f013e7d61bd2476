// Package ctxignored reports functions that do not heed the context they are given.
//
// # Analyzer ctxignored
//
// ctxignored: report waits that go on when the caller's context has ended
//
// A context parameter is a promise: the function ends when the context does. It
// is broken by passing context.Background() on,
//
//	func (s *Store) Load(ctx context.Context, key string) ([]byte, error) {
//		return s.remote.Get(context.Background(), key) // context.Background() is passed to Get although ctx is at hand …
//	}
//
// by waiting without looking at it,
//
//	func (q *Queue) Pop(ctx context.Context) Item {
//		return <-q.items // Pop takes ctx and never looks at it …
//	}
//
// and by retrying until success: once the context has ended, every attempt
// fails, and the loop never ends.
//
// # Fix
//
// Pass the context at hand on. Select on ctx.Done() beside the channel, or use
// task.Recv, task.Send and task.Sleep of the runtime, where leaving is plain: the function
// returns nothing, or an error last, and has nothing to give back behind the wait.
//
// # When it stays silent
//
// Work that is detached by intent: context.WithoutCancel; goroutines and deferred
// calls; functions that shut down or clean up; a fresh context with a deadline of
// its own; objects that outlive the call (New…, Start…, Watch…); what follows the
// end of the context; a comment at the call that says so. Parameters named _
// promise nothing. A context that is passed to anybody else is taken as heeded.
package ctxignored
