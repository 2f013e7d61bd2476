package helper

import (
	"errors"
	"sync"
)

var errNegative = errors.New("negative")

// A caster passes functions through its queue of events, told apart by their kind.
type caster struct {
	mu      sync.Mutex
	queue   chan event
	stopped chan struct{}
}

type event struct {
	kind string
	run  func()
}

func NewCaster() *caster {
	c := &caster{queue: make(chan event, 4), stopped: make(chan struct{})}
	go c.loop()
	return c
}

func (c *caster) loop() {
	for e := range c.queue {
		if e.kind == "run" {
			e.run()
			continue
		}
	}
}

// Do waits for the loop to run f.
func (c *caster) Do(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.stopped:
		return
	default:
	}
	var wg sync.WaitGroup
	wg.Add(1)
	c.queue <- event{kind: "run", run: func() {
		defer wg.Done()
		f()
	}}
	wg.Wait()
}

// A sender answers through the callback that it is given, unless no answer is wanted.
type sender struct {
	acks    bool
	pending chan func(error)
}

func (s *sender) send(n int, answer func(error)) error {
	if n < 0 {
		return errNegative
	}
	if s.acks {
		s.pending <- answer
	}
	return nil
}

// SendAll knows by other means than the sender whether there will be an answer.
func SendAll(s *sender, acks bool, in []int) {
	var wg sync.WaitGroup
	for _, n := range in {
		wg.Add(1)
		answer := func(error) { wg.Done() }
		if err := s.send(n, answer); err != nil {
			answer(err)
			continue
		}
		if !acks {
			answer(nil)
		}
	}
	wg.Wait()
}

// A list of jobs that were taken in one piece is done piece by piece: how many there are is not known.
func Batches(jobs []string, batch int) {
	in := make(chan string, len(jobs))
	var wg sync.WaitGroup
	wg.Add(len(jobs))
	for _, j := range jobs {
		in <- j
	}
	go func() {
		for first := range in {
			taken := []string{first}
			for len(taken) < batch {
				select {
				case j, ok := <-in:
					if ok {
						taken = append(taken, j)
						continue
					}
				default:
				}
				break
			}
			for range taken {
				wg.Done()
			}
		}
	}()
	wg.Wait()
	close(in)
}

// The count is in sight, and one of the two goroutines keeps it to itself.
func Kept(errored bool) {
	var wg sync.WaitGroup
	wg.Add(2)
	done := func() { wg.Done() }
	go func() {
		done()
	}()
	go func() {
		if errored {
			return
		}
		done()
	}()
	wg.Wait() // want `Kept may wait for wg for ever when errored \(marker.go:\d+\): nobody is left to call Done`
}

// FP_Summary waits for the work when the copy of what the work says has come to its end, which is when there is no work
// left. Who closes the copy is not seen.
func FP_Summary(tee func(chan<- int), work func() error) {
	copied := make(chan int)
	tee(copied)
	var wg sync.WaitGroup
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range copied {
		}
		wg.Wait()
	}()
	wg.Add(1) // want `FP_Summary adds to wg while Wait \(marker.go:\d+\) may already have seen zero and returned`
	go func() {
		defer wg.Done()
		_ = work()
	}()
	<-done
}

// SummaryBad waits for the work at once.
func SummaryBad(work func() error) {
	var wg sync.WaitGroup
	done := make(chan struct{})
	go func() {
		defer close(done)
		wg.Wait()
	}()
	wg.Add(1) // want `SummaryBad adds to wg while Wait \(marker.go:\d+\) may already have seen zero and returned`
	go func() {
		defer wg.Done()
		_ = work()
	}()
	<-done
}
