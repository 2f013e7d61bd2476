package canary

import (
	"errors"
	"time"
)

// lookup gives up after a second; the goroutine then sends to nobody for ever.
func lookup(find func() string) (string, error) {
	found := make(chan string)
	go func() {
		found <- find()
	}()
	select {
	case s := <-found:
		return s, nil
	case <-time.After(time.Second):
		return "", errors.New("timeout")
	}
}
