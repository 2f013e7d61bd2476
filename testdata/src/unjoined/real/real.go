// Package real retells goroutines that outlived their function in shipped programs.
package real

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
)

// A command runner copies the output of a child in a goroutine and returns early
// when the child cannot be started: the copy goes on into a closed file.
func runBad(path string, out *os.File, r io.Reader) error {
	cmd := exec.Command(path)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() { // want `real\.go:\d+ returns without waiting for this goroutine: wg counts it`
		defer wg.Done()
		_, _ = io.Copy(out, r)
	}()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", path, err)
	}
	wg.Wait()
	return cmd.Wait()
}

func runOk(path string, out *os.File, r io.Reader) error {
	cmd := exec.Command(path)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", path, err)
	}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		_, _ = io.Copy(out, r)
	}()
	wg.Wait()
	return cmd.Wait()
}

// A compactor writes blocks in the background; the error of the index leaves the
// function while a block is still being written into the directory that the
// caller removes.
type block struct{ dir string }

func (b *block) flush() error { return os.WriteFile(b.dir+"/block", nil, 0o644) }
func (b *block) index() error { return os.WriteFile(b.dir+"/index", nil, 0o644) }

func compactBad(b *block) error {
	flushed := make(chan error, 1)
	go func() { // want `real\.go:\d+ returns without waiting for this goroutine: it says on flushed when it has ended`
		flushed <- b.flush()
	}()
	if err := b.index(); err != nil {
		return err
	}
	return <-flushed
}

func compactOk(b *block) error {
	flushed := make(chan error, 1)
	go func() {
		flushed <- b.flush()
	}()
	err := b.index()
	return errors.Join(err, <-flushed)
}

// A replicator counts its senders and never waits for them: on shutdown the last
// batch is lost.
type replicator struct {
	senders sync.WaitGroup
	batches chan string
}

func (r *replicator) runBad() {
	for range 4 {
		r.senders.Add(1)
		go r.send() // want `r\.senders counts this goroutine, and nobody calls replicator\.senders\.Wait`
	}
}

func (r *replicator) send() {
	defer r.senders.Done()
	for b := range r.batches {
		_ = os.WriteFile(b, nil, 0o644)
	}
}

func (r *replicator) Close() { close(r.batches) }
