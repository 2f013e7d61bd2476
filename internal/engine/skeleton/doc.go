// Package skeleton compiles functions in SSA form to the skeletons that package
// explore executes, chooses the scopes worth exploring, and collects what was
// found.
//
// A skeleton keeps what can reach a synchronisation object: channels, locks,
// wait groups, contexts, closures, the structs that hold them, and the conditions
// that decide between operations. Floats, plain structs and strings, but for those that tell kinds apart, are left out;
// branches that only touch those are skipped ([explore.Simplify]).
//
// Scopes are functions that create synchronisation objects of their own, and
// types whose methods share them, under a client that calls any two methods at
// once and may still call any other (a stuck state counts only if no further call
// would free it).
package skeleton
