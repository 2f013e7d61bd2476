package queue_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/conclint/conclint/runtime/queue"
)

// Several producers, one consumer, and no sentinel: Close ends the loop after the last value.
func ExampleQueue() {
	ctx := context.Background()
	jobs := queue.New[int](2)
	var producers sync.WaitGroup
	for p := range 3 {
		producers.Add(1)
		go func() {
			defer producers.Done()
			if err := jobs.Put(ctx, p); err != nil {
				fmt.Println(err)
			}
		}()
	}
	go func() { producers.Wait(); jobs.Close() }()
	sum := 0
	for job := range jobs.All(ctx) {
		sum += job
	}
	fmt.Println(sum)
	// Output: 3
}

// Closing twice, or while others put, is safe.
func ExampleQueue_Close() {
	ctx := context.Background()
	q := queue.New[string](1)
	fmt.Println(q.Put(ctx, "last"))
	q.Close()
	q.Close()
	fmt.Println(errors.Is(q.Put(ctx, "too late"), queue.ErrClosed))
	fmt.Println(q.Get(ctx))
	_, err := q.Get(ctx)
	fmt.Println(err)
	// Output:
	// <nil>
	// true
	// last <nil>
	// queue: closed
}

// Four workers; the first error would end them all and be returned.
func ExampleQueue_Process() {
	ctx := context.Background()
	q := queue.New[int](10)
	for i := range 10 {
		q.TryPut(i)
	}
	q.Close()
	var sum atomic.Int64
	err := q.Process(ctx, 4, func(_ context.Context, v int) error {
		sum.Add(int64(v))
		return nil
	})
	fmt.Println(sum.Load(), err)
	// Output: 45 <nil>
}

// Join waits until what was put has been dealt with; nobody has to say task_done.
func ExampleQueue_Join() {
	ctx := context.Background()
	q := queue.New[int](10)
	var done atomic.Int64
	ended := make(chan error)
	go func() {
		ended <- q.Process(ctx, 2, func(context.Context, int) error { done.Add(1); return nil })
	}()
	for i := range 5 {
		if err := q.Put(ctx, i); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(q.Join(ctx), done.Load())
	q.Close()
	fmt.Println(<-ended)
	// Output:
	// <nil> 5
	// <nil>
}

func ExampleStack() {
	s := queue.NewStack[string](3)
	for _, page := range []string{"home", "list", "item"} {
		s.TryPut(page)
	}
	s.Close()
	for page := range s.All(context.Background()) {
		fmt.Println(page)
	}
	// Output:
	// item
	// list
	// home
}

// The smallest key comes first; equal keys keep their order.
func ExamplePriority() {
	ctx := context.Background()
	q := queue.NewPriority[int, string](4)
	for _, m := range []struct {
		urgency int
		text    string
	}{{2, "mail"}, {1, "page"}, {2, "post"}, {0, "fire"}} {
		if err := q.Put(ctx, m.urgency, m.text); err != nil {
			fmt.Println(err)
		}
	}
	q.Close()
	for text := range q.All(ctx) {
		fmt.Println(text)
	}
	// Output:
	// fire
	// page
	// mail
	// post
}
