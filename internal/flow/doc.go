// Package flow holds what every layer of the analysis shares about graphs: the
// bottom-up order of their strongly connected components. It knows nothing of Go
// programs.
package flow
