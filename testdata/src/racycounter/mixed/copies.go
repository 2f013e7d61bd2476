package mixed

import "sync/atomic"

// TxStats counts atomically.
type TxStats struct {
	Pages, Allocs, Writes int64
}

func (s *TxStats) IncPages()  { atomic.AddInt64(&s.Pages, 1) }
func (s *TxStats) IncAllocs() { atomic.AddInt64(&s.Allocs, 1) }
func (s *TxStats) IncWrites() { atomic.AddInt64(&s.Writes, 1) }

// A Tx embeds its counters.
type Tx struct{ stats TxStats }

func (t *Tx) Inc() {
	t.stats.IncPages()
	t.stats.IncAllocs()
	t.stats.IncWrites()
}

// Stats copies three counters at once.
func (t *Tx) Stats() TxStats {
	return t.stats // want `t.stats is read plainly, but updated atomically at copies.go:10; the plain access is a data race`
}
