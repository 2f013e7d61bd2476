// Package defaults selects without waiting.
package defaults

import (
	"runtime"
	"time"
)

func emptyBad(ch <-chan int) int {
	for { // want `this loop spins: the select has a default that does nothing, so it never waits`
		select {
		case v := <-ch:
			return v
		default:
		}
	}
}

func emptyOk(ch <-chan int) int { return <-ch }

func continueBad(ch <-chan int, quit <-chan struct{}) int {
	for { // want `this loop spins`
		select {
		case v := <-ch:
			return v
		case <-quit:
			return 0
		default:
			continue
		}
	}
}

func continueOk(ch <-chan int, quit <-chan struct{}) int {
	select {
	case v := <-ch:
		return v
	case <-quit:
		return 0
	}
}

func sendBad(ch chan<- int, v int) {
	for { // want `this loop spins`
		select {
		case ch <- v:
			return
		default:
		}
	}
}

func goschedBad(ch <-chan int, f func(int)) {
	for { // want `this loop spins`
		select {
		case v, ok := <-ch:
			if !ok {
				return
			}
			f(v)
		default:
			runtime.Gosched()
		}
	}
}

func sleepOk(ch <-chan int) int {
	for {
		select {
		case v := <-ch:
			return v
		default:
			time.Sleep(time.Millisecond)
		}
	}
}

func workOk(quit <-chan struct{}, work func()) {
	for {
		select {
		case <-quit:
			return
		default:
		}
		work()
	}
}

func workInDefaultOk(quit <-chan struct{}, work func()) {
	for {
		select {
		case <-quit:
			return
		default:
			work()
		}
	}
}

func drainOk(ch <-chan int) {
	for {
		select {
		case <-ch:
		default:
			return
		}
	}
}

func labelOk(ch <-chan int) {
loop:
	for {
		select {
		case <-ch:
		default:
			break loop
		}
	}
}

func boundedOk(ch <-chan int) (n int) {
	for i := 0; i < 10; i++ {
		select {
		case v := <-ch:
			n += v
		default:
		}
	}
	return n
}

func rangeOk(ch <-chan int, xs []int) (n int) {
	for _, x := range xs {
		select {
		case v := <-ch:
			n += v * x
		default:
		}
	}
	return n
}

func waitsElsewhereOk(ch <-chan int, tick <-chan time.Time) {
	for {
		<-tick
		select {
		case <-ch:
			return
		default:
		}
	}
}

func nestedOk(stop <-chan struct{}, in <-chan int, f func(int)) {
	for {
		select {
		case <-stop:
			return
		default:
			select {
			case <-stop:
				return
			case v := <-in:
				f(v)
			}
		}
	}
}

func replaceOk(ch chan int, v int) {
	for {
		select {
		case ch <- v:
			return
		default:
			select {
			case <-ch: // make room
			default:
			}
		}
	}
}
