// Package racycapture reports captured variables that goroutines write while others use them.
//
// # Analyzer racycapture
//
// racycapture: report captured variables written in parallel
//
// A function literal shares the variables of the function around it. When it
// runs as a goroutine, an assignment to such a variable is a data race unless
// something orders it:
//
//	err := prepare()
//	go func() {
//		err = send() // err is written in a goroutine … and read at …
//	}()
//	if err != nil {
//
// The usual suspects are err, assigned with = where := was meant; a named result,
// which the function writes when it returns; a result that is read although the
// wait for it was given up; a map or slice that several goroutines fill; and, in
// files below go1.22, the loop variable.
//
// # Fix
//
// Declare the variable inside the goroutine, send the result through a channel,
// or give each goroutine an element of its own. := instead of = is offered where
// the goroutine does not need the outer variable, and a copy for each iteration of a
// loop that shares its variable.
//
// # When it stays silent
//
// Variables declared in the literal; a join (Wait, receive, group) between the
// goroutine's accesses and the others; one element per goroutine; a common lock;
// values handed over through channels.
package racycapture
