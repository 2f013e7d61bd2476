// Package engine is the analysis behind all analyzers. It is one analyzer, which
// owns all facts; reporters require it and ask its [Info].
//
// A package goes through a cheap gate (can it touch goroutines, locks or
// channels, or wrap what does?), is built into SSA form, and is then looked at by
// the wings, one package each below this one:
//
//	ssabuild   functions, access paths, callees
//	locks      locksets, lock summaries, lock order
//	…
//
// The summaries of functions travel as facts on functions, the lock order as a
// cumulative fact on packages. Positions in facts are "file.go:12", never token.Pos.
package engine
