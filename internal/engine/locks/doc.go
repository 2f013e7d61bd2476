// Package locks is the lock wing of the engine: which locks are held at each
// instruction, and what each function does to the locks of its callers.
//
// It is property simulation in the manner of ESP (Das, Lerner, Seigle, PLDI
// 2002). States with the same key (locks held, locks of the caller given up,
// deferred calls pending) merge, and what the branches taken so far have told
// about values survives as far as both agree; states with different keys stay
// apart. That one idea covers correlated flags, re-tested errors, TryLock,
// helpers with a needLock parameter and conditional unlocks.
//
// Functions are summarised bottom-up as a list of outcomes rather than one net
// effect: a caller drops the outcomes that contradict what it knows, forks on
// the rest, and records in each branch what the outcome's condition says.
package locks
