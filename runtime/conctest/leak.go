package conctest

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Grace is how long a leak check waits for goroutines that are on their way out.
const Grace = 2 * time.Second

// grace is Grace, or less in the tests of the check itself.
var grace = Grace

// goroutine is one entry of a stack dump.
type goroutine struct {
	id    int
	stack string
}

// NoLeaks fails t at its end if goroutines are running then that were not running at the call of NoLeaks. It must not be used in tests that
// run in parallel with others, whose goroutines it would blame on t.
func NoLeaks(t testing.TB) {
	t.Helper()
	before := make(map[int]bool)
	for _, g := range goroutines() {
		before[g.id] = true
	}
	t.Cleanup(func() {
		t.Helper()
		if left := leaked(before, grace); len(left) > 0 {
			t.Error(describe(left))
		}
	})
}

// Main runs the tests and fails if they leave goroutines behind. It does not return.
func Main(m *testing.M) { os.Exit(run(m.Run, os.Stderr)) }

func run(tests func() int, report io.Writer) (code int) {
	code = tests()
	if code != 0 {
		return code // a failed test may well have left something
	}
	if left := leaked(nil, grace); len(left) > 0 {
		fmt.Fprintln(report, describe(left))
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

// infrastructure names, as the beginning of the function that started them, goroutines that belong to no test: those of the testing package, among
// them the tests themselves, which may be parked in their parents; of signal handling; and of tracing, profiling and cleanups.
var infrastructure = []string{"testing.", "testing/", "os/signal.", "runtime/", "runtime."}

func isInfrastructure(stack string) bool {
	at := strings.LastIndex(stack, "\ncreated by ")
	if at < 0 {
		return true // the main goroutine
	}
	starter := stack[at+len("\ncreated by "):]
	return slices.ContainsFunc(infrastructure, func(prefix string) bool { return strings.HasPrefix(starter, prefix) })
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
