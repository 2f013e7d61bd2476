package task_test

import (
	"bytes"
	"context"
	"errors"
	goruntime "runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/conclint/conclint/runtime/task"
)

func TestServiceStops(t *testing.T) {
	within(t, func() {
		s := task.Background(bg, "echo", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		if s.Name() != "echo" || s.Err() != nil {
			t.Error(s.Name(), s.Err())
		}
		for range 2 {
			if err := s.Stop(bg); err != nil {
				t.Error(err)
			}
		}
		<-s.Done()
		s = task.Background(bg, "failing", func(ctx context.Context) error { <-ctx.Done(); return errTest })
		if err := s.Stop(bg); err != errTest || s.Err() != errTest {
			t.Error(err, s.Err())
		}
	})
}

func TestServiceThatDoesNotStop(t *testing.T) {
	within(t, func() {
		release := make(chan struct{})
		s := task.Background(bg, "stubborn", func(context.Context) error { <-release; return nil })
		ctx, cancel := context.WithTimeout(bg, time.Millisecond)
		defer cancel()
		if err := task.StopAll(ctx); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "stubborn") {
			t.Error(err)
		}
		close(release)
		if err := s.Stop(bg); err != nil {
			t.Error(err)
		}
	})
}

func TestStopAllStopsTheYoungestFirst(t *testing.T) {
	within(t, func() {
		var order []string
		for _, name := range []string{"log", "database", "server"} {
			task.Background(bg, name, func(ctx context.Context) error { <-ctx.Done(); order = append(order, name); return nil })
		}
		if err := task.StopAll(bg); err != nil {
			t.Error(err)
		}
		if !slices.Equal(order, []string{"server", "database", "log"}) {
			t.Error(order)
		}
		if err := task.StopAll(bg); err != nil {
			t.Error(err)
		}
	})
}

