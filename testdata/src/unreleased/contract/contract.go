// Package contract leaves locks as annotations of the checklocks family say, or not.
package contract

import (
	"errors"
	"sync"
)

type store struct {
	mu   sync.RWMutex
	data map[string]string
}

var errClosed = errors.New("closed")

// begin opens a critical section that another package closes.
//
// +checklocksacquire:s.mu
func (s *store) beginOk() {
	s.mu.Lock()
}

// +checklocksrelease:s.mu
func (s *store) endOk() {
	s.mu.Unlock()
}

// +checklocksacquire:s.mu
func (s *store) beginBad(force bool) {
	if s.data == nil && !force {
		return // want `this path returns without s.mu, which the annotation at contract.go:28 says is then held; callers will unlock what is not locked`
	}
	s.mu.Lock()
}

// A failure needs no lock.
//
// +checklocksacquire:s.mu
func (s *store) tryBeginOk() error {
	s.mu.Lock()
	if s.data == nil {
		s.mu.Unlock()
		return errClosed
	}
	return nil
}

// +checklocksrelease:s.mu
func (s *store) endBad(key string) {
	if s.data == nil {
		return // want `this path returns with s.mu still held, which the annotation at contract.go:48 says is then released`
	}
	delete(s.data, key)
	s.mu.Unlock()
}

// +checklocks:s.mu
func (s *store) dropBad(key string) error {
	if s.data == nil {
		s.mu.Unlock()
		return errClosed // want `this path returns with s.mu released, which the annotation at contract.go:57 says is held on return; callers will unlock it again`
	}
	delete(s.data, key)
	return nil
}

// The lock may be given up in between.
//
// +checklocks:s.mu
func (s *store) waitOk(ready chan struct{}) {
	s.mu.Unlock()
	<-ready
	s.mu.Lock()
}

// The author vouches for it.
//
// +checklocksignore
func (s *store) setOk(key string, err error) error {
	s.mu.Lock()
	if err != nil {
		return err
	}
	s.data[key] = key
	s.mu.Unlock()
	return nil
}

func (s *store) forcedOk(key string, err error) error {
	s.mu.Lock()
	if err != nil {
		return err // +checklocksforce: the caller unlocks on failure
	}
	s.data[key] = key
	s.mu.Unlock()
	return nil
}

func (s *store) setBad(key string, err error) error {
	s.mu.Lock()
	if err != nil {
		return err // want `this path returns with s.mu still locked since contract.go:100`
	}
	s.data[key] = key
	s.mu.Unlock()
	return nil
}

// A lock that goes out with the result.
//
// +checklocksacquire:r.mu
func (s *store) forkOk() (r *store) {
	r = &store{data: s.data}
	r.mu.Lock()
	return r
}

// begin's callers hold the lock afterwards.
func (s *store) replaceBad(data map[string]string) error {
	s.beginOk()
	if data == nil {
		return errClosed // want `this path returns with s.mu still locked since contract.go:120`
	}
	s.data = data
	s.endOk()
	return nil
}
