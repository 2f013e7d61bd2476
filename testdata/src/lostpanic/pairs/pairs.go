// Package pairs holds goroutines that forgot the recover of their siblings, each with a twin that has it. The tests of
// scenario_test.go let the foreign code panic.
package pairs

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/conclint/conclint/runtime/task"
)

// A job is what users of the package bring.
type job func()

// pool runs jobs; what they panic with is kept.
type pool struct {
	mu     sync.Mutex
	panics []any
	wg     sync.WaitGroup
	hooks  []job
	done   chan struct{}
}

func (p *pool) recover() {
	if r := recover(); r != nil {
		p.mu.Lock()
		p.panics = append(p.panics, r)
		p.mu.Unlock()
	}
}

// run is the protected sibling of all methods below.
func (p *pool) run(j job) {
	p.wg.Add(1)
	go func() {
		defer p.wg.Done()
		defer p.recover()
		j()
	}()
}

func (p *pool) addDoneBad(j job) {
	p.wg.Add(1)
	go func() { // want `a panic of j in this goroutine ends the process: unlike the one started at pairs\.go:\d+ it has no recover`
		defer p.wg.Done()
		j()
	}()
	p.wg.Wait()
}

func (p *pool) addDoneOk(j job) {
	p.wg.Add(1)
	go func() {
		defer p.wg.Done()
		defer p.recover()
		j()
	}()
	p.wg.Wait()
}

func (p *pool) groupGoBad(j job) {
	p.wg.Go(func() { j() }) // want `a panic of j in this goroutine ends the process`
	p.wg.Wait()
}

func (p *pool) groupGoOk(j job) {
	p.wg.Go(func() {
		defer p.recover()
		j()
	})
	p.wg.Wait()
}

func (p *pool) hooksBad() {
	for _, h := range p.hooks {
		p.wg.Go(func() { // want `a panic of .* in this goroutine ends the process`
			h()
		})
	}
	p.wg.Wait()
}

func (p *pool) hooksOk() {
	for _, h := range p.hooks {
		p.wg.Go(func() {
			defer p.recover()
			h()
		})
	}
	p.wg.Wait()
}

func (p *pool) closingBad(j job) {
	done := make(chan struct{})
	go func() { // want `a panic of j in this goroutine ends the process`
		defer close(done)
		j()
	}()
	<-done
}

func (p *pool) closingOk(j job) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer p.recover()
		j()
	}()
	<-done
}

func (p *pool) lateBad(ctx context.Context, j job) {
	done := make(chan struct{})
	go func() { // want `a panic of j in this goroutine ends the process`
		defer close(done)
		<-ctx.Done()
		j()
	}()
	<-done
}

func (p *pool) lateOk(ctx context.Context, j job) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer p.recover()
		<-ctx.Done()
		j()
	}()
	<-done
}

// errorsBad has no fix: a recovered function of the group would return success.
func (p *pool) errorsBad(j func() error) error {
	var g errgroup.Group
	g.Go(func() error { // want `a panic of j in this goroutine ends the process`
		return j()
	})
	return g.Wait()
}

func (p *pool) errorsOk(j func() error) error {
	var g errgroup.Group
	g.Go(func() (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("job: %v", r)
			}
		}()
		return j()
	})
	return g.Wait()
}

// namedBad has no fix: the goroutine runs a method, which others call too.
func (p *pool) namedBad() {
	p.wg.Add(1)
	go p.last() // want `a panic of .* in this goroutine ends the process`
	p.wg.Wait()
}

func (p *pool) last() {
	defer p.wg.Done()
	p.hooks[len(p.hooks)-1]()
}

func (p *pool) namedOk() {
	p.wg.Add(1)
	go p.lastSafely()
	p.wg.Wait()
}

func (p *pool) lastSafely() {
	defer p.wg.Done()
	defer p.recover()
	p.hooks[len(p.hooks)-1]()
}

var lastPanic struct {
	sync.Mutex
	value any
}

func note() {
	if r := recover(); r != nil {
		lastPanic.Lock()
		lastPanic.value = r
		lastPanic.Unlock()
	}
}

// bothBad protects the first of two and not the second.
func bothBad(a, b job) {
	var wg sync.WaitGroup
	wg.Go(func() {
		defer note()
		a()
	})
	wg.Go(func() { // want `a panic of b in this goroutine ends the process`
		b()
	})
	wg.Wait()
}

func bothOk(a, b job) {
	var wg sync.WaitGroup
	wg.Go(func() {
		defer note()
		a()
	})
	wg.Go(func() {
		defer note()
		b()
	})
	wg.Wait()
}

// taskBad leaves the group of the runtime for a goroutine of its own.
func taskBad(ctx context.Context, a, b job) error {
	go func() {
		defer note()
		a()
	}()
	done := make(chan struct{})
	go func() { // want `a panic of b in this goroutine ends the process`
		defer close(done)
		b()
	}()
	<-done
	return ctx.Err()
}

// taskOk gets the panic of the group where it waits.
func taskOk(ctx context.Context, a, b job) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("a task panicked")
		}
	}()
	return task.Run(ctx, func(g *task.Group) error {
		g.Go(func(context.Context) error { a(); return nil })
		g.Go(func(context.Context) error { b(); return nil })
		return nil
	})
}
