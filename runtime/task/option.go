package task

import (
	"fmt"
	goruntime "runtime"
	"time"
)

// Option sets one property of a group, pool, map or iterator. The zero Option changes nothing.
type Option struct {
	kind  optionKind
	n     int64
	label string
}

type optionKind uint8

const (
	optNone optionKind = iota
	optLimit
	optNamed
	optAllErrors
	optPanicGrace
	optCrashOnPanic
)

// Limit lets at most n tasks run at the same time. It panics for n < 1, since such a group would never run anything.
func Limit(n int) Option {
	if n < 1 {
		panic(fmt.Sprintf("task: Limit(%d) would never run anything", n))
	}
	return Option{kind: optLimit, n: int64(n)}
}

// Named gives the tasks a name: it appears in [Current], [List], [Dump], in the message of a [PanicError] and as the pprof label "task".
// A named task costs about a microsecond and six allocations more than an unnamed one.
func Named(name string) Option { return Option{kind: optNamed, label: name} }

// AllErrors makes the join return every error, joined with [errors.Join] in the order in which the tasks were started.
// An error then no longer cancels the siblings; a panic and a Goexit still do.
func AllErrors() Option { return Option{kind: optAllErrors} }

// PanicGrace sets how long a panic may wait for the join that re-raises it; after that it ends the process, with the
// frames of the task in the crash report. The default is 10 s. It panics for d < 0; 0 means at once, like [CrashOnPanic].
func PanicGrace(d time.Duration) Option {
	if d < 0 {
		panic(fmt.Sprintf("task: PanicGrace(%v) is negative", d))
	}
	return Option{kind: optPanicGrace, n: int64(d)}
}

// CrashOnPanic lets a panic in a task end the process at once, as it does in a goroutine started with go.
func CrashOnPanic() Option { return Option{kind: optCrashOnPanic} }

// defaultPanicGrace is how long a panic waits for its join unless PanicGrace says otherwise.
const defaultPanicGrace = 10 * time.Second

// maxLimit is what a higher limit is taken for: nothing gets faster, and the sizes derived from it stay sane.
const maxLimit = 1 << 20

type config struct {
	limit     int // 0: unlimited
	name      string
	allErrors bool
	crash     bool
	grace     time.Duration
}

func newConfig(opts []Option) config {
	c := config{grace: defaultPanicGrace}
	for _, o := range opts {
		switch o.kind {
		case optLimit:
			c.limit = int(min(o.n, maxLimit))
		case optNamed:
			c.name = o.label
		case optAllErrors:
			c.allErrors = true
		case optPanicGrace:
			c.grace = time.Duration(o.n)
			c.crash = c.grace == 0
		case optCrashOnPanic:
			c.crash = true
		}
	}
	return c
}

// workers is the limit, or one per processor where none was given.
func (c *config) workers() int {
	if c.limit > 0 {
		return c.limit
	}
	return goruntime.GOMAXPROCS(0)
}
