// Package flow holds the two solvers that every layer of the analysis shares: a
// forward data-flow fixpoint over a semilattice, and the bottom-up order of the
// strongly connected components of a graph. It knows nothing of Go programs.
package flow
