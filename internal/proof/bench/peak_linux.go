package bench

import (
	"os"
	"syscall"
)

// peak returns the largest resident set, in bytes, of the process and of all that it waited for.
func peak(state *os.ProcessState) int64 {
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		return int64(usage.Maxrss) * 1024
	}
	return 0
}
