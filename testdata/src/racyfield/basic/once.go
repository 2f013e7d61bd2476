package basic

import "sync"

// A late carrier starts its goroutine too early.
type late struct {
	once  sync.Once
	limit int
}

func (l *late) init() {
	l.once.Do(func() {
		go l.pump()
		l.limit = 7 // want `l.limit is written here and read at once.go:\d+ in a goroutine \(started at once.go:\d+\) without a common lock`
	})
}

func (l *late) pump() int { return l.limit }

func startTwice(l *late) {
	l.init()
	l.init()
}
