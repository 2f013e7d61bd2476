package task

import (
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// PanicError is what a join panics with after a task has panicked: the value and stack of the task.
// While the join has not come it is also the cause of the cancelled context.
type PanicError struct {
	Value any    // what the task passed to panic
	Stack []byte // stack of the task's goroutine at the panic, as debug.Stack prints it
	Task  string // name of the task, empty if it had none
}

// Error gives the value and the stack of the task, so that a crash report shows both stacks.
func (e *PanicError) Error() string {
	name := ""
	if e.Task != "" {
		name = " " + e.Task
	}
	return fmt.Sprintf("task%s panicked: %v\n\nstack of the task:\n%s", name, e.Value, e.Stack)
}

// Unwrap gives the panic value if that is an error, so that errors.Is and errors.As reach it.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// newPanicError keeps a panic that is already on its way from another join: its own stack is the one that matters.
// It must be called from the deferred function that recovered v, while the frames of the task are still on the stack.
func newPanicError(v any, name string) *PanicError {
	if pe, ok := v.(*PanicError); ok {
		return pe
	}
	return &PanicError{Value: v, Stack: debug.Stack(), Task: name}
}

// hold keeps panicking goroutines inside their deferred functions until a join takes the panic over.
// The frames that panicked are then still on the stack when the grace ends, and the crash report shows them.
type hold struct {
	mu       sync.Mutex
	released chan struct{}
	over     bool
	held     sync.WaitGroup
}

// wait returns when the join has come, and panics with v again when grace has passed before.
func (h *hold) wait(v any, grace time.Duration) {
	h.mu.Lock()
	if h.over {
		h.mu.Unlock()
		return
	}
	if h.released == nil {
		h.released = make(chan struct{})
	}
	released := h.released
	h.held.Add(1)
	h.mu.Unlock()
	defer h.held.Done()

	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-released:
	case <-timer.C:
		panic(v)
	}
}

// release lets all held goroutines go and waits until they have left.
func (h *hold) release() {
	h.mu.Lock()
	if !h.over {
		h.over = true
		if h.released != nil {
			close(h.released)
		}
	}
	h.mu.Unlock()
	h.held.Wait()
}

// crashAfter ends the process with pe unless stop is called within grace. It serves panics on the goroutine
// of the joining caller, which is busy joining and may be stuck behind a task that does not end.
func crashAfter(grace time.Duration, pe *PanicError) (stop func() bool) {
	return time.AfterFunc(grace, func() { panic(pe) }).Stop
}

// crashNow ends the process with pe from a goroutine where no caller can recover it.
func crashNow(pe *PanicError) {
	go panic(pe)
	select {}
}
