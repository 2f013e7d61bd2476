// Package helper starts goroutines that survive panics.
package helper

// Go runs f in a goroutine and recovers from its panics.
func Go(f func(), log func(any)) {
	go func() {
		defer func() {
			if r := recover(); r != nil {
				log(r)
			}
		}()
		f()
	}()
}

// Bare runs f in a goroutine.
func Bare(f func()) { go func() { f() }() }
