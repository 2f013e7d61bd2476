// Package notimeout reports waits on the outside that nothing bounds.
//
// # Analyzer notimeout
//
// notimeout: report network, database and process waits that nothing bounds
//
// A peer that accepts a connection and then says nothing is the commonest
// failure of a network. Code that waits for it without a limit keeps a
// goroutine, a connection and often a lock for ever:
//
//	func status(u string) (int, error) {
//		resp, err := http.Get(u) // http.Get has no timeout …
//		…
//	}
//
// A limit is a context that can end, the Timeout of an http.Client or
// net.Dialer, a deadline of the connection. It may be set anywhere up the stack:
// a function that leaves the limit to its context, request or client parameter
// is silent, and the caller that passes one without end is reported instead.
//
// An http.Server needs ReadHeaderTimeout or ReadTimeout: without them anyone can
// hold its connections by sending headers one byte at a time.
//
// Database calls and child processes are reported where a context is at hand and
// not used, or where a request waits for them.
//
// # Fix
//
// The context variant of the function where a context is at hand
// (QueryContext, exec.CommandContext, http.NewRequestWithContext); a select on the
// context beside a receive, or task.Recv of the runtime; a Timeout field with a default
// of 30 seconds, to be adapted, elsewhere.
//
// # When it stays silent
//
// Clients, servers and connections that get a limit in another function, or
// may get one where it cannot be seen; waits in goroutines that nobody waits
// for; deferred calls and functions that clean up, which must run although the
// context has ended; a command that is killed by its process; loopback
// addresses and Unix sockets; tests. In command-line programs, which a person
// can interrupt, waits are reported by notimeout/cli in the strict tier.
package notimeout
