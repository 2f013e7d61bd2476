package main

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"time"
)

// row is one operation and all who can do it.
type row struct {
	name  string
	goal  goal
	floor contender
	ours  contender
	peers []contender
	// others are shown for comparison but are no peers: what one would write by hand without a library.
	others []contender
	// parks says that the time depends on how the goroutines happen to be spread over the processors, and on who else wants them. More rounds
	// are needed until each contender has been seen at its best, and a goal may be reached in processor time instead.
	parks bool
	// run is how long one run takes if aRun is too short for the operation.
	run time.Duration
}

// contender does an operation n times and returns when it is done.
type contender struct {
	name string
	run  func(n int)
}

// goal is what ours must reach. Zero ratio or nanoseconds means that there is no such goal.
type goal struct {
	ratio  float64 // to the floor
	ns     float64 // per operation
	allocs float64 // per operation; what is made once per run does not count; negative: any number
	bytes  float64 // per operation, if allocs > 0
}

// Allocations that are not made for each operation are forgiven: slack per operation, fixed per run.
const (
	slack = 0.02
	fixed = 64
)

// measurement is the best that a contender has shown.
type measurement struct {
	ns, allocs, bytes float64
	cpu               float64 // processor time, in ns; infinite if not known
	n                 int     // operations per run
}

// aRun is how long one run should take: long enough that starting it does not matter, short enough that on a busy machine some runs are not
// disturbed.
const aRun = 3 * time.Millisecond

func (r row) contenders() []contender {
	all := []contender{r.floor, r.ours}
	all = append(all, r.peers...)
	return append(all, r.others...)
}

func (r row) measure(rounds int) result {
	if r.parks {
		rounds *= 5
	}
	all := r.contenders()
	best := make([]measurement, len(all))
	for i, c := range all {
		best[i] = measurement{ns: math.Inf(1), allocs: math.Inf(1), bytes: math.Inf(1), cpu: math.Inf(1), n: calibrate(c.run, max(r.run, aRun))}
	}
	for round := range rounds {
		for i := range all {
			k := (i + round) % len(all) // nobody always runs after the same one
			best[k].update(all[k].run)
		}
	}
	return r.judge(best)
}

// calibrate returns the number of operations that take about as long as said.
func calibrate(run func(int), long time.Duration) int {
	for n := 1; ; n *= 2 {
		took := time.Duration(math.MaxInt64)
		for range 3 { // one alone may have been disturbed, and every run would be too short
			start := time.Now()
			run(n)
			took = min(took, time.Since(start))
		}
		if took >= long/2 {
			return max(1, int(float64(n)*float64(long)/float64(took)))
		}
	}
}

func (m *measurement) update(run func(int)) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	cpuBefore, known := cpuTime()
	start := time.Now()
	run(m.n)
	took := time.Since(start)
	cpuAfter, _ := cpuTime()
	runtime.ReadMemStats(&after)
	n := float64(m.n)
	if known {
		m.cpu = min(m.cpu, float64(cpuAfter-cpuBefore)/n)
	}
	m.ns = min(m.ns, float64(took.Nanoseconds())/n)
	m.allocs = min(m.allocs, float64(after.Mallocs-before.Mallocs)/n)
	m.bytes = min(m.bytes, float64(after.TotalAlloc-before.TotalAlloc)/n)
}

// result is a row with its measurements.
type result struct {
	row  row
	best []measurement // in the order of contenders
	pass bool
}

func (r row) judge(best []measurement) result {
	floor, ours := best[0], best[1]
	g := r.goal
	pass := g.allocs < 0 || ours.allocs <= g.allocs+slack+fixed/float64(ours.n)
	if g.allocs > 0 && g.bytes > 0 {
		pass = pass && ours.bytes <= g.bytes*(1+slack)+fixed*64/float64(ours.n)
	}
	if g.ratio > 0 {
		pass = pass && (atMost(ours.ns/floor.ns, g.ratio) || r.parks && atMost(ours.cpu/floor.cpu, g.ratio))
	}
	if g.ns > 0 {
		pass = pass && ours.ns <= g.ns
	}
	return result{r, best, pass}
}

// atMost compares ratios at the precision that is printed; the measurement has no more. A ratio that is not known is not a number.
func atMost(ratio, goal float64) bool { return math.Round(100*ratio) <= math.Round(100*goal) }

// String is one line of the table, with tabs between the cells.
func (r result) String() string {
	floor, ours := r.best[0], r.best[1]
	verdict := "MISS"
	if r.pass {
		verdict = "pass"
	}
	peer, peerRatio := "-", ""
	others := []string{r.row.floor.name}
	bestPeer := -1
	for i := range r.row.peers {
		if bestPeer < 0 || r.best[2+i].ns < r.best[2+bestPeer].ns {
			bestPeer = i
		}
	}
	for i, c := range r.row.contenders()[2:] {
		m := r.best[2+i]
		if i == bestPeer {
			peer = fmt.Sprintf("%s %s", c.name, nanos(m.ns))
			peerRatio = fmt.Sprintf("%.2f", m.ns/floor.ns)
		} else {
			others = append(others, fmt.Sprintf("%s %s", c.name, nanos(m.ns)))
		}
	}
	return strings.Join([]string{
		r.row.name, nanos(floor.ns), nanos(ours.ns), fmt.Sprintf("%.2f", ours.ns/floor.ns), fmt.Sprintf("%.2f", ours.cpu/floor.cpu), r.row.goal.String(), verdict,
		fmt.Sprintf("%.2f", ours.allocs), fmt.Sprintf("%.0f", ours.bytes), peer, peerRatio, strings.Join(others, "; "),
	}, "\t")
}

func nanos(ns float64) string {
	if ns < 10 {
		return fmt.Sprintf("%.2f", ns)
	}
	return fmt.Sprintf("%.0f", ns)
}

func (g goal) String() string {
	var parts []string
	if g.ratio > 0 {
		parts = append(parts, fmt.Sprintf("<= %.2fx", g.ratio))
	}
	if g.ns > 0 {
		parts = append(parts, fmt.Sprintf("<= %g ns", g.ns))
	}
	switch {
	case g.allocs > 0:
		parts = append(parts, fmt.Sprintf("%g alloc of %g B", g.allocs, g.bytes))
	case g.allocs == 0:
		parts = append(parts, "0 allocs")
	}
	return strings.Join(parts, ", ")
}
