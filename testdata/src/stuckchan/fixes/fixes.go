// Package fixes: what is offered beyond a buffer of one.
package fixes

import "context"

// The close that an early return skips is deferred.
func skippedCloseBad(items []int, bad func(int) bool) int {
	c := make(chan int)
	go func() {
		for _, i := range items {
			if bad(i) {
				return
			}
			c <- i
		}
		close(c)
	}()
	sum := 0
	for i := range c { // want `ranges over c and may wait for ever`
		sum += i
	}
	return sum
}

// A channel that nobody closes is closed by its only sender.
func noCloseBad(items []int) int {
	c := make(chan int)
	go func() {
		for _, i := range items {
			c <- i
		}
	}()
	sum := 0
	for i := range c { // want `ranges over c and may wait for ever`
		sum += i
	}
	return sum
}

// A sender of many values ends with the context that ends its receiver.
func manyBad(ctx context.Context, items []int) int {
	c := make(chan int)
	go func() {
		defer close(c)
		for _, i := range items {
			c <- i // want `sends on c and may wait for ever`
		}
	}()
	sum := 0
	for {
		select {
		case i, ok := <-c:
			if !ok {
				return sum
			}
			sum += i
		case <-ctx.Done():
			return sum
		}
	}
}

func manyOk(ctx context.Context, items []int) int {
	c := make(chan int)
	go func() {
		defer close(c)
		for _, i := range items {
			select {
			case c <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	sum := 0
	for {
		select {
		case i, ok := <-c:
			if !ok {
				return sum
			}
			sum += i
		case <-ctx.Done():
			return sum
		}
	}
}
