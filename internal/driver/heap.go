package driver

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// heapFloor is how far the heap of a unit's process may grow before it is worth collecting, in bytes. Nearly all units end
// below it: their processes are so short that a collector which starts at the usual 4 MB spends a quarter of all processor
// time on what the exit frees anyway.
//
// Measured on the dozen largest units of caddy's build: from 64 to 96 MB the processor time falls by 7 percent, from there to
// 128 MB by 8, further up by nothing that can be told from noise, while the largest process grows with it: 131, 137 and
// 160 MB, with 192 MB 197.
const heapFloor = 128 << 20

// growth is by how much of what lives, in percent, a heap beyond the floor may grow before it is collected again. Where much
// lives, memory decides how many units fit on a machine, and is dearer than the collections that the usual 100 would save.
const growth = 50

// collectLate makes the collector wait until the heap is heapFloor or has grown by growth since the last collection,
// whichever is more. It returns at once; after each collection the target is set anew. An explicit GOGC or GOMEMLIMIT is the
// user's word and is left alone.
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

// percent returns the growth, in percent of what lives, that ends at heapFloor, or the usual one of a large heap.
func percent(live uint64) int {
	if live == 0 || live >= heapFloor {
		return growth
	}
	return max(growth, int((heapFloor-live)*100/live))
}
