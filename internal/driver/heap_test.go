package driver

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestPercent(t *testing.T) {
	for _, live := range []uint64{0, 1, 1 << 20, 10 << 20, heapFloor/2 - 1, heapFloor / 2, heapFloor, heapLarge - 1} {
		p := percent(live)
		assert.GreaterOrEqual(t, p, 100, "the collector never works more than usual, live %d", live)
		if target := live + live*uint64(p)/100; live > 0 && live < heapFloor/2 {
			assert.LessOrEqual(t, target, uint64(heapFloor))
			assert.Greater(t, target, uint64(heapFloor)-live, "rounding loses less than a percent of what lives")
		} else if live > 0 {
			assert.Equal(t, 2*live, target)
		}
	}
	for _, live := range []uint64{heapLarge, 1 << 32} {
		assert.Equal(t, 50, percent(live), "large heaps are kept small, live %d", live)
	}
}

func TestCollectLate(t *testing.T) {
	gcPercent := func() int {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	before := gcPercent()
	defer debug.SetGCPercent(before)

	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		collectLate(func(asked string) string {
			if asked == name {
				return "200"
			}
			return ""
		})
		assert.Equal(t, before, gcPercent(), "%s is the user's word", name)
	}

	collectLate(func(string) string { return "" })
	first := gcPercent()
	assert.Greater(t, first, 1000)
	ballast := make([]byte, heapFloor)
	for deadline := time.Now().Add(10 * time.Second); gcPercent() != 100 && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		runtime.GC()
	}
	assert.Equal(t, 100, gcPercent(), "with much alive the collector works as usual")
	runtime.KeepAlive(ballast)
}
