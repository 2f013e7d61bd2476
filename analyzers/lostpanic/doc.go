// Package lostpanic reports goroutines whose panic ends the process although their siblings recover.
//
// # Analyzer lostpanic
//
// lostpanic: report goroutines without recover beside siblings that have one
//
// A panic that reaches the end of a goroutine ends the whole process; a recover in
// the function that started it cannot help. Where some goroutines of a function or
// type recover from what foreign code does, and another calls foreign code without,
// one was forgotten:
//
//	go func() {
//		defer logPanic()
//		handle(first)
//	}()
//	go func() { handle(second) }() // a panic of handle in this goroutine ends the process …
//
// It is a matter of policy whether a program should survive a panic; so this
// analyzer is part of the strict tier.
//
// # Fix
//
// Defer the sibling's recover, where it is a function or method that both can name. Or
// start both in a group of conclint's runtime, which carries panics to the join.
//
// # When it stays silent
//
// Packages in which no goroutine recovers; goroutines that call no function value
// and no interface of the package's own; goroutines started by helpers that
// recover; tests.
package lostpanic
