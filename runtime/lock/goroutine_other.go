//go:build (race || conclint_debug) && !amd64 && !arm64

package lock

import "runtime"

// goroutine returns the number in the first line of the goroutine's stack dump, "goroutine 12 [running]:". It costs about 2 µs.
func goroutine() (id uintptr) {
	var buf [32]byte
	n := runtime.Stack(buf[:], false)
	for _, c := range buf[len("goroutine "):n] {
		if c < '0' || c > '9' {
			break
		}
		id = id*10 + uintptr(c-'0')
	}
	return id
}
