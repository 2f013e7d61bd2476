package task

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// A chunk that took less than chunkShort makes the next one larger, one that took more than chunkLong makes it smaller. Below, reading the clock
// and the shared counter would show; above, the last chunk would keep the others waiting.
const (
	chunkShort = 10 * time.Microsecond
	chunkLong  = 40 * time.Microsecond
	// sharesLeft is how many chunks there must still be for each worker: towards the end chunks get smaller, so that all end together.
	sharesLeft = 2
)

// mapping hands out the indices 0..n-1 in chunks.
type mapping struct {
	s       scope
	n       int64
	shares  int64    // sharesLeft for all workers
	_       [64]byte // next is written by all workers, the fields around it are read by all
	next    atomic.Int64
	_       [64]byte
	stopped atomic.Bool // an error or a panic: leave also the chunk at once
	helpers sync.WaitGroup
}

// hand is the view of one worker.
type hand struct {
	m     *mapping
	chunk int64
	began time.Time
}

// take returns the next chunk, empty when there is no more to do.
func (h *hand) take() (from, to int) {
	m := h.m
	if m.stopped.Load() || m.s.isEnded() {
		return 0, 0
	}
	now := time.Now()
	if !h.began.IsZero() {
		switch took := now.Sub(h.began); {
		case took < chunkShort/16:
			h.chunk *= 8
		case took < chunkShort:
			h.chunk *= 2
		case took > chunkLong:
			h.chunk /= 2
		}
		h.chunk = max(1, h.chunk)
	}
	h.began = now
	size := max(1, min(h.chunk, (m.n-m.next.Load())/m.shares))
	end := m.next.Add(size)
	start := end - size
	if start >= m.n {
		return 0, 0
	}
	return int(start), int(min(end, m.n))
}

func (m *mapping) failed(i int, err error) {
	m.s.fail(int64(i), err)
	if !m.s.cfg.allErrors {
		m.stopped.Store(true)
	}
}

// mapChunks runs body in as many workers as the options say and joins them. The caller is the first worker.
func mapChunks(ctx context.Context, n int, opts []Option, body func(ctx context.Context, h *hand)) error {
	m := &mapping{n: int64(n)}
	m.s.open(ctx, newConfig(opts))
	workers := min(m.s.cfg.workers(), n)
	m.shares = int64(sharesLeft * max(1, workers))
	m.help(lineageOf(ctx), workers-1, body)
	m.takePart(body)
	m.helpers.Wait()
	return m.s.verdict()
}

// help starts count workers besides the caller.
func (m *mapping) help(outer *lineage, count int, body func(ctx context.Context, h *hand)) {
	if count < 1 {
		return
	}
	help := func() {
		returned := false
		defer func() {
			if !returned {
				m.stopped.Store(true)
				m.s.abnormal(plain(nil), recover(), m.helpers.Done)
				return
			}
			m.helpers.Done()
		}()
		m.work(body)
		returned = true
	}
	m.helpers.Add(count)
	for range count {
		if outer != nil {
			go under(outer, help)
		} else {
			go help()
		}
	}
}

// takePart makes the caller a worker. When its call does not return, the other workers are joined before the caller unwinds.
func (m *mapping) takePart(body func(ctx context.Context, h *hand)) {
	returned := false
	defer func() {
		if !returned {
			m.stopped.Store(true)
			m.s.joinAbnormal(recover(), m.helpers.Wait)
		}
	}()
	m.work(body)
	returned = true
}

func (m *mapping) work(body func(ctx context.Context, h *hand)) {
	h := hand{m: m, chunk: 1}
	if name := m.s.cfg.name; name != "" {
		ctx, done := enroll(&m.s, name, name)
		defer done()
		body(ctx, &h)
		return
	}
	body(&m.s, &h)
}
