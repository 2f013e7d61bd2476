// Package timeouts answers one question: who bounds this wait? A wait on
// something outside the program (a peer, a child process, a database) is bounded
// by a context with a deadline or a cancel, by the timeout of a client, server
// or dialer, by the deadline of a connection, or by nothing.
//
// The limit of a value is found backwards, from the value to where it was made
// ([Analysis.Limit]); what becomes of an object, forwards, through variables,
// fields, closures and the parameters of this package's functions
// ([Analysis.Trace]). A wait that only a parameter can bound is passed on to the
// callers, across packages, in the function's summary; the caller who passes a
// context without end is the one to blame.
package timeouts
