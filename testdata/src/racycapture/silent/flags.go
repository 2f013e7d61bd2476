package silent

// What is started under a condition is awaited under the same one.
func sameCondition(cond bool) int {
	var n int
	done := make(chan struct{})
	if cond {
		go func() {
			n = 1
			close(done)
		}()
	}
	if cond {
		<-done
	}
	return n
}

func underFlag(cond bool) int {
	var n int
	done := make(chan struct{})
	started := false
	if cond {
		started = true
		go func() {
			n = 1
			close(done)
		}()
	}
	if started {
		<-done
	}
	return n
}

func notNil(cond bool) int {
	var n int
	var done chan struct{}
	if cond {
		done = make(chan struct{})
		go func() {
			n = 1
			close(done)
		}()
	}
	if done != nil {
		<-done
	}
	return n
}

func elsewise(cond bool) int {
	var n int
	if cond {
		go func() { n = 1 }()
	} else {
		n = 2
	}
	if !cond {
		return n
	}
	return 0
}
