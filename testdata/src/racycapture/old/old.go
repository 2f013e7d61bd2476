//go:build go1.21

// Package old has loops whose iterations share their variables.
package old

import "sync"

func use(...any) {}

func shared(items []int) {
	for _, it := range items {
		go func() {
			use(it) // want `it is used in a goroutine while the loop at old.go:11 goes on and changes it; below go1.22 all iterations share one variable`
		}()
	}
}

func counted() {
	for i := 0; i < 3; i++ {
		go func() {
			use(i) // want `i is used in a goroutine while the loop at old.go:19 goes on`
		}()
	}
}

func copied(items []int) {
	for _, it := range items {
		it := it
		go func() { use(it) }()
	}
}

func passed(items []int) {
	for _, it := range items {
		go func(it int) { use(it) }(it)
	}
}

func joined(items []int) {
	for _, it := range items {
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			defer wg.Done()
			use(it)
		}()
		wg.Wait()
	}
}

// The copy is made right before the goroutine starts, in the innermost list.
func nested(rows [][]int) {
	for _, row := range rows {
		for _, n := range row {
			if n > 0 {
				use(n)
				go func() {
					use(row, len(row)) // want `row is used in a goroutine while the loop at old.go:\d+ goes on`
				}()
			}
		}
	}
}

// The body sets the variable: no fix.
func skipping(n int) {
	for i := 0; i < n; i++ {
		go func() {
			use(i) // want `i is used in a goroutine while the loop at old.go:\d+ goes on`
		}()
		if n > 7 {
			i++
		}
	}
}
