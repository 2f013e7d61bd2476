// Package sample is a small service with the bugs that conclint is about. It
// compiles, and its happy path works.
package sample

import (
	"context"
	"errors"
	"net/http"
	"sync"
)

var errClosed = errors.New("closed")

// Hits counts requests per path.
type Hits struct {
	mu     sync.Mutex
	byPath map[string]int
	closed bool
	total  int
}

// Add forgets the lock when the counter is closed.
func (h *Hits) Add(path string) error {
	h.mu.Lock()
	if h.closed {
		return errClosed
	}
	h.byPath[path]++
	h.mu.Unlock()
	return nil
}

// Len is the number of paths.
func (h *Hits) Len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.byPath)
}

// Mean calls Len under the lock that Len takes.
func (h *Hits) Mean() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := h.Len(); n > 0 {
		return h.total / n
	}
	return 0
}

// CountAll adds from many goroutines without a lock.
func CountAll(urls []string) int {
	n := 0
	var wg sync.WaitGroup
	for range urls {
		wg.Add(1)
		go func() {
			defer wg.Done()
			n++
		}()
	}
	wg.Wait()
	return n
}

// Fetch leaves its goroutine behind when the context ends first.
func Fetch(ctx context.Context, url string) (int, error) {
	done := make(chan int)
	go func() {
		resp, err := http.Get(url)
		if err != nil {
			done <- 0
			return
		}
		resp.Body.Close()
		done <- resp.StatusCode
	}()
	select {
	case code := <-done:
		return code, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Bank and Account lock each other in both orders.
type Bank struct {
	mu       sync.Mutex
	accounts []*Account
}

// Account belongs to a bank.
type Account struct {
	mu      sync.Mutex
	bank    *Bank
	balance int
}

// Total holds the bank and locks each account.
func (b *Bank) Total() (sum int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.accounts {
		a.mu.Lock()
		sum += a.balance
		a.mu.Unlock()
	}
	return sum
}

// Close holds the account and locks the bank.
func (a *Account) Close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.bank.remove(a)
}

func (b *Bank) remove(a *Account) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, x := range b.accounts {
		if x == a {
			b.accounts = append(b.accounts[:i], b.accounts[i+1:]...)
			return
		}
	}
}

// Pool waits for its workers under the lock that they need.
type Pool struct {
	mu     sync.Mutex
	wg     sync.WaitGroup
	active int
}

// Go starts a worker.
func (p *Pool) Go(f func()) {
	p.mu.Lock()
	p.active++
	p.mu.Unlock()
	p.wg.Add(1)
	go func() {
		defer p.wg.Done()
		f()
		p.mu.Lock()
		p.active--
		p.mu.Unlock()
	}()
}

// Close waits.
func (p *Pool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wg.Wait()
}
