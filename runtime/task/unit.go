package task

import "context"

// unit is one queued piece of work: a plain task or a future.
type unit interface {
	// run does the work; seq is its number in the order of submission. A panic passes through it.
	run(c *crew, seq int64)
	// drop tells whoever waits for the work that it was not started, because of cause.
	drop(cause error)
	// abort tells whoever waits for the work that it did not return.
	abort(f *failure)
	// title is the name of the work in a group called group.
	title(group string) string
}

// runner is a unit of a group without limit.
type runner interface {
	unit
	runIn(g *Group, seq int64)
}

// failure is how a task ended that has no value: by an error, a panic, or runtime.Goexit.
type failure struct {
	err      error
	panicked *PanicError
	goexit   bool
}

// plain is a task without a result.
type plain func(ctx context.Context) error

func (f plain) run(c *crew, seq int64) { f.runIn(c.owner.(*Group), seq) }

func (f plain) runIn(g *Group, seq int64) {
	if err := g.call(f, g.s.cfg.name); err != nil {
		g.failed(seq, err)
	}
}

func (f plain) title(group string) string { return group }
func (f plain) drop(error)                {}
func (f plain) abort(*failure)            {}

// namedTask is a task of GoNamed.
type namedTask struct {
	plain
	name string
}

func (t namedTask) run(c *crew, seq int64) { t.runIn(c.owner.(*Group), seq) }

func (t namedTask) runIn(g *Group, seq int64) {
	if err := g.call(t.plain, t.name); err != nil {
		g.failed(seq, err)
	}
}

func (t namedTask) title(string) string { return t.name }

// call calls f with the context of a task.
func (g *Group) call(f plain, name string) error {
	if name == "" {
		return f(&g.member)
	}
	ctx, done := enroll(&g.member, name, g.s.cfg.name)
	defer done()
	return f(ctx)
}
