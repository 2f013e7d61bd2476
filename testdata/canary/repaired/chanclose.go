package repaired

// produce leaves the closing to the deferred call, on every way out.
func produce(items []int) int {
	out := make(chan int, 1)
	go func() {
		defer close(out)
		for _, i := range items {
			if i < 0 {
				return
			}
			out <- i
		}
	}()
	sum := 0
	for i := range out {
		sum += i
	}
	return sum
}
