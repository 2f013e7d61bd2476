package lock_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/conclint/conclint/runtime/lock"
)

// store is used by several goroutines. Methods that callers may call with or without the lock come in two: Add locks, addLocked needs it.
// That replaces a re-entrant lock.
type store struct {
	mu    lock.Mutex
	total int // guarded by mu
}

func (s *store) Add(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addLocked(n)
}

func (s *store) AddTwice(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addLocked(n)
	s.addLocked(n) // not Add, which would wait for its own caller
}

func (s *store) addLocked(n int) {
	s.mu.AssertHeld() // checked in debug builds, free otherwise
	s.total += n
}

func ExampleMutex_AssertHeld() {
	var s store
	s.Add(1)
	s.AddTwice(2)
	fmt.Println(s.total)
	// Output: 5
}

// Locks with ranks: whoever holds the cache's lock must not take the server's. A debug build checks it.
func ExampleRank() {
	type server struct {
		mu      lock.Mutex
		cacheMu lock.RWMutex
	}
	newServer := func() *server {
		s := &server{}
		s.mu.Setup(lock.Rank(1), lock.Named("server.mu"))
		s.cacheMu.Setup(lock.Rank(2), lock.Named("server.cacheMu"))
		return s
	}
	s := newServer()
	s.mu.Lock()
	s.cacheMu.RLock()
	fmt.Println("server, then cache")
	s.cacheMu.RUnlock()
	s.mu.Unlock()
	// Output: server, then cache
}

type account struct {
	mu      lock.Mutex
	balance int
}

func transfer(from, to *account, amount int) {
	unlock := lock.All(&from.mu, &to.mu) // in one order, whichever way the money goes
	defer unlock()
	from.balance -= amount
	to.balance += amount
}

func ExampleAll() {
	var a, b account
	var wg sync.WaitGroup
	for range 100 {
		wg.Add(2)
		go func() { defer wg.Done(); transfer(&a, &b, 1) }()
		go func() { defer wg.Done(); transfer(&b, &a, 1) }()
	}
	wg.Wait()
	fmt.Println(a.balance, b.balance)
	// Output: 0 0
}

func ExampleGuarded() {
	hits := lock.NewGuarded(map[string]int{})
	var wg sync.WaitGroup
	for range 100 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			hits.Do(func(m *map[string]int) { (*m)["/"]++ })
		}()
	}
	wg.Wait()
	hits.Do(func(m *map[string]int) { fmt.Println((*m)["/"]) })
	// Output: 100
}

// A condition without a condition variable: whoever changes the value wakes whoever waits for it.
func ExampleGuarded_When() {
	var inbox lock.Guarded[[]string]
	go inbox.Do(func(v *[]string) { *v = append(*v, "hello") })
	var first string
	err := inbox.When(context.Background(),
		func(v *[]string) bool { return len(*v) > 0 },
		func(v *[]string) { first, *v = (*v)[0], (*v)[1:] })
	fmt.Println(first, err)
	// Output: hello <nil>
}

func ExampleCond() {
	var mu sync.Mutex
	free := 0
	changed := lock.NewCond(&mu)
	go func() {
		mu.Lock()
		free++
		mu.Unlock()
		changed.Signal()
	}()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	mu.Lock()
	defer mu.Unlock()
	if err := changed.Wait(ctx, func() bool { return free > 0 }); err != nil {
		fmt.Println(err)
		return
	}
	free--
	fmt.Println("got it")
	// Output: got it
}

func ExampleRWMutex() {
	var mu lock.RWMutex
	config := map[string]string{}
	mu.Lock()
	config["level"] = "info"
	mu.Unlock()

	mu.RLock()
	defer mu.RUnlock()
	fmt.Println(config["level"])
	// Output: info
}
