package lock

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/conclint/conclint/runtime/internal/place"
)

// Option configures a [Mutex], an [RWMutex] or a [Guarded].
type Option func(*order)

// Rank says where a lock stands in the order of locking: whoever holds a lock may take only locks of the same or a higher rank. [All] obeys
// it, a debug build checks it. It panics if n < 1; locks without a rank are taken by All before all others, and not checked.
func Rank(n int) Option {
	if n < 1 {
		panic(fmt.Sprintf("lock: Rank(%d) at %v: ranks begin at 1", n, place.Caller(1)))
	}
	return func(o *order) { o.rank = n }
}

// Named gives a lock the name that a debug build prints, such as "store.mu". Locks with the same name are of one class, wherever they were
// made.
func Named(name string) Option { return func(o *order) { o.name = name } }

// order is what puts locks in a fixed order: rank first, then a number that a lock gets when it is first taken together with others.
type order struct {
	rank   int
	name   string
	number atomic.Uint64
}

var lastNumber atomic.Uint64

func (o *order) setup(opts []Option) {
	for _, opt := range opts {
		opt(o)
	}
}

func (o *order) numbered() uint64 {
	if o.number.Load() == 0 {
		o.number.CompareAndSwap(0, lastNumber.Add(1))
	}
	return o.number.Load()
}

// Ordered is a lock that [All] can take: a *[Mutex] or a *[RWMutex].
type Ordered interface {
	sync.Locker
	ordering() *order
	lockAmong(others bool)
}

// All locks all of ls, for writing, in an order that is the same for every caller, whatever the order of the arguments: by rank, then by a
// number that each lock gets once. So two calls with the same locks never wait for each other. A lock that is given twice is taken once. The
// returned function unlocks them all; it must be called exactly once, by the same goroutine, and panics when called again.
//
//	unlock := lock.All(&from.mu, &to.mu)
//	defer unlock()
//
// It keeps the order among its own arguments only: a lock that the caller holds already must come before them.
func All(ls ...Ordered) (unlock func()) {
	for _, l := range ls {
		l.ordering().numbered()
	}
	sorted := slices.Clone(ls)
	slices.SortFunc(sorted, func(a, b Ordered) int {
		x, y := a.ordering(), b.ordering()
		return cmp.Or(cmp.Compare(x.rank, y.rank), cmp.Compare(x.numbered(), y.numbered()))
	})
	sorted = slices.CompactFunc(sorted, func(a, b Ordered) bool { return a.ordering() == b.ordering() })
	taken := 0
	defer func() {
		if taken < len(sorted) { // a debug build has refused one of them
			unlockAll(sorted[:taken])
		}
	}()
	for _, l := range sorted {
		l.lockAmong(len(sorted) > 1)
		taken++
	}
	at := place.Caller(1)
	var unlocked atomic.Bool
	return func() {
		if unlocked.Swap(true) {
			panic(fmt.Sprintf("lock: the locks taken by All at %v are unlocked again at %v", at, place.Caller(1)))
		}
		unlockAll(sorted)
	}
}

func unlockAll(ls []Ordered) {
	for _, l := range slices.Backward(ls) {
		l.Unlock()
	}
}
