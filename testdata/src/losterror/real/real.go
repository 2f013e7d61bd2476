// Package real retells errors that were lost in shipped programs.
package real

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/sync/errgroup"
)

// The index of a search engine extends all of its shards with a property. The
// errors of the parallel work come out of an iteration whose result nobody looks
// at, so that a failed migration is reported as done. (A vector database, 2024.)

type shard struct{ dir string }

func (s *shard) createProperty(eg *groupWrapper, prop string) {
	eg.Go(func() error { return os.Mkdir(s.dir+"/"+prop, 0o755) })
}

type index struct {
	mu     sync.Mutex
	shards map[string]*shard
}

func (i *index) forEachShard(f func(name string, s *shard) error) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	for name, s := range i.shards {
		if err := f(name, s); err != nil {
			return err
		}
	}
	return nil
}

// groupWrapper is an errgroup that turns panics into errors.
type groupWrapper struct {
	*errgroup.Group
}

func newGroupWrapper() *groupWrapper { return &groupWrapper{Group: new(errgroup.Group)} }

func (w *groupWrapper) Go(f func() error) {
	w.Group.Go(func() (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic: %v", r)
			}
		}()
		return f()
	})
}

func (w *groupWrapper) Wait() error { return w.Group.Wait() }

func (i *index) addPropertyBad(prop string) error {
	eg := newGroupWrapper()
	i.forEachShard(func(name string, s *shard) error {
		s.createProperty(eg, prop)
		if err := eg.Wait(); err != nil { // want `the error of eg\.Wait is returned from a callback, and \(\*index\)\.forEachShard \(real\.go:\d+\), which returns it, is called for nothing`
			return fmt.Errorf("extend with %s: %w", prop, err)
		}
		return nil
	})
	return nil
}

func (i *index) addPropertyOk(prop string) error {
	eg := newGroupWrapper()
	err := i.forEachShard(func(name string, s *shard) error {
		s.createProperty(eg, prop)
		return nil
	})
	if err != nil {
		return err
	}
	if err := eg.Wait(); err != nil {
		return fmt.Errorf("extend with %s: %w", prop, err)
	}
	return nil
}

// A backup copies files in parallel. The error variable of the opening is
// assigned by the copying goroutine and then overwritten by the closing.

func backupBad(dst, src string) error {
	in, err := os.Open(src)
	if err != nil {
		return err
	}
	out, err := os.Create(dst)
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		_, err = io.Copy(out, in) // want `err is assigned here and never read again`
	}()
	wg.Wait()
	in.Close()
	return out.Close()
}

func backupOk(dst, src string) error {
	in, err := os.Open(src)
	if err != nil {
		return err
	}
	out, err := os.Create(dst)
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		_, err = io.Copy(out, in)
	}()
	wg.Wait()
	in.Close()
	return errors.Join(err, out.Close())
}

// A start-up runs its migrations in the background and reports ready although
// they failed.

type db struct{ path string }

func (d *db) migrate(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return os.WriteFile(d.path, []byte("v2"), 0o600)
}

func (d *db) openBad(ctx context.Context) {
	go d.migrate(ctx) // want `the error of \(\*db\)\.migrate is lost`
}

func (d *db) openOk(ctx context.Context, failed func(error)) {
	go func() {
		if err := d.migrate(ctx); err != nil {
			failed(err)
		}
	}()
}

// A replica pushes a batch to its peers and reports success when the deadline
// comes first: the group is forgotten on that path.

func pushBad(ctx context.Context, peers [3]string, send func(context.Context, string) error) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, p := range peers {
		g.Go(func() error { return send(gctx, p) }) // want `real\.go:\d+ returns without g\.Wait: the error of this function is lost on that path`
	}
	if len(peers[0]) == 0 {
		return nil
	}
	return g.Wait()
}

func pushOk(ctx context.Context, peers [3]string, send func(context.Context, string) error) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, p := range peers {
		g.Go(func() error { return send(gctx, p) })
	}
	err := g.Wait()
	if len(peers[0]) == 0 {
		return nil
	}
	return err
}

// A downloader cancels its siblings at the first error, except for the one that
// was given the caller's context.

func downloadBad(ctx context.Context, get func(context.Context, string) error, urls []string) error {
	eg, egCtx := errgroup.WithContext(ctx)
	eg.SetLimit(8)
	for _, u := range urls {
		eg.Go(func() error {
			return get(ctx, u) // want `ctx is not the context of eg: this function goes on after another one has failed \(egCtx, real\.go:\d+, would be cancelled\)`
		})
	}
	_ = egCtx
	return eg.Wait()
}
