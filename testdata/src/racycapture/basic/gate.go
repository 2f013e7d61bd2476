package basic

type store struct{ n int }

func (s *store) save() { s.n++ }

// SwapBad assigns the store wherever the flag stands.
func SwapBad(swapped <-chan *store, ticks <-chan int, paused bool) {
	var st *store
	save := func() {
		if st == nil || paused {
			return
		}
		go func() { st.save() }() // want `st is read in a goroutine \(started at gate.go:\d+\) and written at gate.go:\d+ without a common lock; the goroutine shares the variable of SwapBad`
	}
	for {
		select {
		case s, ok := <-swapped:
			if !ok {
				return
			}
			st = s
			paused = false
		case <-ticks:
			save()
		}
	}
}

// PauseBad closes the gate again, and assigns the store each time it opens it.
func PauseBad(swapped <-chan *store, ticks <-chan int) {
	var st *store
	paused := true
	save := func() {
		if paused {
			return
		}
		go func() { st.save() }() // want `st is read in a goroutine \(started at gate.go:\d+\) and written at gate.go:\d+ without a common lock; the goroutine shares the variable of PauseBad`
	}
	for {
		select {
		case s, ok := <-swapped:
			if !ok {
				return
			}
			paused = false
			st = s
		case n := <-ticks:
			save()
			paused = n > 3
		}
	}
}
