// Package ssabuild gives the other wings of the engine one view of a package:
// its functions in SSA form, the access path of any value, the possible callees
// of any call, and a bottom-up order.
//
// Three decisions shape it.
//
//   - Closures are addressed lexically. A captured variable resolves to the
//     variable of the enclosing function, so parent and closure name the same
//     lock with the same path, and `defer func() { unlock() }()` needs no rule.
//     Such paths never leave the package.
//   - A local with exactly one store, counting stores in closures, is the value
//     stored: otherwise a receiver has two names as soon as any closure exists.
//   - Wrappers (bound methods, method expressions, promoted methods) are never
//     analysed; calls through them resolve to the method behind, with the
//     receiver put back in its place.
package ssabuild