func TestServiceEndsWithItsContextAndByItself(t *testing.T) {
	within(t, func() {
		ctx, cancel := context.WithCancel(bg)
		s := task.Background(ctx, "s", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		cancel()
		<-s.Done()
		s = task.Background(bg, "s", func(context.Context) error { return errTest })
		<-s.Done()
		if s.Err() != errTest {
			t.Error(s.Err())
		}
		s = task.Background(bg, "s", func(context.Context) error { goruntime.Goexit(); return nil })
		<-s.Done()
		if s.Err() == nil {
			t.Error("Goexit is lost")
		}
	})
}

func TestEvery(t *testing.T) {
	within(t, func() {
		third := make(chan struct{})
		n := 0
		s := task.Every(bg, time.Millisecond, func(context.Context) error {
			if n++; n == 3 {
				close(third)
			}
			return nil
		}, task.Named("tick"))
		<-third
		if err := s.Stop(bg); err != nil || s.Name() != "tick" {
			t.Error(err, s.Name())
		}
		calls := n
		time.Sleep(3 * time.Millisecond)
		if n != calls {
			t.Error("called after Stop")
		}
		s = task.Every(bg, time.Millisecond, func(context.Context) error { return errTest })
		<-s.Done()
		if s.Err() != errTest {
			t.Error(s.Err())
		}
		mustPanic(t, func() { task.Every(bg, 0, func(context.Context) error { return nil }) }, "positive interval")
	})
}

func TestSleepRecvSend(t *testing.T) {
	within(t, func() {
		ended, cancel := context.WithCancelCause(bg)
		cancel(errTest)
		soon, stop := context.WithTimeoutCause(bg, time.Millisecond, errTest)
		defer stop()

		if err := task.Sleep(bg, time.Microsecond); err != nil {
			t.Error(err)
		}
		if err := task.Sleep(bg, -1); err != nil {
			t.Error(err)
		}
		for _, ctx := range []context.Context{ended, soon} {
			if err := task.Sleep(ctx, time.Hour); err != errTest {
				t.Error(err)
			}
		}
		ch := make(chan int, 1)
		if err := task.Send(bg, ch, 3); err != nil {
			t.Error(err)
		}
		for _, ctx := range []context.Context{ended, soon} {
			if err := task.Send(ctx, ch, 4); err != errTest {
				t.Error(err)
			}
		}
		if _, err := task.Recv(ended, ch); err != errTest {
			t.Error("an ended context must not receive:", err)
		}
		if v, err := task.Recv(bg, ch); v != 3 || err != nil {
			t.Error(v, err)
		}
		if _, err := task.Recv(soon, ch); err != errTest {
			t.Error(err)
		}
		go func() { _ = task.Send(bg, ch, 5); _ = task.Send(bg, ch, 6); close(ch) }()
		for want := 5; want <= 6; want++ {
			if v, err := task.Recv(bg, ch); v != want || err != nil {
				t.Error(v, err)
			}
		}
		if _, err := task.Recv(bg, ch); err != task.ErrClosed {
			t.Error(err)
		}
	})
}

func TestLocal(t *testing.T) {
	a, b := task.NewLocal[string](), task.NewLocal[string]()
	if v, ok := a.Get(bg); ok || v != "" {
		t.Error(v, ok)
	}
	ctx := a.With(bg, "x")
	inner := a.With(ctx, "y")
	_ = task.Run(inner, func(g *task.Group) error {
		g.Go(func(taskCtx context.Context) error {
			v, ok := a.Get(taskCtx)
			outer, _ := a.Get(ctx)
			if _, other := b.Get(taskCtx); !ok || v != "y" || outer != "x" || other {
				t.Error(v, ok, outer, other)
			}
			return nil
		})
		return nil
	})
	e := task.NewLocal[error]()
	if v, ok := e.Get(e.With(bg, nil)); v != nil || !ok {
		t.Error("a nil value is a value:", v, ok)
	}
}

func TestCurrentListDump(t *testing.T) {
	within(t, func() {
		if _, ok := task.Current(bg); ok {
			t.Error("the test is no task")
		}
		release := make(chan struct{})
		var begun atomic.Int64
		p := task.NewPool(task.Limit(2), task.Named("poolworker"))
		err := task.Run(bg, func(g *task.Group) error {
			for range 2 {
				g.Go(func(ctx context.Context) error {
					info, ok := task.Current(ctx)
					if !ok || info.Name != "fetcher" || info.ID == 0 || info.Started.IsZero() {
						t.Error(info, ok)
					}
					begun.Add(1)
					<-release
					return nil
				})
			}
			g.GoNamed("special", func(ctx context.Context) error {
				if info, _ := task.Current(ctx); info.Name != "special" || info.Group != "fetcher" {
					t.Error(info)
				}
				begun.Add(1)
				<-release
				return nil
			})
			f := task.Submit(bg, p, func(ctx context.Context) (int, error) {
				begun.Add(1)
				<-release
				return 0, nil
			})
			for begun.Load() < 4 {
				time.Sleep(50 * time.Microsecond)
			}
			var names []string
			for _, info := range task.List() {
				names = append(names, info.Name)
			}
			slices.Sort(names)
			if want := []string{"fetcher", "fetcher", "poolworker", "special"}; !slices.Equal(names, want) {
				t.Errorf("List: %v, want %v", names, want)
			}
			var out bytes.Buffer
			if err := task.Dump(&out); err != nil {
				t.Error(err)
			}
			dump := out.String()
			head, stacks, _ := strings.Cut(dump, "\n\n")
			if !strings.HasPrefix(head, "named tasks: 4\n") || !strings.Contains(head, " special in fetcher, for ") {
				t.Error(head)
			}
			first, rest, _ := strings.Cut(stacks, "TestCurrentListDump")
			if !strings.Contains(first, `{"task":"`) {
				t.Errorf("named tasks are not in front:\n%s", dump)
			}
			if !strings.Contains(dump, "2 goroutines {\"task\":\"fetcher\"}") || !strings.Contains(rest, "testing.tRunner") {
				t.Errorf("stacks are not grouped or not complete:\n%s", dump)
			}
			close(release)
			_, err := f.Await(bg)
			return err
		}, task.Named("fetcher"))
		p.Close()
		if err != nil || len(task.List()) != 0 {
			t.Error(err, task.List())
		}
	})
}

func TestLabelsAreRemoved(t *testing.T) {
	_, _ = task.Map(bg, []int{1}, double, task.Limit(1), task.Named("inside"))
	var out bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&out, 1)
	if strings.Contains(out.String(), "inside") {
		t.Error("the goroutine of the caller kept the label of the task")
	}
}
