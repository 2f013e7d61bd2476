package silent

import "sync"

// A throttle is a wait group with a limit; Finish waits once.
type throttle struct {
	once sync.Once
	wg   sync.WaitGroup
	ch   chan struct{}
	err  error
}

func (t *throttle) do() {
	t.ch <- struct{}{}
	t.wg.Add(1)
}

func (t *throttle) done() {
	<-t.ch
	t.wg.Done()
}

func (t *throttle) finish() error {
	t.once.Do(func() {
		t.wg.Wait()
		close(t.ch)
	})
	return t.err
}

func built(n int) []int {
	var mu sync.Mutex
	var tables []int
	t := &throttle{ch: make(chan struct{}, 3)}
	for i := range n {
		t.do()
		go func() {
			defer t.done()
			mu.Lock()
			tables = append(tables, i)
			mu.Unlock()
		}()
	}
	if err := t.finish(); err != nil {
		return nil
	}
	return tables
}
