// Package lock has mutexes that know in which order they may be taken, and values that cannot be touched without their lock.
//
//   - [Mutex] and [RWMutex] have the methods of their namesakes in sync, and may have a rank.
//   - [All] takes several of them at once, always in the same order.
//   - [Guarded] is a value that is only reached with its lock held; [Guarded.When] waits until it is in a wanted state.
//   - [Cond] is a condition variable whose Wait takes a context and cannot be used without a condition.
//
// # Debug builds
//
// In a normal build a Mutex is a sync.Mutex: nothing is recorded and nothing is checked. In a build with -race, or with the tag
// conclint_debug, every operation is checked before it blocks, and misuse panics with both places:
//
//   - locking what the goroutine itself holds, and unlocking what it does not hold;
//   - taking a lock of lower rank than one that is held;
//   - taking two locks in one order here and in the other order there, even if the two never met: a cycle of any length is found when its
//     last part first runs, like the kernel's lockdep. Locks made at one place (by [NewMutex], [NewRWMutex] or Setup) or with one name are one
//     class, and an order among classes counts for all of them; a zero Mutex that was not set up is a class of its own. A cycle is not
//     reported if all its parts hold one more lock in common, or if it is made of read locks only and nobody ever writes.
//
// Lock and Unlock cost well under a microsecond there. Locks must be released by the goroutine that took them: one that ends with a lock held
// is not noticed itself, but may make the checks of a later goroutine wrong.
//
// # No re-entrant lock
//
// There is none here, on purpose. A lock protects an invariant that holds whenever the lock is free; code that takes the lock may rely on it.
// A re-entrant lock lets the inner call in while the outer one is half done, so it turns a deadlock that is found in the first test into
// wrong data that is found in production. It needs an owner, which a Go mutex does not have: asking for the identity of a goroutine costs two
// hundred times as much as the lock. And it does not even help with read locks, where a writer that waits in between makes the second RLock
// wait for it.
//
// Instead, split the method in two: Deposit takes the lock and calls depositLocked, and so does every other method that holds the lock
// already. Say so with m.AssertHeld() as the first statement of depositLocked. Or keep the data in a [Guarded] and write helpers that take
// the *T which Do hands out: who has the pointer has the lock.
package lock
