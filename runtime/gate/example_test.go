package gate_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/conclint/conclint/runtime/gate"
)

// At most two of the five downloads run at a time; the permit is given back however the function ends.
func ExampleSemaphore() {
	ctx := context.Background()
	slots := gate.NewSemaphore(2)
	var wg sync.WaitGroup
	for range 5 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := slots.With(ctx, func() error { return nil /* download */ }); err != nil {
				fmt.Println(err)
			}
		}()
	}
	wg.Wait()
	fmt.Println(slots.Free(), "of", slots.Size(), "free")
	// Output: 2 of 2 free
}

func ExampleSemaphore_Acquire() {
	slots := gate.NewSemaphore(1)
	if err := slots.Acquire(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	defer slots.Release()

	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	fmt.Println(slots.Acquire(ctx))
	// Output: context deadline exceeded
}

// Requests take as many units as they need, here megabytes of memory.
func ExampleWeighted() {
	ctx := context.Background()
	memory := gate.NewWeighted(64)
	err := memory.With(ctx, 48, func() error {
		fmt.Println(memory.TryAcquire(32))
		return nil
	})
	fmt.Println(err, memory.Free())
	// Output:
	// false
	// <nil> 64
}

// Instead of a loop that polls a flag.
func ExampleEvent() {
	var ready gate.Event
	go func() {
		// prepare, then:
		ready.Set()
	}()
	if err := ready.Wait(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("ready:", ready.IsSet())
	ready.Reset()
	fmt.Println("ready:", ready.IsSet())
	// Output:
	// ready: true
	// ready: false
}

// Three workers compute in steps; nobody begins a step before all have finished the one before.
func ExampleBarrier() {
	var parts [3]int
	step := gate.NewBarrier(len(parts), gate.Action(func() { fmt.Println("sum", parts[0]+parts[1]+parts[2]) }))
	var wg sync.WaitGroup
	for i := range parts {
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer step.Leave() // whatever happens to this worker, the others can go on
			for range 3 {
				parts[i] += i
				if _, err := step.Wait(context.Background()); err != nil {
					fmt.Println(err)
					return
				}
			}
		}()
	}
	wg.Wait()
	// Output:
	// sum 3
	// sum 6
	// sum 9
}

func ExampleBarrier_Abort() {
	b := gate.NewBarrier(2)
	b.Abort(fmt.Errorf("disk full"))
	_, err := b.Wait(context.Background())
	fmt.Println(err != nil)
	// Output: true
}
