package task

import (
	goruntime "runtime"
	"sync"
)

// Go has no goroutine identity, but whether the caller is a task of a given crew must be known in rare cases: when it is about
// to wait for room in a full queue, which only the crew's own workers can make, or for the end of its own group. So every worker, and every task of
// a group made by New, runs under four frames that spell the number of the crew or group in base 16, and runtime.Callers (about 1 µs) finds
// them. The frames cost a goroutine about 10 ns, once.

// crewID is the number of a live crew or group. The zero crewID belongs to nobody.
type crewID uint16

const (
	digitsPerID = 4
	maxCrewIDs  = 1 << (4 * digitsPerID)
)

// crewIDs hands out numbers so that no two live crews share one, in turn, so that a number comes back as late as possible. When all 65535 are
// taken a crew gets none, and its tasks count as outsiders.
var crewIDs struct {
	mu    sync.Mutex
	taken [maxCrewIDs / 64]uint64
	live  int
	last  crewID
}

func takeCrewID() crewID {
	ids := &crewIDs
	ids.mu.Lock()
	defer ids.mu.Unlock()
	if ids.live == maxCrewIDs-1 {
		return 0
	}
	for ids.last++; ids.last == 0 || ids.taken[ids.last/64]&(1<<(ids.last%64)) != 0; {
		ids.last++
	}
	ids.taken[ids.last/64] |= 1 << (ids.last % 64)
	ids.live++
	return ids.last
}

func returnCrewID(id crewID) {
	if id == 0 {
		return
	}
	crewIDs.mu.Lock()
	crewIDs.taken[id/64] &^= 1 << (id % 64)
	crewIDs.live--
	crewIDs.mu.Unlock()
}

// trail runs body under the frames of ids.
type trail struct {
	ids   []crewID
	digit int // of ids[0], next to be spelled
	body  func()
	ended bool
}

// under calls body with the ids spelled on the stack.
func under(l *lineage, body func()) {
	if l == nil {
		body()
		return
	}
	t := trail{ids: *l, body: body}
	t.next()
}

//go:noinline
func (t *trail) next() {
	if t.digit == digitsPerID {
		t.ids, t.digit = t.ids[1:], 0
	}
	if len(t.ids) == 0 {
		t.body()
		return
	}
	d := t.ids[0] >> (4 * t.digit) & 15
	t.digit++
	digits[d](t)
}

// digits is filled by init because the functions refer back to it.
var digits [16]func(*trail)

func init() {
	digits = [16]func(*trail){digit0, digit1, digit2, digit3, digit4, digit5, digit6, digit7,
		digit8, digit9, digit10, digit11, digit12, digit13, digit14, digit15}
}

// digitPCs finds out which return address belongs to which digit by looking at a stack that is known. So it does
// not depend on names or on how the compiler lays functions out.
var digitPCs = sync.OnceValue(func() *[16]uintptr {
	var found [16]uintptr
	for d, call := range digits {
		t := trail{body: func() {
			var pcs [3]uintptr // this function, next, digit
			goruntime.Callers(1, pcs[:])
			found[d] = pcs[2]
		}}
		call(&t)
	}
	return &found
})

// onStack reports whether the calling goroutine runs under the frames of id.
func onStack(id crewID) bool {
	if id == 0 {
		return false
	}
	known := digitPCs()
	var word, have int // digits seen so far; the innermost frame, which comes first, is the highest digit
	var buf [64]uintptr
	pcs := buf[:]
	n := goruntime.Callers(2, pcs)
	for n == len(pcs) { // deep stack: look again with more room
		pcs = make([]uintptr, 4*len(pcs))
		n = goruntime.Callers(2, pcs)
	}
	for _, pc := range pcs[:n] {
		d := digitOf(known, pc)
		if d < 0 {
			continue
		}
		word, have = word<<4|d, have+1
		if have == digitsPerID {
			if crewID(word) == id {
				return true
			}
			word, have = 0, 0
		}
	}
	return false
}

func digitOf(known *[16]uintptr, pc uintptr) int {
	for d, k := range known {
		if k == pc {
			return d
		}
	}
	return -1
}

// The sixteen digits must be sixteen functions. Each does something after the call, so that it cannot become a jump.

//go:noinline
func digit0(t *trail) { t.next(); t.ended = true }

//go:noinline
func digit1(t *trail) { t.next(); t.ended = true }

//go:noinline
func digit2(t *trail) { t.next(); t.ended = true }

//go:noinline
func digit3(t *trail) { t.next(); t.ended = true }

//go:noinline
func digit4(t *trail) { t.next(); t.ended = true }

//go:noinline
func digit5(t *trail) { t.next(); t.ended = true }

//go:noinline
func digit6(t *trail) { t.next(); t.ended = true }

//go:noinline
func digit7(t *trail) { t.next(); t.ended = true }

//go:noinline
func digit8(t *trail) { t.next(); t.ended = true }

//go:noinline
func digit9(t *trail) { t.next(); t.ended = true }

//go:noinline
func digit10(t *trail) { t.next(); t.ended = true }

//go:noinline
func digit11(t *trail) { t.next(); t.ended = true }

//go:noinline
func digit12(t *trail) { t.next(); t.ended = true }

//go:noinline
func digit13(t *trail) { t.next(); t.ended = true }

//go:noinline
func digit14(t *trail) { t.next(); t.ended = true }

//go:noinline
func digit15(t *trail) { t.next(); t.ended = true }
