package task_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/conclint/conclint/runtime/task"
)

func ExampleRun() {
	ctx := context.Background()
	err := task.Run(ctx, func(g *task.Group) error {
		g.Go(func(ctx context.Context) error {
			<-ctx.Done() // a server, say, that ends when a sibling fails
			return ctx.Err()
		})
		g.Go(func(context.Context) error { return errors.New("disk full") })
		return nil
	})
	fmt.Println(err)
	// Output: disk full
}

func ExampleLimit() {
	sizes := make([]int, 4)
	err := task.Run(context.Background(), func(g *task.Group) error {
		for i, name := range []string{"a", "bc", "def", "ghij"} {
			g.Go(func(context.Context) error {
				sizes[i] = len(name) // at most two of these at a time
				return nil
			})
		}
		return nil
	}, task.Limit(2))
	fmt.Println(sizes, err)
	// Output: [1 2 3 4] <nil>
}

func ExampleAllErrors() {
	err := task.Run(context.Background(), func(g *task.Group) error {
		for i := range 3 {
			g.Go(func(context.Context) error { return fmt.Errorf("upload %d failed", i) })
		}
		return nil
	}, task.AllErrors())
	fmt.Println(err)
	// Output:
	// upload 0 failed
	// upload 1 failed
	// upload 2 failed
}

func ExamplePanicError() {
	defer func() {
		var pe *task.PanicError
		if err, _ := recover().(error); errors.As(err, &pe) {
			fmt.Println("task panicked:", pe.Value)
		}
	}()
	_ = task.Run(context.Background(), func(g *task.Group) error {
		g.Go(func(context.Context) error { panic("index out of order") })
		return nil
	})
	// Output: task panicked: index out of order
}

func ExampleCrashOnPanic() {
	err := task.Run(context.Background(), func(g *task.Group) error {
		g.Go(func(context.Context) error { return nil }) // a panic here would end the process
		return nil
	}, task.CrashOnPanic())
	fmt.Println(err)
	// Output: <nil>
}

func ExamplePanicGrace() {
	err := task.Run(context.Background(), func(g *task.Group) error {
		g.Go(func(context.Context) error { return nil }) // a panic here would be raised by Run within a second, or end the process
		return nil
	}, task.PanicGrace(time.Second))
	fmt.Println(err)
	// Output: <nil>
}

func ExampleNew() {
	g := task.New(context.Background(), task.Limit(4))
	g.Go(func(context.Context) error { fmt.Println("working"); return nil })
	fmt.Println(g.Wait())
	// Output:
	// working
	// <nil>
}

func ExampleGroup_TryGo() {
	release := make(chan struct{})
	work := func(context.Context) error { <-release; return nil }
	_ = task.Run(context.Background(), func(g *task.Group) error {
		fmt.Println(g.TryGo(work), g.TryGo(work)) // the second would exceed the limit
		close(release)
		return nil
	}, task.Limit(1))
	// Output: true false
}

func ExampleGroup_Cancel() {
	found := make(chan int, 1)
	err := task.Run(context.Background(), func(g *task.Group) error {
		g.Go(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }) // would search for ever
		g.Go(func(context.Context) error {
			found <- 42
			g.Cancel(nil) // found: that is no error
			return nil
		})
		return nil
	})
	fmt.Println(<-found, err)
	// Output: 42 <nil>
}

func ExampleGroup_GoNamed() {
	_ = task.Run(context.Background(), func(g *task.Group) error {
		g.GoNamed("indexer", func(ctx context.Context) error {
			info, _ := task.Current(ctx)
			fmt.Println(info.Name)
			return nil
		})
		return nil
	})
	// Output: indexer
}

func ExampleGo() {
	err := task.Run(context.Background(), func(g *task.Group) error {
		user := task.Go(g, func(context.Context) (string, error) { return "gopher", nil })
		quota := task.Go(g, func(context.Context) (int, error) { return 10, nil })
		name, err := user.Await(g.Context())
		if err != nil {
			return err
		}
		n, err := quota.Await(g.Context())
		if err != nil {
			return err
		}
		fmt.Println(name, n)
		return nil
	})
	fmt.Println(err)
	// Output:
	// gopher 10
	// <nil>
}

