package task_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/conclint/conclint/runtime/conctest"
)

// crashes are programs that are expected to die; crash runs one of them in a process of its own.
var crashes = map[string]func(){}

const crashVariable = "TASK_TEST_CRASH"

func TestMain(m *testing.M) {
	if program := crashes[os.Getenv(crashVariable)]; program != nil {
		program()
		os.Exit(0)
	}
	conctest.Main(m)
}

// crash runs the program and returns what it wrote to stderr. It fails the test if the program ends in peace.
func crash(t *testing.T, program string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashVariable+"="+program, "GOTRACEBACK=single")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 {
		t.Fatalf("%s: want exit code 2 of a panic, got %v\n%s", program, err, &stderr)
	}
	return stderr.String()
}

// within fails the test if f hangs.
func within(t *testing.T, f func()) {
	t.Helper()
	conctest.Within(t, 20*time.Second, f)
}

// panicOf returns what f panics with, and fails the test if it does not.
func panicOf(t *testing.T, f func()) (v any) {
	t.Helper()
	defer func() {
		if v = recover(); v == nil {
			t.Error("no panic")
		}
	}()
	f()
	return nil
}

// mustPanic checks that f panics with a message that contains all parts.
func mustPanic(t *testing.T, f func(), parts ...string) {
	t.Helper()
	v := panicOf(t, f)
	msg, ok := v.(string)
	if err, isErr := v.(error); isErr {
		msg, ok = err.Error(), true
	}
	for _, part := range parts {
		if !ok || !strings.Contains(msg, part) {
			t.Errorf("panic %q does not mention %q", v, part)
		}
	}
}

// goexits reports whether f calls runtime.Goexit.
func goexits(f func()) bool {
	returned := false
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
		returned = true
	}()
	<-done
	return !returned
}

var (
	bg      = context.Background()
	errTest = errors.New("test error")
)
