//go:build !race && !conclint_debug

package lock_test

import (
	"sync"
	"testing"
	"unsafe"

	"github.com/conclint/conclint/runtime/lock"
)

func TestDoDoesNotAllocate(t *testing.T) {
	var g lock.Guarded[int]
	if n := testing.AllocsPerRun(1000, func() { g.Do(func(v *int) { *v++ }) }); n != 0 {
		t.Errorf("Do allocates %v times", n)
	}
}

// A normal build adds the rank, the name and the number to a mutex, nothing else.
func TestMutexIsSmall(t *testing.T) {
	const order = unsafe.Sizeof(int(0)) + unsafe.Sizeof("") + 8
	if got, want := unsafe.Sizeof(lock.Mutex{}), unsafe.Sizeof(sync.Mutex{})+order; got > want {
		t.Errorf("a Mutex has %d bytes, want at most %d", got, want)
	}
}

func BenchmarkLock(b *testing.B) {
	b.Run("sync.Mutex", func(b *testing.B) {
		var m sync.Mutex
		for b.Loop() {
			m.Lock()
			m.Unlock()
		}
	})
	b.Run("lock.Mutex", func(b *testing.B) {
		var m lock.Mutex
		for b.Loop() {
			m.Lock()
			m.Unlock()
		}
	})
	b.Run("Guarded.Do", func(b *testing.B) {
		b.ReportAllocs()
		var g lock.Guarded[int]
		for b.Loop() {
			g.Do(func(v *int) { *v++ })
		}
	})
}
