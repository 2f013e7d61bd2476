package task

import (
	"context"
	"errors"
	"fmt"
	goruntime "runtime"
	"slices"
	"sync"
	"time"
)

// scope is the lifetime that tasks share: their context, and what the join will report about them.
// As a context it is what Group.Context returns.
type scope struct {
	cfg    config
	base   context.Context
	cancel context.CancelCauseFunc
	ended  <-chan struct{} // base.Done(), read once: the call costs more than the check
	hold   hold

	mu       sync.Mutex
	first    error
	errs     []startedError // AllErrors only
	panicked *PanicError
	goexit   bool
	judged   bool // result is set
	result   error
}

// startedError is the error of the task that was started as number seq.
type startedError struct {
	seq int64
	err error
}

// seqBody is the number of the body of Run, whose error comes last.
const seqBody = int64(^uint64(0) >> 1)

var errGoexit = errors.New("task: a task ended by runtime.Goexit")

// stopCause is the cause of a scope that was stopped on purpose: its join reports nothing.
type stopCause struct{}

func (stopCause) Error() string        { return "task: stopped by Cancel(nil)" }
func (stopCause) Is(target error) bool { return target == context.Canceled }

func (s *scope) open(parent context.Context, cfg config) {
	s.cfg = cfg
	s.base, s.cancel = context.WithCancelCause(parent)
	s.ended = s.base.Done()
}

func (s *scope) Deadline() (time.Time, bool) { return s.base.Deadline() }
func (s *scope) Done() <-chan struct{}       { return s.ended }
func (s *scope) Err() error                  { return s.base.Err() }
func (s *scope) Value(key any) any           { return s.base.Value(key) }

func (s *scope) isEnded() bool { return isClosed(s.ended) }

// isClosed reports whether c, on which nothing is ever sent, has been closed. A nil channel never is.
func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// stop cancels the tasks on request of the caller.
func (s *scope) stop(cause error) {
	if cause == nil {
		cause = stopCause{}
	}
	s.cancel(cause)
}

// fail records the error of task number seq and, for the first one, cancels the siblings. It reports whether it did.
// Errors that only repeat the end of the context are echoes: they say nothing that the cause does not say.
func (s *scope) fail(seq int64, err error) bool {
	if s.isEnded() && (errors.Is(err, s.base.Err()) || errors.Is(err, context.Cause(s.base))) {
		return false
	}
	s.mu.Lock()
	if s.cfg.allErrors {
		s.errs = append(s.errs, startedError{seq, err})
		s.mu.Unlock()
		return false
	}
	isFirst := s.first == nil
	if isFirst {
		s.first = err
	}
	s.mu.Unlock()
	if isFirst {
		s.cancel(err)
	}
	return isFirst
}

// abnormal deals with a unit that did not return: v is what it panicked with, or nil after runtime.Goexit.
// It must run inside the deferred function that recovered v. It calls leave as soon as the siblings are cancelled, and after a
// panic returns only when the join has come; see hold.
func (s *scope) abnormal(u unit, v any, leave func()) {
	if v == nil {
		s.noteGoexit()
		u.abort(&failure{goexit: true})
		leave()
		return
	}
	if s.cfg.crash {
		panic(v)
	}
	pe := newPanicError(v, u.title(s.cfg.name))
	s.notePanic(pe)
	u.abort(&failure{panicked: pe})
	leave()
	s.hold.wait(v, s.cfg.grace)
}

func (s *scope) noteGoexit() {
	s.mu.Lock()
	s.goexit = true
	s.mu.Unlock()
	s.cancel(errGoexit)
}

func (s *scope) notePanic(pe *PanicError) {
	s.mu.Lock()
	if s.panicked == nil {
		s.panicked = pe
	}
	s.mu.Unlock()
	s.cancel(pe)
}

// joinAbnormal joins the tasks from the deferred function of the joining caller, whose own part has panicked with v or, if v is nil, called
// runtime.Goexit. It returns only after Goexit, which then goes on.
func (s *scope) joinAbnormal(v any, join func()) {
	if v == nil {
		s.noteGoexit()
		join()
		_ = s.verdict() // a panic of a task replaces the Goexit; an error has nobody to go to
		return
	}
	if s.cfg.crash {
		crashNow(newPanicError(v, s.cfg.name))
	}
	pe := newPanicError(v, s.cfg.name)
	s.notePanic(pe)
	stop := crashAfter(s.cfg.grace, pe)
	join()
	s.hold.release()
	stop()
	s.mu.Lock()
	first := s.panicked
	s.mu.Unlock()
	panic(first)
}

// joinUnwinding joins the tasks from the deferred function of the joining caller when not a task but the code around the tasks panicked
// with v or, if v is nil, called runtime.Goexit. The panic then goes on with its own value.
func (s *scope) joinUnwinding(v any, join func()) {
	if v == nil {
		s.cancel(errGoexit)
		join()
		_ = s.verdict()
		return
	}
	grace := s.cfg.grace
	if s.cfg.crash {
		grace = defaultPanicGrace
	}
	pe := newPanicError(v, s.cfg.name)
	s.cancel(pe)
	stop := crashAfter(grace, pe)
	join()
	s.hold.release()
	stop()
	panic(v)
}

// verdict gives the result of the join when no task is left: it re-raises the first panic, passes a Goexit on, or returns the error.
func (s *scope) verdict() error {
	s.hold.release()
	s.mu.Lock()
	if !s.judged {
		s.judged, s.result = true, s.err()
	}
	err, panicked, goexit := s.result, s.panicked, s.goexit
	s.mu.Unlock()
	s.cancel(nil)
	if panicked != nil {
		panic(panicked)
	}
	if goexit {
		goruntime.Goexit()
	}
	return err
}

// err sums up the errors. s.mu is held.
func (s *scope) err() error {
	if s.first != nil {
		return s.first
	}
	var cause error
	if s.isEnded() {
		if cause = context.Cause(s.base); cause == (stopCause{}) {
			cause = nil
		}
	}
	if len(s.errs) == 0 {
		return cause
	}
	slices.SortFunc(s.errs, func(a, b startedError) int {
		if a.seq < b.seq {
			return -1
		}
		return 1
	})
	list := make([]error, 0, len(s.errs)+1)
	for _, e := range s.errs {
		list = append(list, e.err)
	}
	return errors.Join(append(list, cause)...) // Join drops a nil cause
}

// place is the source position of a caller, kept as a program counter and rendered only for a message.
type place uintptr

// callerPlace is the place skip frames above its caller.
func callerPlace(skip int) place {
	var pcs [1]uintptr
	goruntime.Callers(skip+2, pcs[:])
	return place(pcs[0])
}

// placeUnwinding is where Run joins when its body did not return.
const placeUnwinding place = 1

func (p place) String() string {
	if p == placeUnwinding {
		return "the end of Run, whose body did not return"
	}
	frame, _ := goruntime.CallersFrames([]uintptr{uintptr(p)}).Next()
	return fmt.Sprintf("%s:%d", frame.File, frame.Line)
}
