// Package polls finds loops that wait without blocking: that burn a processor
// or sleep between looks at a variable which another goroutine sets, selects
// whose default makes them spin, receives from closed channels that are repeated
// for ever, and sleeps that stand for the end of a goroutine.
package polls
