package basic

import (
	"os"
	"sync"
	"testing"
	"time"
)

func TestReturnsFirstBad(t *testing.T) {
	name := t.TempDir() + "/x"
	go func() { // want `the test may return before this goroutine has reported: nothing waits for it`
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Error(err)
		}
	}()
}

func TestWaitsOk(t *testing.T) {
	name := t.TempDir() + "/x"
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Error(err)
		}
	}()
	wg.Wait()
}

func TestSleepsOk(t *testing.T) {
	go func() { t.Log("hello") }()
	time.Sleep(time.Millisecond)
}

func TestHelperWaitsOk(t *testing.T) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		t.Log("hello")
	}()
	waitFor(t, done)
}

func waitFor(t *testing.T, done <-chan struct{}) {
	select {
	case <-done:
	case <-time.After(time.Second):
		t.Fatal("timeout")
	}
}

func TestCleanupOk(t *testing.T) {
	done := make(chan struct{})
	t.Cleanup(func() { <-done })
	go func() {
		defer close(done)
		t.Log("hello")
	}()
}

// eventually runs its condition in a goroutine of its own and waits for it.
func eventually(t *testing.T, cond func() bool) {
	ch := make(chan bool, 1)
	for {
		go func() { ch <- cond() }()
		if <-ch {
			return
		}
	}
}

func TestEventuallyOk(t *testing.T) {
	eventually(t, func() bool {
		t.Log("asked")
		return true
	})
}
