package silent

import (
	"sync"
	"time"

	"errors"
)

// Close sets the timer under the lock; that the function it starts gives its own lock up for a while does not hand this one over.
type timedItem struct {
	mu    sync.Mutex
	opens int
	timer *time.Timer
	quit  chan struct{}
	loads *timedLoader
}

type timedLoader struct{ n int }

func (l *timedLoader) close() error { l.n++; return nil }

func (i *timedItem) open() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.opens++
	if i.timer != nil {
		i.timer.Stop()
		i.timer = nil
	}
}

func (i *timedItem) Close(sync bool) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.opens--
	if i.opens > 0 {
		return nil
	}
	if i.quit == nil {
		i.timer = time.AfterFunc(time.Second, i.closeLater)
		return nil
	}
	return i.reallyClose(sync)
}

func (i *timedItem) closeLater() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.opens > 0 || i.timer == nil {
		return
	}
	i.timer = nil
	_ = i.reallyClose(false)
}

func (i *timedItem) reallyClose(sync bool) (err error) {
	if l := i.loads; l != nil {
		i.loads = nil
		i.mu.Unlock()
		err = l.close()
		i.mu.Lock()
	}
	if i.quit == nil {
		return errors.New("closed")
	}
	return err
}
