// Package queue hands values from producers to consumers through bounded queues that can be closed by anybody at any time.
//
//   - [Queue] is first in, first out; [Stack] last in, first out; [Priority] smallest key first, equal keys in the order of arrival.
//   - Put waits while the queue is full, Get while it is empty; both give up when their context ends. TryPut and TryGet never wait.
//   - Close is what a sentinel value or close(ch) is elsewhere, but safe: it may be called twice and while others put. Put then returns
//     [ErrClosed]; what was put before is still handed out, and Get returns ErrClosed only after the last value.
//   - All ranges over the values until the queue is closed and empty. Process runs a function on them with n workers.
//   - Join waits until everything that was put has been dealt with: taken by Get, or, for All and Process, the loop body or function has
//     finished with it (returned, panicked or left the loop: it is counted for you).
//
// A queue may be used by any number of goroutines. Put and Get cost about as much as on a channel of the same capacity without a select, and
// allocate only when they really wait with a context that can end.
package queue
