// Package conctest helps to test concurrent code: it finds leaked goroutines, drives code through random schedules and cancellations, and,
// from Go 1.25 on, runs it in a bubble of fake time.
//
// Only tests should import it. [Main] goes into TestMain, [NoLeaks] into a single test, [Stress] around the code that is to be shaken:
//
//	func TestMain(m *testing.M) { conctest.Main(m) }
//
//	func TestQueue(t *testing.T) {
//		conctest.Stress(t, conctest.Config{Rounds: 2000}, func(r *conctest.Round) { ... })
//	}
//
// A leak check stops the program for a stack dump, about 50 µs plus 5 µs per goroutine, and retries for up to [Grace] before it fails, since a
// goroutine that has signalled its end is not gone yet.
package conctest
