// Package gate decides who may pass, and when: semaphores limit how many, an event says from when on, a barrier makes all wait for all.
//
//   - [Semaphore] admits at most n holders at a time; [Weighted] counts units instead of holders.
//   - [Event] is a flag that goroutines can wait for; it can be set twice and cleared again.
//   - [Barrier] lets n parties run in rounds, and copes with a party that leaves or dies.
//
// Every method that may wait takes a context first and returns [context.Cause] of it when it ends. A caller whose context has already
// ended gets nothing: Acquire with a cancelled context fails even when a permit is free. What can never succeed is refused at once
// (acquiring more than there is, releasing what nobody acquired), with the places of both sides in the message.
package gate
