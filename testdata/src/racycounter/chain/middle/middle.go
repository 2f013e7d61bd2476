// Package middle hands on to helper what it gets.
package middle

import "racycounter/chain/helper"

// A Job counts its rounds.
type Job struct {
	Rounds int
	calls  int64
}

// Step makes one round more, by a function of another package.
func Step(j *Job) { helper.Inc(&j.Rounds) }

// Note counts a call atomically.
func (j *Job) Note() { helper.AtomicInc(&j.calls) }

// Calls reads plainly what Note updates atomically.
func (j *Job) Calls() int64 {
	return j.calls // want `j.calls is read plainly, but updated atomically at middle.go:16; the plain access is a data race`
}
