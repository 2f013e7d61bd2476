// Package fixcheck proves every offered fix, one by one: applied to a copy of its file, the package must compile, the
// finding must be gone, and none may appear.
//
// One run of go vet over a module records the units it analyses, that is, what the go command tells the vet tool about each
// package: files, and where the types and facts of its imports lie. A fix is then judged by a single run of the tool
// on the unit of its package with the edited file in place of the original, which is all that differs from a whole
// run of go vet. Units that import the package are judged too where an edit lies outside function bodies, since only then can
// they stop compiling. In the end fixes that do not touch each other are applied together, and the real go vet compiles and judges
// the whole module.
package fixcheck
