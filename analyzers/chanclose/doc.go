// Package chanclose reports closes that panic.
//
// # Analyzer chanclose
//
// chanclose: report channels that may be closed twice or sent on after close
//
// Closing a closed channel panics, and so does sending on one. Both happen when two
// goroutines, or two calls, share the duty to close:
//
//	func (s *Server) Stop() { close(s.quit) } // WRONG: the second Stop panics
//
//	func (s *Server) Stop() { s.once.Do(func() { close(s.quit) }) } // RIGHT
//
// # double
//
// Two closes of one channel can both run. This also finds an exported function that
// closes one channel of a map without asking whether the map still holds it, beside one
// that closes all of them.
//
// # send
//
// A sender may find the channel closed. Let the last sender close, or tell the
// senders through another channel and never close this one. This also finds a channel
// that is copied out of a field under the field's lock and sent on after the unlock,
// when another function takes the channel out of the field under that lock and closes
// it: the lock guards the copy, not the send.
//
// # receiver
//
// A receiver closes a channel that still has senders. Only they know that nothing
// more comes.
//
// # nil
//
// Closing a nil channel panics.
//
// # assumed
//
// Found under an assumption about callers, such as a second call of Close (strict).
//
// # Fix
//
// A close that stands just before a return is left to the deferred one. Who should close
// is otherwise for you to say: a sync.Once, or one owner.
//
// # When it stays silent
//
// The close is guarded by a sync.Once, by a flag under a lock, by an atomic
// compare-and-swap, or by a select that looks whether the channel is closed under
// the same lock. A send on a copy is left alone when the sender recovers, when the close
// waits for all senders, and when the field keeps the closed channel.
package chanclose
