package conctest

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Grace is how long a leak check waits for goroutines that are on their way out.
const Grace = 2 * time.Second

// goroutine is one entry of a stack dump.
type goroutine struct {
	id    int
	stack string
}

// NoLeaks fails t at its end if goroutines are running then that were not running at the call of NoLeaks. It must not be used in tests that run in parallel with
// others, whose goroutines it would blame on t.
func NoLeaks(t testing.TB) {
	t.Helper()
	before := make(map[int]bool)
	for _, g := range goroutines() {
		before[g.id] = true
	}
	t.Cleanup(func() {
		t.Helper()
		if left := leaked(before, Grace); len(left) > 0 {
			t.Error(describe(left))
		}
	})
}

// Main runs the tests and fails if they leave goroutines behind. It does not return.
func Main(m *testing.M) { os.Exit(run(m.Run)) }

func run(tests func() int) (code int) {
	code = tests()
	if code != 0 {
		return code // a failed test may well have left something
	}
	if left := leaked(nil, Grace); len(left) > 0 {
		fmt.Fprintln(os.Stderr, describe(left))
		return 1
	}
	return 0
}

// Leaked returns the stacks of the goroutines that are left after grace, other than the caller's and those of the runtime and the testing package.
// It returns as soon as there are none.
func Leaked(grace time.Duration) []string {
	var stacks []string
	for _, g := range leaked(nil, grace) {
		stacks = append(stacks, g.stack)
	}
	return stacks
}

func leaked(before map[int]bool, grace time.Duration) []goroutine {
	deadline := time.Now().Add(grace)
	for pause := 50 * time.Microsecond; ; pause = min(2*pause, 50*time.Millisecond) {
		var left []goroutine
		for _, g := range goroutines()[1:] { // the first is the caller's
			if !before[g.id] && !isInfrastructure(g.stack) {
				left = append(left, g)
			}
		}
		if len(left) == 0 || time.Now().After(deadline) {
			return left
		}
		time.Sleep(pause)
	}
}

// isInfrastructure reports whether a goroutine belongs to the testing package or to the runtime. Goroutines of the runtime itself are not in a
// dump; those of its libraries are.
func isInfrastructure(stack string) bool {
	_, frames, _ := strings.Cut(stack, "\n")
	for _, top := range []string{
		"testing.(*T).Run(", "testing.runTests(", "testing.(*M).", "testing.tRunner(", "testing.(*F).Fuzz(", "testing.(*B).",
		"testing.runFuzzing(", "testing.runFuzzTests(", "os/signal.signal_recv(", "os/signal.loop(", "runtime.ReadTrace(",
	} {
		if strings.HasPrefix(frames, top) || createdBy(stack, top) {
			return true
		}
	}
	// A test waiting for its parallel turn or for its subtests is parked below these.
	return strings.Contains(frames, "\ntesting.(*T).Run(") || strings.Contains(frames, "\ntesting.(*M).startAlarm")
}

// createdBy matches goroutines that the testing package and os/signal start for themselves.
func createdBy(stack, f string) bool {
	at := strings.LastIndex(stack, "\ncreated by ")
	return at >= 0 && strings.HasPrefix(f, "os/signal") && strings.HasPrefix(stack[at+len("\ncreated by "):], "os/signal.")
}

// goroutines takes a dump of all stacks, the caller's first.
func goroutines() []goroutine {
	buf := make([]byte, 64<<10)
	n := runtime.Stack(buf, true)
	for n == len(buf) {
		buf = make([]byte, 2*len(buf))
		n = runtime.Stack(buf, true)
	}
	var all []goroutine
	for _, stack := range strings.Split(strings.TrimSpace(string(buf[:n])), "\n\n") {
		number, _, _ := strings.Cut(strings.TrimPrefix(stack, "goroutine "), " ")
		id, err := strconv.Atoi(number)
		if err != nil {
			continue // not the head of a goroutine
		}
		all = append(all, goroutine{id, stack})
	}
	return all
}

func describe(left []goroutine) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d leaked goroutines:", len(left))
	if len(left) == 1 {
		b.Reset()
		b.WriteString("1 leaked goroutine:")
	}
	for _, g := range left {
		b.WriteString("\n\n")
		b.WriteString(g.stack)
	}
	return b.String()
}
