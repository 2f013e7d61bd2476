// Package leak fails a test binary that leaves goroutines behind. Only tests of this module import it.
package leak

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"
)

// Main runs the tests and exits with their code, or with 1 when more goroutines are alive afterwards than before. It gives them some time,
// because a goroutine is still counted for a moment after its last statement.
func Main(m *testing.M) {
	before := runtime.NumGoroutine()
	code := m.Run()
	if code == 0 && !settled(before) {
		buf := make([]byte, 1<<20)
		fmt.Fprintf(os.Stderr, "%d goroutines before the tests, more after them:\n%s", before, buf[:runtime.Stack(buf, true)])
		code = 1
	}
	os.Exit(code)
}

func settled(want int) bool {
	for wait := time.Millisecond; wait < 4*time.Second; wait *= 2 {
		if runtime.NumGoroutine() <= want {
			return true
		}
		time.Sleep(wait)
	}
	return false
}
