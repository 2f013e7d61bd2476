// Package bench measures what conclint costs beside other tools on one public module: all of them in one
// session, each with a cache of its own, so that the ratios mean something even on a noisy machine.
package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/conclint/conclint/internal/proof/units"
)

// A usage is what one run cost.
type usage struct {
	CPU  time.Duration // user and system time of the process and all it waited for
	Wall time.Duration
	Peak int64 // bytes: the largest resident set of any single process; 0 where the system does not tell
}

// measure runs a command. Findings are no failure: exit statuses up to accept are fine.
func measure(ctx context.Context, dir string, env []string, accept int, args ...string) (usage, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 && exit.ExitCode() <= accept {
		err = nil
	}
	if err != nil {
		return usage{}, fmt.Errorf("%v: %w\n%s", args, err, tail(stderr.Bytes()))
	}
	state := cmd.ProcessState
	return usage{CPU: state.UserTime() + state.SystemTime(), Wall: wall, Peak: units.Peak(state)}, nil
}

func tail(b []byte) []byte { return b[max(0, len(b)-2000):] }

// median returns the middle of each quantity.
func median(all []usage) usage {
	return usage{
		CPU:  middle(all, func(u usage) time.Duration { return u.CPU }),
		Wall: middle(all, func(u usage) time.Duration { return u.Wall }),
		Peak: middle(all, func(u usage) int64 { return u.Peak }),
	}
}

func middle[T ~int64](all []usage, of func(usage) T) T {
	values := make([]T, len(all))
	for i, u := range all {
		values[i] = of(u)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
