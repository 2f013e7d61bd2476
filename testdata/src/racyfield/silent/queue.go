package silent

// Functions that are sent over a channel run in the goroutine that receives them.

type actor struct {
	work  chan func()
	later []func()
	last  string
	n     int
}

func newActor() *actor {
	a := &actor{work: make(chan func(), 1)}
	go a.run()
	return a
}

func (a *actor) run() {
	for f := range a.work {
		f()
		for _, g := range a.later {
			g()
		}
		a.later = nil
	}
}

func (a *actor) do(f func()) { a.work <- f }

// wait sends a literal that runs the function it is given.
func (a *actor) wait(f func()) {
	done := make(chan struct{})
	a.work <- func() {
		defer close(done)
		f()
	}
	<-done
}

// put passes the function on.
func (a *actor) put(f func()) { a.do(f) }

func (a *actor) try(f func()) bool {
	select {
	case a.work <- f:
		return true
	default:
		return false
	}
}

func RenameOk(a *actor) {
	go func() {
		a.do(func() { a.last = "y" })
		a.wait(func() { a.last += "!" })
	}()
	a.do(func() { a.last = "z" })
	a.put(func() { a.last = "w" })
	a.try(func() { a.last, a.n = "v", 1 })
}

// PlainOk sends without a helper.
func PlainOk(a *actor) {
	go func() { a.work <- func() { a.last = "y" } }()
	a.work <- func() { a.last = "z" }
}
