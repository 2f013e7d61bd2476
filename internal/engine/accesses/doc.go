// Package accesses is the engine's wing for shared memory: every read and write
// of variables, fields, globals and the contents of maps and slices, with the
// locks held there, and whether two of them may happen at once.
//
// Two accesses conflict if one writes, both are not atomic, an activation leads
// to both through different goroutines (see the spawn wing), the location has one
// name in that activation, and no lock is held at both. An object that is made in
// the activation counts once for each time it is made. The ownership idea is
// RacerD's (Blackshear et al., OOPSLA 2018); here the instance is compared, not
// only the access path, wherever one function leads to both sides.
package accesses
