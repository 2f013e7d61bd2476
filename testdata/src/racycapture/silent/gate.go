package silent

type store struct{ n int }

func (s *store) save() { s.n++ }

// The flag keeps savers from being started until there is a store.
func RestoreOk(restored <-chan *store, ticks <-chan int, restoring bool) {
	var st *store
	save := func() {
		if st == nil || restoring {
			return
		}
		go func() { st.save() }()
	}
	for {
		select {
		case s, ok := <-restored:
			if !ok {
				return
			}
			restoring = false
			st = s
		case <-ticks:
			save()
		}
	}
}
