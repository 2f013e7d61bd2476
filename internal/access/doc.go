// Package access names memory locations the way a reader of the source would:
// a root (parameter, captured variable, global, allocation, value) followed by
// selectors (fields and elements), such as recv.mu or param 1 .conn.state.
//
// Two questions are asked of two locations, and they have different answers.
//
//   - Same instance: do both names certainly mean the same memory in this
//     activation? Paths are interned by a [Table], so it is pointer equality
//     of exact paths. Re-entrant locking and held-at questions need it.
//   - Same class: are both the same field of the same named type (or the same
//     global) of possibly different objects? See [Path.Class]. Lock order and
//     guard inference need it.
//
// The split follows Infer's AbstractAddress: parameter roots are equal only
// within one thread, across threads only classes are compared.
//
// The package knows go/types only. Dereferences are transparent: a pointer
// field and what it points to share a path, because a program that swaps the
// pointer while it holds the lock behind it is rare and already wrong.
package access
