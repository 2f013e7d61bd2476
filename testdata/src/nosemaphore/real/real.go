// Package real retells fan-outs that took down shipped programs.
package real

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// A monitoring server reloads all scrape pools at once when its configuration
// changes; with thousands of pools the reload starves everything else.
// (A monitoring server, 2025.)

type poolConfig struct{ interval int }

type scrapePool struct{ cfg *poolConfig }

func (p *scrapePool) reload(c *poolConfig) error { p.cfg = c; return nil }
func (p *scrapePool) stop()                      {}

type manager struct {
	log   *slog.Logger
	mu    sync.Mutex
	cfgs  map[string]*poolConfig
	pools map[string]*scrapePool
}

func (m *manager) add(name string, p *scrapePool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pools[name] = p
}

func (m *manager) applyBad(cfgs map[string]*poolConfig) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cfgs = cfgs
	var (
		failed atomic.Bool
		wg     sync.WaitGroup
	)
	for name, pool := range m.pools {
		wg.Add(1)
		cfg, ok := m.cfgs[name]
		go func(name string, p *scrapePool, c *poolConfig, ok bool) { // want `one goroutine per element of m\.pools, with no limit`
			defer wg.Done()
			switch {
			case !ok:
				p.stop()
			case !reflect.DeepEqual(p.cfg, c):
				if err := p.reload(c); err != nil {
					m.log.Error("reload", "err", err, "pool", name)
					failed.Store(true)
				}
			}
		}(name, pool, cfg, ok)
	}
	wg.Wait()
	if failed.Load() {
		return fmt.Errorf("failed to apply the new configuration")
	}
	return nil
}

func (m *manager) applyOk(cfgs map[string]*poolConfig) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var wg sync.WaitGroup
	canReload := make(chan int, runtime.GOMAXPROCS(0))
	for name, pool := range m.pools {
		canReload <- 1
		wg.Add(1)
		go func(p *scrapePool, c *poolConfig) {
			defer func() {
				wg.Done()
				<-canReload
			}()
			if err := p.reload(c); err != nil {
				m.log.Error("reload", "err", err)
			}
		}(pool, cfgs[name])
	}
	wg.Wait()
}

// A vector database validates and deletes one object per goroutine, through a
// helper that guards against panics. A batch of a million objects is a million
// goroutines. (2023 and 2024.)

type object struct{ id string }

type result struct {
	id  string
	err error
}

func goWrapper(f func(), log *slog.Logger) {
	go func() {
		defer func() {
			if r := recover(); r != nil {
				log.Error("panic", "value", r)
			}
		}()
		f()
	}()
}

type batcher struct{ log *slog.Logger }

func (b *batcher) delete(ctx context.Context, id string) result {
	return result{id, os.Remove(id)}
}

func (b *batcher) deleteBad(ctx context.Context, batch []string) []result {
	out := make([]result, len(batch))
	lock := &sync.Mutex{}
	wg := &sync.WaitGroup{}
	for j, id := range batch {
		index := j
		id := id
		wg.Add(1)
		f := func() {
			defer wg.Done()
			r := b.delete(ctx, id)
			lock.Lock()
			out[index] = r
			lock.Unlock()
		}
		goWrapper(f, b.log) // want `one goroutine per element of batch \(started by goWrapper, real\.go:\d+\), with no limit`
	}
	wg.Wait()
	return out
}

type groupWrapper struct {
	*errgroup.Group
	log *slog.Logger
}

func newGroupWrapper(log *slog.Logger) *groupWrapper {
	return &groupWrapper{Group: new(errgroup.Group), log: log}
}

func (w *groupWrapper) Go(f func() error, vars ...any) {
	w.Group.Go(func() (err error) {
		defer func() {
			if r := recover(); r != nil {
				w.log.Error("panic", "value", r, "vars", vars)
				err = fmt.Errorf("panic: %v", r)
			}
		}()
		return f()
	})
}

func (b *batcher) deleteOk(ctx context.Context, batch []string) []result {
	out := make([]result, len(batch))
	eg := newGroupWrapper(b.log)
	eg.SetLimit(2 * runtime.NumCPU())
	for j, id := range batch {
		eg.Go(func() error {
			out[j] = b.delete(ctx, id)
			return nil
		}, j, id)
	}
	if err := eg.Wait(); err != nil {
		b.log.Error("delete", "err", err)
	}
	return out
}

func (b *batcher) deleteWrapperBad(ctx context.Context, batch []string) error {
	eg := newGroupWrapper(b.log)
	for _, id := range batch {
		eg.Go(func() error { // want `one goroutine per element of batch, with no limit: eg has no SetLimit`
			return b.delete(ctx, id).err
		}, id)
	}
	return eg.Wait()
}

func (b *batcher) validateBad(ctx context.Context, objects []*object) []result {
	c := make(chan result, len(objects))
	wg := new(sync.WaitGroup)
	for i, o := range objects {
		wg.Add(1)
		go b.validate(ctx, wg, o, i, &c) // want `one goroutine per element of objects, with no limit`
	}
	wg.Wait()
	close(c)
	var out []result
	for r := range c {
		out = append(out, r)
	}
	return out
}

func (b *batcher) validate(ctx context.Context, wg *sync.WaitGroup, o *object, i int, c *chan result) {
	defer wg.Done()
	*c <- result{id: o.id, err: ctx.Err()}
}

// A nested filter evaluates its children in parallel, recursively.

type clause struct{ children []*clause }

func (c *clause) evalBad() error {
	eg := errgroup.Group{}
	for i, child := range c.children {
		eg.Go(func() error { // want `one goroutine per element of c\.children, with no limit: eg has no SetLimit`
			if err := child.evalBad(); err != nil {
				return fmt.Errorf("child %d: %w", i, err)
			}
			return nil
		})
	}
	return eg.Wait()
}

func (c *clause) evalOk() error {
	eg := errgroup.Group{}
	eg.SetLimit(2 * runtime.NumCPU())
	for i, child := range c.children {
		eg.Go(func() error {
			if err := child.evalOk(); err != nil {
				return fmt.Errorf("child %d: %w", i, err)
			}
			return nil
		})
	}
	return eg.Wait()
}
