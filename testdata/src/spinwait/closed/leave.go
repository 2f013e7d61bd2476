package closed

import "context"

// afterBad has something to do behind the loop.
func afterBad(stop <-chan struct{}, in <-chan int) (sum int) {
	for {
		select {
		case <-stop:
			return -1
		case v, ok := <-in: // want `when in is closed this loop spins`
			if !ok {
				break
			}
			sum += v
		}
	}
	return sum
}

func afterOk(stop <-chan struct{}, in <-chan int) (sum int) {
loop:
	for {
		select {
		case <-stop:
			return -1
		case v, ok := <-in:
			if !ok {
				break loop
			}
			sum += v
		}
	}
	return sum
}

// labelledBad has a label already.
func labelledBad(ctx context.Context, in <-chan int, f func(int) bool) int {
	n := 0
next:
	for {
		select {
		case <-ctx.Done(): // want `when ctx has ended this loop spins`
			break
		case v := <-in:
			if f(v) {
				continue next
			}
			n++
		}
	}
	return n
}

// takenBad has no fix: another loop has the label.
func takenBad(in <-chan int, quit <-chan bool, f func(int)) {
loop:
	for {
		select {
		case <-quit:
			break loop
		case v := <-in:
			f(v)
		}
	}
	if f == nil {
		for {
			select {
			case <-quit:
				return
			case v, ok := <-in: // want `when in is closed this loop spins`
				if !ok {
					break
				}
				f(v)
			}
		}
	}
}

// resultBad has no fix: there is nothing to return behind the loop.
func resultBad(in <-chan int, f func(int) bool) int {
	for {
		v, ok := <-in // want `when in is closed this loop spins`
		if !ok {
			continue
		}
		if f(v) {
			return v
		}
	}
}
