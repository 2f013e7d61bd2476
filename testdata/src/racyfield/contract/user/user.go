// Package user is bound by the contracts of the package whose fields it uses.
package user

import (
	"sync/atomic"

	"racyfield/contract/shared"
)

func forget(b *shared.Box) int {
	return b.Items["a"] // want `b.Items is read without b.Mu, which guards it as its declaration in racyfield/contract/shared says`
}

func plain(b *shared.Box) int64 {
	return b.Hits // want `b.Hits is read plainly, but its declaration asks for sync/atomic`
}

func forgetGlobal() {
	shared.Total++ // want `Total is incremented without TotalMu, which guards it as its declaration in racyfield/contract/shared says`
}

func lock(b *shared.Box) int {
	b.Mu.Lock()
	defer b.Mu.Unlock()
	shared.TotalMu.Lock()
	shared.Total++
	shared.TotalMu.Unlock()
	return b.Items["a"] + int(atomic.LoadInt64(&b.Hits))
}

func build() *shared.Box {
	b := &shared.Box{Items: map[string]int{}}
	b.Items["a"] = 1
	return b
}
