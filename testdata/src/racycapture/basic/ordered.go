package basic

import (
	"os"
	"time"
)

// FP_orderedByFile is in order because the file appears after the write: the
// file system is not part of the model.
func FP_orderedByFile(name string) int {
	x := 0
	go func() {
		x = 42 // want `x is written in a goroutine`
		_ = os.WriteFile(name, nil, 0o600)
	}()
	for {
		if _, err := os.Stat(name); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	return x
}
