// Package pairs holds functions that return while a goroutine of theirs is still
// at work, each beside the function that waits. The tests run them: the first of a
// pair is shown to lose the work, the second to finish it.
package pairs

import (
	"errors"
	"os"
	"sync"
)

var errEarly = errors.New("early")

// save is the work: it ends when it is allowed to, by writing a file.
type save func(name string) error

// 1. An error between the start and the wait.
func errorBad(work save, name string, check func() error) error {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() { // want `returns without waiting for this goroutine: wg counts it`
		defer wg.Done()
		_ = work(name)
	}()
	if err := check(); err != nil {
		return err
	}
	wg.Wait()
	return nil
}

func errorOk(work save, name string, check func() error) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Add(1)
	go func() {
		defer wg.Done()
		_ = work(name)
	}()
	return check()
}

// 2. A channel that is closed at the end, and a return before it is received from.
func closedBad(work save, name string, check func() error) (err error) {
	done := make(chan struct{})
	go func() { // want `returns without waiting for this goroutine: it says on done when it has ended`
		defer close(done)
		err = work(name)
	}()
	if early := check(); early != nil {
		return early
	}
	<-done
	return err
}

func closedOk(work save, name string, check func() error) (err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = work(name)
	}()
	early := check()
	<-done
	return errors.Join(early, err)
}

// 3. A wait group that is counted and never waited for.
func neverBad(work save, names ...string) {
	var wg sync.WaitGroup
	for _, name := range names {
		wg.Add(1)
		go func() { // want `wg counts this goroutine, and nobody calls wg.Wait`
			defer wg.Done()
			_ = work(name)
		}()
	}
}

func neverOk(work save, names ...string) {
	var wg sync.WaitGroup
	for _, name := range names {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = work(name)
		}()
	}
	wg.Wait()
}

// 4. A wait group in a field, for which no method waits.
type flusherBad struct {
	flushing sync.WaitGroup
	work     save
}

func (f *flusherBad) flush(name string) {
	f.flushing.Add(1)
	go func() { // want `f.flushing counts this goroutine, and nobody calls flusherBad.flushing.Wait`
		defer f.flushing.Done()
		_ = f.work(name)
	}()
}

func (f *flusherBad) Close() error { return nil }

type flusherOk struct {
	flushing sync.WaitGroup
	work     save
}

func (f *flusherOk) flush(name string) {
	f.flushing.Add(1)
	go func() {
		defer f.flushing.Done()
		_ = f.work(name)
	}()
}

func (f *flusherOk) Close() error {
	f.flushing.Wait()
	return nil
}

// 5. A channel that is closed at the end for nobody.
func unreadBad(work save, name string) {
	done := make(chan struct{})
	go func() { // want `this goroutine closes done when it has ended, and nobody receives from it`
		defer close(done)
		_ = work(name)
	}()
}

func unreadOk(work save, name string) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = work(name)
	}()
	<-done
}

// 6. WaitGroup.Go, and a return before the wait.
func groupBad(work save, name string, check func() error) error {
	var wg sync.WaitGroup
	wg.Go(func() { // want `returns without waiting for this goroutine: wg counts it`
		_ = work(name)
	})
	if err := check(); err != nil {
		return err
	}
	wg.Wait()
	return nil
}

func groupOk(work save, name string, check func() error) error {
	var wg sync.WaitGroup
	wg.Go(func() { _ = work(name) })
	err := check()
	wg.Wait()
	return err
}

// 7. A return out of the loop that starts them.
func loopBad(work save, names []string, check func() error) error {
	var wg sync.WaitGroup
	for _, name := range names {
		wg.Add(1)
		go func() { // want `returns without waiting for this goroutine: wg counts it`
			defer wg.Done()
			_ = work(name)
		}()
		if err := check(); err != nil {
			return err
		}
	}
	wg.Wait()
	return nil
}

func loopOk(work save, names []string, check func() error) error {
	var wg sync.WaitGroup
	var err error
	for _, name := range names {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = work(name)
		}()
		if err = check(); err != nil {
			break
		}
	}
	wg.Wait()
	return err
}

// 8. One case of a switch returns.
func switchBad(work save, name string, kind int) string {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() { // want `returns without waiting for this goroutine: wg counts it`
		defer wg.Done()
		_ = work(name)
	}()
	switch kind {
	case 0:
		return "nothing"
	default:
		wg.Wait()
	}
	return "done"
}

func switchOk(work save, name string, kind int) string {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		_ = work(name)
	}()
	wg.Wait()
	switch kind {
	case 0:
		return "nothing"
	}
	return "done"
}