func ExampleFuture_Await() {
	p := task.NewPool()
	defer p.Close()
	ctx := context.Background()
	slow := task.Submit(ctx, p, func(ctx context.Context) (string, error) {
		return "done", task.Sleep(ctx, 5*time.Millisecond)
	})
	short, cancel := context.WithTimeout(ctx, time.Microsecond)
	defer cancel()
	_, err := slow.Await(short)
	fmt.Println(err) // this waiter has given up, the task goes on
	v, err := slow.Await(ctx)
	fmt.Println(v, err)
	// Output:
	// context deadline exceeded
	// done <nil>
}

func ExampleFuture_Cancel() {
	p := task.NewPool()
	defer p.Close()
	ctx := context.Background()
	f := task.Submit(ctx, p, func(ctx context.Context) (int, error) { return 0, task.Sleep(ctx, time.Hour) })
	f.Cancel()
	_, err := f.Await(ctx)
	fmt.Println(err)
	// Output: context canceled
}

func ExampleFuture_TryResult() {
	p := task.NewPool()
	f := task.Submit(context.Background(), p, func(context.Context) (int, error) { return 7, nil })
	p.Close()
	r, ok := f.TryResult()
	fmt.Println(r.Value, r.Err, ok, f.IsDone())
	// Output: 7 <nil> true true
}

func ExampleNewPool() {
	p := task.NewPool(task.Limit(3))
	defer p.Close()
	f := task.Submit(context.Background(), p, func(context.Context) (int, error) { return 6 * 7, nil })
	fmt.Println(f.Await(context.Background()))
	// Output: 42 <nil>
}

func ExamplePool_Shutdown() {
	p := task.NewPool(task.Limit(1))
	ctx := context.Background()
	f := task.Submit(ctx, p, func(ctx context.Context) (int, error) { return 0, task.Sleep(ctx, time.Hour) })
	short, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	fmt.Println(p.Shutdown(short)) // waits a millisecond, then cancels what is left
	_, err := f.Await(ctx)
	fmt.Println(err)
	// Output:
	// context deadline exceeded
	// context deadline exceeded
}

func ExampleBatch() {
	p := task.NewPool(task.Limit(2))
	defer p.Close()
	b := task.NewBatch[int](p)
	for i := range 3 {
		b.Submit(func(context.Context) (int, error) { return i * i, nil })
	}
	for _, r := range b.WaitAll(context.Background()) {
		fmt.Println(r.Value, r.Err)
	}
	// Output:
	// 0 <nil>
	// 1 <nil>
	// 4 <nil>
}

func ExampleMap() {
	lengths, err := task.Map(context.Background(), []string{"a", "bb", "ccc"}, func(_ context.Context, s string) (int, error) {
		return len(s), nil
	}, task.Limit(2))
	fmt.Println(lengths, err)
	// Output: [1 2 3] <nil>
}

func ExampleMapWith() {
	newBuffer := func() *bytes.Buffer { return new(bytes.Buffer) } // one per worker, not one per element
	out, err := task.MapWith(context.Background(), []int{1, 2, 3}, newBuffer, func(_ context.Context, b *bytes.Buffer, i int) (string, error) {
		b.Reset()
		fmt.Fprintf(b, "<%d>", i)
		return b.String(), nil
	})
	fmt.Println(out, err)
	// Output: [<1> <2> <3>] <nil>
}

func ExampleEach() {
	lines := strings.SplitSeq("one\ntwo\n\nthree", "\n")
	err := task.Each(context.Background(), lines, func(_ context.Context, line string) error {
		if line == "" {
			return errors.New("empty line")
		}
		return nil
	}, task.Limit(2))
	fmt.Println(err)
	// Output: empty line
}

