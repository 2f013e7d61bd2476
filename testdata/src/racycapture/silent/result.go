package silent

import (
	"sync"
	"sync/atomic"
)

// StartOk returns its named results by name: that writes nothing.
func StartOk(n int) (started, completed *atomic.Int64) {
	started, completed = new(atomic.Int64), new(atomic.Int64)
	for range n {
		started.Add(1)
		go func() { completed.Add(1) }()
	}
	return started, completed
}

// A mutex may be known by its interface only.
type mutex interface {
	Lock()
	Unlock()
}

func newMutex() mutex { return new(sync.Mutex) }

func CountOk(names []string) map[string]error {
	errs := make(map[string]error)
	mut := newMutex()
	var wg sync.WaitGroup
	for _, n := range names {
		wg.Go(func() {
			mut.Lock()
			errs[n] = nil
			mut.Unlock()
		})
	}
	wg.Wait()
	return errs
}

// A wait group may be known by its interface, too.
type group interface {
	Add(delta int)
	Done()
	Wait()
}

func newGroup() group { return new(sync.WaitGroup) }

func TurnsOk(wind func()) {
	wg := newGroup()
	wg.Add(1)
	waiting := make(chan struct{})
	go func() {
		<-waiting
		wind()
		wg.Done()
	}()
	close(waiting)
	wg.Wait()
	waiting = make(chan struct{}, 1)
	waiting <- struct{}{}
}

// WaitOk waits for the goroutine in both cases.
func WaitOk(take func() error, stop <-chan struct{}, wake func()) error {
	done := make(chan struct{})
	var err error
	go func() {
		err = take()
		close(done)
	}()
	select {
	case <-done:
	case <-stop:
		wake()
		<-done
	}
	return err
}
