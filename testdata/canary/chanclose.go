package canary

// produce closes its channel twice when it is stopped: once there and once in the deferred call.
func produce(items []int, stop <-chan struct{}) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for _, i := range items {
			select {
			case out <- i:
			case <-stop:
				close(out)
				return
			}
		}
	}()
	return out
}
