package canary

// produce closes its channel twice when there is nothing to send.
func produce(items []int) <-chan int {
	out := make(chan int, len(items))
	if len(items) == 0 {
		close(out)
	}
	for _, i := range items {
		out <- i
	}
	close(out)
	return out
}
