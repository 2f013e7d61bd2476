// Package basic has paths that leave a lock held, and the many correct programs that look like them.
package basic

import (
	"context"
	"errors"
	"log"
	"os"
	"strings"
	"sync"
)

var errClosed = errors.New("closed")

type reg struct {
	mu     sync.Mutex
	rw     sync.RWMutex
	closed bool
	m      map[string]int
	logMu  sync.Mutex
}

func (r *reg) addBad(k string) error {
	r.mu.Lock()
	if r.closed {
		return errClosed // want `this path returns with r.mu still locked since basic.go:24`
	}
	r.m[k]++
	r.mu.Unlock()
	return nil
}

func (r *reg) addOk(k string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return errClosed
	}
	r.m[k]++
	return nil
}

func (r *reg) addManualOk(k string) error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return errClosed
	}
	r.m[k]++
	r.mu.Unlock()
	return nil
}

func (r *reg) readBad(k string) (int, error) {
	r.rw.RLock()
	n, ok := r.m[k]
	if !ok {
		return 0, errClosed // want `this path returns with r.rw still read-locked`
	}
	r.rw.RUnlock()
	return n, nil
}

func (r *reg) loopBad(ks []string) {
	for _, k := range ks {
		r.mu.Lock()
		if r.m[k] == 0 { // want `this iteration may end with r.mu still locked`
			continue
		}
		delete(r.m, k)
		r.mu.Unlock()
	}
}

func (r *reg) breakBad(ks []string) {
	for _, k := range ks {
		r.mu.Lock()
		if r.m[k] == 0 {
			break
		}
		delete(r.m, k)
		r.mu.Unlock()
	}
} // want `this path returns with r.mu still locked`

func elementBad(all []*reg) {
	for _, r := range all {
		r.mu.Lock()
		if r.closed { // want `this iteration may end with all\[\].mu still locked`
			continue
		}
		r.m = nil
		r.mu.Unlock()
	}
}

func elementOk(all map[string]*reg) {
	for _, r := range all {
		r.mu.Lock()
		if r.closed {
			r.mu.Unlock()
			continue
		}
		r.m = nil
		r.mu.Unlock()
	}
}

func lockAllOk(all []*reg) func() {
	for _, r := range all {
		r.mu.Lock()
	}
	return func() {
		for _, r := range all {
			r.mu.Unlock()
		}
	}
}

// pick returns the first free one, locked.
func pickOk(all []*reg) *reg {
	var picked *reg
	for _, r := range all {
		if r.mu.TryLock() {
			if !r.closed {
				picked = r
				break
			}
			r.mu.Unlock()
		}
	}
	return picked
}

func (r *reg) wrongModeBad() {
	r.rw.Lock()
	r.closed = true
	r.rw.RUnlock() // want `r.rw was taken by Lock at basic.go:\d+ but is released by RUnlock, not Unlock`
}

func (r *reg) twiceBad() error {
	r.mu.Lock()
	defer r.mu.Unlock() // want `r.mu is unlocked here although it was released before`
	if r.closed {
		r.mu.Unlock()
		return errClosed
	}
	return nil
}

func (r *reg) dropAndRetakeOk() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.Unlock()
	log.Print("slow")
	r.mu.Lock()
}

func (r *reg) typoBad() {
	r.mu.Lock()
	defer r.mu.Lock() // want `the deferred call locks r.mu, which is held since basic.go:\d+, where it should unlock it`
	r.closed = true
}

// Pairs in helpers.
func (r *reg) lock()   { r.logMu.Lock() }
func (r *reg) unlock() { r.logMu.Unlock() }

func (r *reg) pairOk() {
	r.lock()
	defer r.unlock()
	r.closed = true
}

func (r *reg) pairBad() error {
	r.lock()
	if r.closed {
		return errClosed // want `this path returns with r.logMu still locked`
	}
	r.unlock()
	return nil
}

// tryEnter leaves the lock held if it says so.
func (r *reg) tryEnter() bool {
	r.lock()
	if r.closed {
		r.unlock()
		return false
	}
	return true
}

func (r *reg) useOk() {
	if !r.tryEnter() {
		return
	}
	defer r.unlock()
	r.closed = true
}

func (r *reg) useBad() {
	if !r.tryEnter() {
		return
	}
	if r.m == nil {
		return // want `this path returns with r.logMu still locked`
	}
	r.unlock()
}

// acquire leaves it held unless it fails.
func (r *reg) acquire() error {
	r.lock()
	if r.closed {
		r.unlock()
		return errClosed
	}
	return nil
}

func (r *reg) withErrorOk() error {
	if err := r.acquire(); err != nil {
		return err
	}
	defer r.unlock()
	return nil
}

func (r *reg) flagOk(need bool) {
	if need {
		r.mu.Lock()
	}
	r.m = nil
	if need {
		r.mu.Unlock()
	}
}

func (r *reg) variableFlagOk() {
	locked := false
	if r.m == nil {
		r.mu.Lock()
		locked = true
	}
	r.closed = true
	if locked {
		r.mu.Unlock()
	}
}

