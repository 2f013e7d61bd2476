package task

import (
	"context"
	"runtime/pprof"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Info describes a named task or a service.
type Info struct {
	Name    string
	ID      uint64 // unique in the process, rising in the order of start
	Group   string // name of the group or pool; empty for a service
	Started time.Time
}

// registry holds the named tasks that are running.
var registry struct {
	mu     sync.Mutex
	live   map[uint64]Info
	lastID atomic.Uint64
}

// infoKey asks a context for the Info of the innermost named task.
type infoKey struct{}

// Current returns what is known about the task to which ctx belongs, and false if no task on the way to it has a name.
func Current(ctx context.Context) (Info, bool) {
	info, ok := ctx.Value(infoKey{}).(Info)
	return info, ok
}

// List returns the named tasks and services that are running, in the order of their start. Tasks without a name, and goroutines
// not started by this package, appear only in [Dump].
func List() []Info {
	registry.mu.Lock()
	list := make([]Info, 0, len(registry.live))
	for _, info := range registry.live {
		list = append(list, info)
	}
	registry.mu.Unlock()
	slices.SortFunc(list, func(a, b Info) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return list
}

// labelKey is the pprof label that carries the name of a task.
const labelKey = "task"

// enroll makes the calling goroutine known as a task called name until done is called, and returns its context.
func enroll(parent context.Context, name, group string) (ctx context.Context, done func()) {
	info := Info{Name: name, ID: registry.lastID.Add(1), Group: group, Started: time.Now()}
	registry.mu.Lock()
	if registry.live == nil {
		registry.live = make(map[uint64]Info)
	}
	registry.live[info.ID] = info
	registry.mu.Unlock()
	ctx = pprof.WithLabels(context.WithValue(parent, infoKey{}, info), pprof.Labels(labelKey, name))
	pprof.SetGoroutineLabels(ctx)
	return ctx, func() {
		pprof.SetGoroutineLabels(parent)
		registry.mu.Lock()
		delete(registry.live, info.ID)
		registry.mu.Unlock()
	}
}
