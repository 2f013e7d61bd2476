package corpus

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lock takes a directory of the cache for this process and waits while another one has it: two runs
// must not check out different commits in one place. A lock whose process has ended is taken over.
func lock(ctx context.Context, dir string) (release func(), err error) {
	name := dir + ".lock"
	for {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
		if err == nil {
			_, err = fmt.Fprint(f, os.Getpid())
			return func() { os.Remove(name) }, errors.Join(err, f.Close())
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		if data, err := os.ReadFile(name); err == nil && len(data) > 0 && !alive(string(data)) {
			os.Remove(name)
			continue
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
}

func alive(pid string) bool {
	n, err := strconv.Atoi(strings.TrimSpace(pid))
	if err != nil {
		return false
	}
	p, err := os.FindProcess(n)
	return err == nil && !errors.Is(p.Signal(syscall.Signal(0)), os.ErrProcessDone)
}
