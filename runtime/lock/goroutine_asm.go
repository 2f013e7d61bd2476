//go:build (race || conclint_debug) && (amd64 || arm64)

package lock

// goroutine returns a number that differs between any two goroutines that exist at the same time: the address of the runtime's descriptor.
// Only its identity is used, so nothing here depends on the layout of that descriptor. A number may come again after its goroutine has ended.
func goroutine() uintptr
