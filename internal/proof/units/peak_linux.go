package units

import (
	"os"
	"syscall"
)

// Peak returns the largest resident set, in bytes, of a process and of all that it waited for.
func Peak(state *os.ProcessState) int64 {
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		return int64(usage.Maxrss) * 1024
	}
	return 0
}
