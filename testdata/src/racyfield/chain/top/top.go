// Package top uses tables under their lock, with exceptions; the accesses are in other packages.
package top

import (
	"sync"

	"racyfield/chain/middle"
	"racyfield/chain/store"
)

// A Server shares its table with all who call it.
type Server struct {
	mu    sync.Mutex
	table *store.Table
	rows  map[string]int
	size  int
}

// Set puts a row.
func (s *Server) Set(key string, v int) {
	s.table.Mu.Lock()
	defer s.table.Mu.Unlock()
	middle.Add(s.table, key, v)
}

// Reset empties the table.
func (s *Server) Reset() {
	s.table.Mu.Lock()
	defer s.table.Mu.Unlock()
	clear(s.table.Rows)
}

// Has looks for a row.
func (s *Server) Has(key string) bool {
	s.table.Mu.Lock()
	defer s.table.Mu.Unlock()
	_, ok := s.table.Rows[key]
	return ok
}

// SetFast forgets the lock.
func (s *Server) SetFast(key string, v int) {
	middle.Add(s.table, key, v) // want `s.table.Rows is changed through store.\(\*Table\).Put \(store.go:24\) without s.table.Mu, which is held at 3 of 4 accesses`
}

func grow(p *int, n int) { *p = n }

// Resize takes the lock in the callee.
func (s *Server) Resize(n int) { middle.Resize(s.table, n) }

// Size reads under the lock.
func (s *Server) Size() int {
	s.table.Mu.Lock()
	defer s.table.Mu.Unlock()
	return s.table.Size
}
