// Package copies is the engine's wing for channels that are copied out of a field
// under its lock and sent on when the lock has been given up.
//
// The lock makes the copy safe, not what is done with it: whoever closes the channel
// takes it out of the field under the same lock, so that nobody finds it any more,
// but the copy was made before. That the field is changed under the lock tells the
// two from a channel that is closed when all senders have gone.
package copies
