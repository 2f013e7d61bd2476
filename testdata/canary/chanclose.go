package canary

// produce closes its channel twice when it meets a negative item: once there and once in the deferred call.
func produce(items []int) int {
	out := make(chan int, 1)
	go func() {
		defer close(out)
		for _, i := range items {
			if i < 0 {
				close(out)
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
