package driver

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// heapFloor is how far the heap of a unit's process may grow before it is worth collecting, in bytes. Most units end below it: their
// processes are so short that a collector which starts at the usual 4 MB spends a quarter of all processor time on what the exit frees
// anyway.
const heapFloor = 96 << 20

// heapLarge is what lives in the process of a unit so large that its peak decides how many units fit on a machine, in bytes. From
// there on memory is dearer than the few collections more.
const heapLarge = 128 << 20

// collectLate makes the collector wait until the heap is heapFloor or, as usual, twice what lives, whichever is more, and one and a
// half times what lives from heapLarge on. It returns at once; after each collection the target is set anew. An explicit GOGC or
// GOMEMLIMIT is the user's word and is left alone.
func collectLate(getenv func(string) string) {
	if getenv("GOGC") != "" || getenv("GOMEMLIMIT") != "" {
		return
	}
	const usualFloor = 4 << 20 // of GOGC=100; it grows in proportion
	debug.SetGCPercent(100 * heapFloor / usualFloor)
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	type sentinel [16]byte // smaller objects share a block, and with it their end
	var afterCollection func(*sentinel)
	afterCollection = func(s *sentinel) {
		metrics.Read(live)
		debug.SetGCPercent(percent(live[0].Value.Uint64()))
		runtime.SetFinalizer(s, afterCollection)
	}
	runtime.SetFinalizer(new(sentinel), afterCollection)
}

// percent returns the growth, in percent of what lives, that ends at heapFloor; at least 100, or 50 in a large heap.
func percent(live uint64) int {
	switch {
	case live >= heapLarge:
		return 50
	case live == 0 || live >= heapFloor/2:
		return 100
	}
	return int((heapFloor - live) * 100 / live)
}
