package waits

import (
	"testing"
	"testing/synctest"
)

type call struct {
	result string
	done   chan struct{}
}

func (c *call) start(f func() string) {
	c.done = make(chan struct{})
	go func() {
		defer close(c.done)
		c.result = f()
	}()
	synctest.Wait()
}

func (c *call) outcome(t *testing.T) string {
	synctest.Wait()
	select {
	case <-c.done:
	default:
		t.Fatal("not done")
	}
	return c.result
}

func TestCallOk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := new(call)
		c.start(func() string { return "x" })
		if c.outcome(t) != "x" {
			t.Error("wrong")
		}
	})
}

func TestFlagOk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		finished := false
		go func() { finished = true }()
		synctest.Wait()
		if !finished {
			t.Error("not finished")
		}
	})
}

func TestFlagBad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		finished := false
		go func() { finished = true }() // want `finished is written in a goroutine .* and read at bubble_test.go:\d+`
		if finished {
			t.Error("early")
		}
		synctest.Wait()
	})
}