// 9. A buffered result whose error is lost with an early return.
func resultBad(work save, name string, check func() error) error {
	saved := make(chan error, 1)
	go func() { // want `returns without waiting for this goroutine: it says on saved when it has ended`
		err := work(name)
		if err == nil {
			err = os.WriteFile(name+".done", nil, 0o600)
		}
		saved <- err
	}()
	if err := check(); err != nil {
		return err
	}
	return <-saved
}

func resultOk(work save, name string, check func() error) error {
	saved := make(chan error, 1)
	go func() {
		err := work(name)
		if err == nil {
			err = os.WriteFile(name+".done", nil, 0o600)
		}
		saved <- err
	}()
	early := check()
	return errors.Join(early, <-saved)
}

// 10. The wait stands in one branch.
func branchBad(work save, name string, fast func() bool) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() { // want `returns without waiting for this goroutine: wg counts it`
		defer wg.Done()
		_ = work(name)
	}()
	if !fast() {
		wg.Wait()
	}
}

func branchOk(work save, name string, fast func() bool) {
	if fast() {
		return
	}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		_ = work(name)
	}()
	wg.Wait()
}

// 11. The deferred wait comes after the return.
func lateDeferBad(work save, name string, check func() error) error {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() { // want `returns without waiting for this goroutine: wg counts it`
		defer wg.Done()
		_ = work(name)
	}()
	if err := check(); err != nil {
		return err
	}
	defer wg.Wait()
	return nil
}

func lateDeferOk(work save, name string, check func() error) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Add(1)
	go func() {
		defer wg.Done()
		_ = work(name)
	}()
	if err := check(); err != nil {
		return err
	}
	return nil
}

// 12. Two groups, and the wait is for the other.
func otherBad(work save, name string) {
	var readers, writers sync.WaitGroup
	readers.Add(1)
	go func() {
		defer readers.Done()
	}()
	writers.Add(1)
	go func() { // want `writers counts this goroutine, and nobody calls writers.Wait`
		defer writers.Done()
		_ = work(name)
	}()
	readers.Wait()
}

func otherOk(work save, name string) {
	var readers, writers sync.WaitGroup
	readers.Add(1)
	go func() {
		defer readers.Done()
	}()
	writers.Add(1)
	go func() {
		defer writers.Done()
		_ = work(name)
	}()
	readers.Wait()
	writers.Wait()
}

// 13. A named function is started, and given the group.
func run(wg *sync.WaitGroup, work save, name string) {
	defer wg.Done()
	_ = work(name)
}

func namedBad(work save, name string, check func() error) error {
	var wg sync.WaitGroup
	wg.Add(1)
	go run(&wg, work, name) // want `returns without waiting for this goroutine: wg counts it`
	if err := check(); err != nil {
		return err
	}
	wg.Wait()
	return nil
}

func namedOk(work save, name string, check func() error) error {
	var wg sync.WaitGroup
	wg.Add(1)
	go run(&wg, work, name)
	err := check()
	wg.Wait()
	return err
}

// 14. A type parameter makes no difference.
func genericBad[T any](items []T, work func(T) error, check func() error) error {
	var wg sync.WaitGroup
	for _, item := range items {
		wg.Add(1)
		go func() { // want `returns without waiting for this goroutine: wg counts it`
			defer wg.Done()
			_ = work(item)
		}()
	}
	if err := check(); err != nil {
		return err
	}
	wg.Wait()
	return nil
}

func genericOk[T any](items []T, work func(T) error, check func() error) error {
	var wg sync.WaitGroup
	for _, item := range items {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = work(item)
		}()
	}
	err := check()
	wg.Wait()
	return err
}

// 15. The second of two checks leaves, after the first has waited in vain: the group
// was used again.
func againBad(work save, name string, check func() error) error {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
	}()
	wg.Wait()
	wg.Add(1)
	go func() { // want `returns without waiting for this goroutine: wg counts it`
		defer wg.Done()
		_ = work(name)
	}()
	if err := check(); err != nil {
		return err
	}
	wg.Wait()
	return nil
}

func againOk(work save, name string, check func() error) error {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
	}()
	wg.Wait()
	wg.Add(1)
	go func() {
		defer wg.Done()
		_ = work(name)
	}()
	err := check()
	wg.Wait()
	return err
}

// 16. A pointer to a group that lives in the function.
func pointerBad(work save, name string, check func() error) error {
	wg := new(sync.WaitGroup)
	wg.Add(1)
	go func() { // want `returns without waiting for this goroutine: wg counts it`
		defer wg.Done()
		_ = work(name)
	}()
	if err := check(); err != nil {
		return err
	}
	wg.Wait()
	return nil
}

func pointerOk(work save, name string, check func() error) error {
	wg := new(sync.WaitGroup)
	wg.Add(1)
	go func() {
		defer wg.Done()
		_ = work(name)
	}()
	err := check()
	wg.Wait()
	return err
}
