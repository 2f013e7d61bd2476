// Package loop runs tasks one after the other.
package loop

// A Loop has a goroutine of its own.
type Loop struct {
	tasks chan task
	done  chan struct{}
}

type task struct {
	f    func()
	done chan struct{}
}

// New starts a loop. When it is closed it runs onClose.
func New(onClose func()) *Loop {
	l := &Loop{tasks: make(chan task), done: make(chan struct{})}
	go l.run(onClose)
	return l
}

func (l *Loop) run(onClose func()) {
	defer onClose()
	for {
		select {
		case <-l.done:
			return
		case t := <-l.tasks:
			t.f()
			close(t.done)
		}
	}
}

// Run has the loop run f, and waits for that.
func (l *Loop) Run(f func()) {
	t := task{f, make(chan struct{})}
	select {
	case l.tasks <- t:
		<-t.done
	case <-l.done:
	}
}
