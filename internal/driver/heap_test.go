package driver

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestPercent(t *testing.T) {
	for _, live := range []uint64{0, 1, 1 << 20, 10 << 20, heapFloor / 2, heapFloor/3*2 - 1, heapFloor/3*2 + 1<<20, heapFloor, 1 << 32} {
		p := percent(live)
		assert.GreaterOrEqual(t, p, growth, "live %d", live)
		target := live + live*uint64(p)/100
		if p > growth {
			assert.LessOrEqual(t, target, uint64(heapFloor), "live %d", live)
			assert.Greater(t, target, uint64(heapFloor)-live, "rounding loses less than a percent of what lives")
		}
		if live > 0 && live <= heapFloor/2 {
			assert.Greater(t, p, growth, "live %d", live)
		}
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
	for deadline := time.Now().Add(10 * time.Second); gcPercent() != growth && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		runtime.GC()
	}
	assert.Equal(t, growth, gcPercent(), "with much alive the heap is kept small")
	runtime.KeepAlive(ballast)
}
