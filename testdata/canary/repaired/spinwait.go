package repaired

// awaitReady waits until another goroutine closes the channel.
func awaitReady(load func()) {
	ready := make(chan struct{})
	go func() {
		defer close(ready)
		load()
	}()
	<-ready
}