func (r *reg) deferredFlagOk() error {
	r.mu.Lock()
	unlocked := false
	defer func() {
		if !unlocked {
			r.mu.Unlock()
		}
	}()
	if r.closed {
		return errClosed
	}
	r.mu.Unlock()
	unlocked = true
	log.Print("done")
	return nil
}

func (r *reg) deferredFlagBad() error {
	r.mu.Lock()
	unlocked := false
	defer func() { // want `r.mu is unlocked here although it was released before`
		if !unlocked {
			r.mu.Unlock()
		}
	}()
	if r.closed {
		r.mu.Unlock()
		return errClosed
	}
	return nil
}

func (r *reg) comparedTwiceOk(c, other *reg) {
	if c != nil && c != other {
		c.mu.Lock()
	}
	r.closed = true
	if c != nil && c != other {
		c.mu.Unlock()
	}
}

func (r *reg) errTwiceOk(f func() error) error {
	err := f()
	if err == nil {
		r.mu.Lock()
	}
	log.Print(err)
	if err != nil {
		return err
	}
	r.mu.Unlock()
	return nil
}

func (r *reg) exitOk() {
	r.mu.Lock()
	if r.closed {
		log.Fatal("closed")
	}
	if r.m == nil {
		os.Exit(1)
	}
	r.mu.Unlock()
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func (r *reg) checkedOk(err error) {
	r.mu.Lock()
	if err != nil {
		r.mu.Unlock()
		check(err)
	}
	r.mu.Unlock()
}

func (r *reg) handOverOk() {
	r.mu.Lock()
	if r.closed {
		go func() {
			defer r.mu.Unlock()
			log.Print("later")
		}()
		return
	}
	r.mu.Unlock()
}

func (r *reg) resetAndUnlock() { r.m = nil; r.mu.Unlock() }

func (r *reg) methodHandOverOk() {
	r.mu.Lock()
	if r.closed {
		go r.resetAndUnlock()
		return
	}
	r.mu.Unlock()
}

func (r *reg) rangeFuncOk(text string) error {
	r.mu.Lock()
	for part := range strings.SplitSeq(text, ",") {
		for c := range strings.SplitSeq(part, ".") {
			if c == "" {
				r.mu.Unlock()
				return errClosed
			}
		}
		if part == "" {
			r.mu.Unlock()
			return nil
		}
	}
	r.mu.Unlock()
	return nil
}

func (r *reg) rangeFuncBad(text string) error {
	r.mu.Lock()
	for part := range strings.SplitSeq(text, ",") {
		if part == "" {
			return errClosed // want `this path returns with r.mu still locked`
		}
	}
	r.mu.Unlock()
	return nil
}

// newReg drops the object on error: nobody can wait for its lock.
func newRegOk(bad bool) (*reg, error) {
	r := &reg{}
	r.mu.Lock()
	if bad {
		return nil, errClosed
	}
	r.m = map[string]int{}
	r.mu.Unlock()
	return r, nil
}

func stripedBad(locks *[16]sync.RWMutex, ids []uint64, m map[uint64]int) int {
	for _, id := range ids {
		locks[id%16].RLock()
		n, ok := m[id]
		if !ok {
			return 0 // want `this path returns with locks\[\] still read-locked`
		}
		locks[id%16].RUnlock()
		if n > 9 {
			return n
		}
	}
	return 1
}

// A writer takes and releases under the same condition, asked twice.
type writer struct {
	r       *reg
	changes []int
}

func (w *writer) lengthTwiceOk() {
	if len(w.changes) != 0 {
		w.r.mu.Lock()
		w.r.closed = true
	}
	w.r.rw.Lock()
	w.r.rw.Unlock()
	if len(w.changes) > 0 {
		w.r.mu.Unlock()
	}
}

// A transaction holds the lock until it is ended.
type txn struct{ r *reg }

func (r *reg) beginOk() *txn {
	r.rw.Lock()
	return &txn{r}
}

func (t *txn) end() { t.r.rw.Unlock() }

func (r *reg) useTxnOk() {
	t := r.beginOk()
	t.end()
	r.beginOk().end()
}

// begin leaves the lock held if and only if it returns nil.
func (r *reg) beginCtxOk(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	r.logMu.Lock()
	if !r.closed {
		return nil
	}
	return r.awaitOk(ctx)
}

func (r *reg) awaitOk(ctx context.Context) error {
	err := r.waitOpen(ctx)
	if err != nil {
		r.logMu.Unlock()
	}
	return err
}

func (r *reg) waitOpen(ctx context.Context) error { return ctx.Err() }

// The lock is given up for the action and taken back by a deferred literal.
func (r *reg) actOk(action func()) {
	r.mu.Lock()
	r.actUnlocked(action)
	r.mu.Unlock()
}

func (r *reg) actUnlocked(action func()) {
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		r.closed = false
	}()
	action()
}
