// Package strict holds goroutines whose panic ends the process beside protected siblings.
package strict

import (
	"context"
	"fmt"
	"log"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/conclint/conclint/runtime/task"
)

type handler interface{ Handle(string) }

func report() {
	if r := recover(); r != nil {
		log.Print(r)
	}
}

func siblingBad(handle func(string)) {
	go func() {
		defer report()
		handle("a")
	}()
	go func() { // want `a panic of handle in this goroutine ends the process: unlike the one started at strict\.go:\d+ it has no recover`
		handle("b")
	}()
}

func siblingOk(handle func(string)) {
	go func() {
		defer report()
		handle("a")
	}()
	go func() {
		defer func() {
			if r := recover(); r != nil {
				log.Print(r)
			}
		}()
		handle("b")
	}()
}

func waitGroupBad(handle func(string)) {
	var wg sync.WaitGroup
	wg.Go(func() {
		defer report()
		handle("a")
	})
	wg.Go(func() { handle("b") }) // want `a panic of handle in this goroutine ends the process`
	wg.Wait()
}

func errgroupBad(handle func(string)) error {
	var g errgroup.Group
	g.Go(func() (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("%v", r)
			}
		}()
		handle("a")
		return nil
	})
	g.Go(func() error { // want `a panic of handle in this goroutine ends the process`
		handle("b")
		return nil
	})
	return g.Wait()
}

type server struct{ h handler }

func (s *server) serve() {
	go func() {
		defer report()
		s.h.Handle("a")
	}()
}

func (s *server) notifyBad() {
	go func() { // want `a panic of s\.h\.Handle in this goroutine ends the process`
		s.h.Handle("b")
	}()
}

func (s *server) notifyOk() {
	go guard(func() { s.h.Handle("b") })
}

func guard(f func()) {
	defer report()
	f()
}

func (s *server) plainOk(done chan struct{}) {
	go func() {
		<-done
		log.Print("done")
	}()
}

// alone has no protected sibling: crashing may be the policy.
func alone(handle func(string)) {
	go func() { handle("a") }()
}

func runtimeOk(ctx context.Context, handle func(string)) error {
	go func() {
		defer report()
		handle("a")
	}()
	return task.Run(ctx, func(g *task.Group) error {
		g.Go(func(context.Context) error {
			handle("b")
			return nil
		})
		return nil
	})
}

func helperOk(handle func(string)) {
	go func() {
		defer report()
		handle("a")
	}()
	safeGo(func() { handle("b") })
}

func safeGo(f func()) {
	go func() {
		defer report()
		f()
	}()
}
