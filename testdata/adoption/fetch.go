package mirror

import (
	"errors"
	"time"
)

var errLate = errors.New("no answer in time")

// Fetch gets a document, or gives up after a second.
func Fetch(name string, get func(string) string) (string, error) {
	answer := make(chan string)
	go func() {
		answer <- get(name)
	}()
	select {
	case text := <-answer:
		return text, nil
	case <-time.After(time.Second):
		return "", errLate
	}
}