func ExampleAsCompleted() {
	delays := []time.Duration{30 * time.Millisecond, 0}
	for d, r := range task.AsCompleted(context.Background(), slices.Values(delays), func(ctx context.Context, d time.Duration) (string, error) {
		return "waited " + d.String(), task.Sleep(ctx, d)
	}, task.Limit(2)) {
		fmt.Println(d, r.Value, r.Err)
	}
	// Output:
	// 0s waited 0s <nil>
	// 30ms waited 30ms <nil>
}

func ExampleInOrder() {
	endless := func(yield func(int) bool) {
		for i := 1; yield(i); i++ {
		}
	}
	square := func(_ context.Context, i int) (int, error) { return i * i, nil }
	for i, r := range task.InOrder(context.Background(), endless, square, task.Limit(4)) {
		if i > 3 {
			break // ends the workers and the input
		}
		fmt.Println(i, r.Value)
	}
	// Output:
	// 1 1
	// 2 4
	// 3 9
}

func ExampleFirst() {
	fast := func(context.Context) (string, error) { return "mirror", nil }
	slow := func(ctx context.Context) (string, error) { return "origin", task.Sleep(ctx, time.Hour) }
	fmt.Println(task.First(context.Background(), slow, fast))
	// Output: mirror <nil>
}

func ExampleBackground() {
	s := task.Background(context.Background(), "flusher", func(ctx context.Context) error {
		<-ctx.Done()
		fmt.Println("flushed") // not cut off by the end of main
		return nil
	})
	fmt.Println(s.Stop(context.Background()))
	// Output:
	// flushed
	// <nil>
}

func ExampleEvery() {
	ticks := make(chan struct{})
	s := task.Every(context.Background(), time.Millisecond, func(ctx context.Context) error {
		return task.Send(ctx, ticks, struct{}{})
	}, task.Named("ticker"))
	<-ticks
	<-ticks
	fmt.Println(s.Stop(context.Background()))
	// Output: <nil>
}

func ExampleStopAll() {
	// func main() {
	task.Background(context.Background(), "cache", func(ctx context.Context) error { <-ctx.Done(); return nil })
	deadline, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	fmt.Println(task.StopAll(deadline))
	// Output: <nil>
}

func ExampleSleep() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	fmt.Println(task.Sleep(ctx, time.Hour))
	// Output: context deadline exceeded
}

func ExampleRecv() {
	replies := make(chan string, 1)
	replies <- "pong"
	close(replies)
	fmt.Println(task.Recv(context.Background(), replies))
	_, err := task.Recv(context.Background(), replies)
	fmt.Println(err)
	// Output:
	// pong <nil>
	// task: the channel is closed
}

func ExampleSend() {
	full := make(chan int)
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	fmt.Println(task.Send(ctx, full, 1)) // nobody receives
	// Output: context deadline exceeded
}

func ExampleLocal() {
	user := task.NewLocal[string]()
	ctx := user.With(context.Background(), "alice")
	_ = task.Run(ctx, func(g *task.Group) error {
		g.Go(func(ctx context.Context) error {
			name, ok := user.Get(ctx)
			fmt.Println(name, ok)
			return nil
		})
		return nil
	})
	// Output: alice true
}

func ExampleCurrent() {
	_ = task.Run(context.Background(), func(g *task.Group) error {
		g.Go(func(ctx context.Context) error {
			info, ok := task.Current(ctx)
			fmt.Println(info.Name, ok)
			return nil
		})
		return nil
	}, task.Named("fetch"))
	// Output: fetch true
}

func ExampleList() {
	began := make(chan struct{})
	s := task.Background(context.Background(), "watcher", func(ctx context.Context) error { close(began); <-ctx.Done(); return nil })
	<-began
	for _, info := range task.List() {
		fmt.Println(info.Name)
	}
	_ = s.Stop(context.Background())
	// Output: watcher
}

func ExampleDump() {
	began := make(chan struct{})
	s := task.Background(context.Background(), "watcher", func(ctx context.Context) error { close(began); <-ctx.Done(); return nil })
	<-began
	var b strings.Builder
	_ = task.Dump(&b)
	first, _, _ := strings.Cut(b.String(), "\n")
	fmt.Println(first)
	_ = s.Stop(context.Background())
	// Output: named tasks: 1
}
