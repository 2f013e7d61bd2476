package basic

// The wait stands under the wrong condition.
func flagTurnedBad(cond bool) int {
	var n int
	done := make(chan struct{})
	started := false
	if cond {
		started = true
		go func() {
			n = 1 // want `n is written in a goroutine \(started at flags.go:10\) and read at flags.go:18 without a common lock`
			close(done)
		}()
	}
	if !started {
		<-done
	}
	return n
}

// The goroutine itself may say that there is nothing to wait for.
func flagSharedBad(cond bool) int {
	var n int
	var done chan struct{}
	if cond {
		done = make(chan struct{})
		go func() {
			n = 1      // want `n is written in a goroutine \(started at flags.go:27\) and read at flags.go:35 without a common lock`
			done = nil // want `done is written in a goroutine \(started at flags.go:27\) and read at flags.go:32 without a common lock`
		}()
	}
	if done != nil {
		<-done
	}
	return n
}

// Each round decides anew.
func flagOfEachRoundBad(conds []bool) int {
	var n int
	done := make(chan struct{}, 8)
	for _, cond := range conds {
		if cond {
			go func() {
				n = 1 // want `n is written by several goroutines at once \(started in a loop at flags.go:44\) without a lock`
				done <- struct{}{}
			}()
		}
	}
	return n
}
