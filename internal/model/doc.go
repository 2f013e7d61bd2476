// Package model is the pure domain of the analysis: locksets, lock orders,
// blocking reasons, spawns, accesses, and the summaries in which a function's
// effects travel to its callers. It joins, instantiates and compares them, and
// knows neither SSA nor the analysis framework, so that every rule can be
// tested on values written by hand.
package model
