package queue_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/conclint/conclint/runtime/conctest"
	"github.com/conclint/conclint/runtime/queue"
)

func TestMain(m *testing.M) { conctest.Main(m) }

var errGaveUp = errors.New("gave up")

func cancelled() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errGaveUp)
	return ctx
}

func mustPanic(t *testing.T, f func(), parts ...string) {
	t.Helper()
	defer func() {
		t.Helper()
		value := recover()
		msg, ok := value.(string)
		if !ok {
			t.Fatalf("panic %v, want a text with %q", value, parts)
		}
		for _, p := range parts {
			if !strings.Contains(msg, p) {
				t.Errorf("panic %q does not contain %q", msg, p)
			}
		}
	}()
	f()
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 10000 {
		if ok() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("waited in vain until", what)
}

// buffer is the part that all queues have in common, with ints that are their own keys.
type buffer interface {
	Put(context.Context, int) error
	TryPut(int) bool
	Get(context.Context) (int, error)
	TryGet() (int, bool)
	Len() int
	Cap() int
	Close()
	Closed() bool
	Join(context.Context) error
	All(context.Context) func(func(int) bool)
	Process(context.Context, int, func(context.Context, int) error) error
}

type fifo struct{ *queue.Queue[int] }

func (q fifo) All(ctx context.Context) func(func(int) bool) { return q.Queue.All(ctx) }

type lifo struct{ *queue.Stack[int] }

func (q lifo) All(ctx context.Context) func(func(int) bool) { return q.Stack.All(ctx) }

type byKey struct{ *queue.Priority[int, int] }

func (q byKey) All(ctx context.Context) func(func(int) bool) { return q.Priority.All(ctx) }
func (q byKey) Put(ctx context.Context, v int) error         { return q.Priority.Put(ctx, v, v) }
func (q byKey) TryPut(v int) bool                            { return q.Priority.TryPut(v, v) }

var kinds = []struct {
	name string
	make func(capacity int) buffer
	// take removes the value that Get must return from what the queue holds, in the order of arrival.
	take func(held []int) (int, []int)
}{
	{"Queue", func(n int) buffer { return fifo{queue.New[int](n)} }, func(h []int) (int, []int) {
		return h[0], h[1:]
	}},
	{"Stack", func(n int) buffer { return lifo{queue.NewStack[int](n)} }, func(h []int) (int, []int) {
		return h[len(h)-1], h[:len(h)-1]
	}},
	{"Priority", func(n int) buffer { return byKey{queue.NewPriority[int, int](n)} }, func(h []int) (int, []int) {
		i := slices.Index(h, slices.Min(h))
		return h[i], slices.Delete(slices.Clone(h), i, i+1)
	}},
}

func eachKind(t *testing.T, test func(t *testing.T, make func(int) buffer)) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) { test(t, k.make) })
	}
}

func TestOrder(t *testing.T) {
	want := map[string][]int{"Queue": {3, 1, 2, 1}, "Stack": {1, 2, 1, 3}, "Priority": {1, 1, 2, 3}}
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			q := k.make(4)
			for _, v := range []int{3, 1, 2, 1} {
				if err := q.Put(t.Context(), v); err != nil {
					t.Fatal(err)
				}
			}
			if q.TryPut(9) {
				t.Error("TryPut on a full queue succeeded")
			}
			q.Close()
			var got []int
			for v := range q.All(t.Context()) {
				got = append(got, v)
			}
			if !slices.Equal(got, want[k.name]) {
				t.Errorf("got %v, want %v", got, want[k.name])
			}
		})
	}
}

// Equal keys leave in the order of arrival, at sizes where an unstable heap fails.
func TestPriorityIsStable(t *testing.T) {
	q := queue.NewPriority[string, int](1000)
	for i := range 1000 {
		q.TryPut([]string{"b", "a"}[i%2], i)
	}
	last := map[int]int{0: -1, 1: -1}
	for n := range 1000 {
		v, ok := q.TryGet()
		if !ok || (n < 500) != (v%2 == 1) || v < last[v%2] {
			t.Fatalf("value %d: %d after %v", n, v, last)
		}
		last[v%2] = v
	}
}

func TestPriorityWithNaN(t *testing.T) {
	q := queue.NewPriority[float64, string](10)
	for _, k := range []float64{1, math.NaN(), -1, math.NaN(), math.Inf(-1)} {
		q.TryPut(k, "x")
	}
	q.TryPut(math.NaN(), "last NaN")
	for want := range 6 {
		v, ok := q.TryGet()
		if !ok || (want == 2) != (v == "last NaN") {
			t.Errorf("value %d is %q, %v", want, v, ok)
		}
	}
}

func TestGrowthKeepsOrderAcrossTheSeam(t *testing.T) {
	q := queue.New[int](1000)
	next, want := 0, 0
	for step := range 300 {
		for range step%7 + 3 {
			if q.TryPut(next) {
				next++
			}
		}
		for range step % 7 {
			if v, ok := q.TryGet(); ok {
				if v != want {
					t.Fatalf("got %d, want %d", v, want)
				}
				want++
			}
		}
	}
	if q.Len() != next-want {
		t.Errorf("Len = %d, want %d", q.Len(), next-want)
	}
}

func TestClose(t *testing.T) {
	eachKind(t, func(t *testing.T, make func(int) buffer) {
		q := make(2)
		q.TryPut(1)
		q.Close()
		q.Close()
		if !q.Closed() {
			t.Error("not Closed after Close")
		}
		if err := q.Put(t.Context(), 2); err != queue.ErrClosed {
			t.Errorf("Put = %v, want ErrClosed", err)
		}
		if q.TryPut(2) {
			t.Error("TryPut on a closed queue succeeded")
		}
		if v, err := q.Get(t.Context()); v != 1 || err != nil {
			t.Errorf("Get = %d, %v: what is in a closed queue must come out", v, err)
		}
		if _, err := q.Get(t.Context()); err != queue.ErrClosed {
			t.Errorf("Get on a closed, empty queue = %v", err)
		}
	})
}

func TestCloseWakesEverybody(t *testing.T) {
	eachKind(t, func(t *testing.T, make func(int) buffer) {
		full, empty := make(1), make(1)
		full.TryPut(1)
		errs := errorChan(8)
		for range 4 {
			go func() { errs <- full.Put(context.Background(), 2) }()
			go func() { _, err := empty.Get(context.Background()); errs <- err }()
		}
		time.Sleep(time.Millisecond)
		full.Close()
		empty.Close()
		for range 8 {
			if err := <-errs; err != queue.ErrClosed {
				t.Errorf("%v, want ErrClosed", err)
			}
		}
		if full.Len() != 1 {
			t.Errorf("%d values, want 1", full.Len())
		}
	})
}

func errorChan(n int) chan error { return make(chan error, n) }

func TestContext(t *testing.T) {
	eachKind(t, func(t *testing.T, make func(int) buffer) {
		q := make(1)
		q.TryPut(1)
		if _, err := q.Get(cancelled()); err != errGaveUp || q.Len() != 1 {
			t.Errorf("Get with an ended context = %v, %d left", err, q.Len())
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := q.Put(ctx, 2); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Put on a full queue = %v", err)
		}
		q.TryGet()
		if err := q.Put(cancelled(), 2); err != errGaveUp || q.Len() != 0 {
			t.Errorf("Put with an ended context = %v, %d in the queue", err, q.Len())
		}
		ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := q.Get(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Get on an empty queue = %v", err)
		}
		q.TryPut(3)
		ctx, cancel = context.WithCancel(t.Context())
		defer cancel()
		for range q.All(ctx) {
			q.TryPut(4)
			cancel()
		}
		if q.Len() != 1 {
			t.Error("All went on after its context had ended")
		}
		if err := q.Join(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Join = %v", err)
		}
	})
}

// A wake-up spent on somebody whose context ends must not be lost for the others.
func TestNoLostWakeUp(t *testing.T) {
	eachKind(t, func(t *testing.T, make func(int) buffer) {
		for range 300 {
			q := make(1)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			got := errorChan(2)
			go func() {
				_, err := q.Get(ctx)
				got <- err
			}()
			go func() {
				_, err := q.Get(context.Background())
				got <- err
			}()
			runtime.Gosched()
			go cancel()
			if err := q.Put(context.Background(), 1); err != nil {
				t.Fatal(err)
			}
			first := <-got // one of them has the value, or the first gave up
			if first == nil {
				q.Put(context.Background(), 2)
			}
			<-got
		}
	})
}

func TestJoin(t *testing.T) {
	eachKind(t, func(t *testing.T, make func(int) buffer) {
		q := make(10)
		if err := q.Join(t.Context()); err != nil {
			t.Errorf("Join on a fresh queue = %v", err)
		}
		for i := range 3 {
			q.TryPut(i)
		}
		joined := errorChan(1)
		go func() { joined <- q.Join(context.Background()) }()
		q.TryGet()
		for range q.All(t.Context()) {
			if q.Len() == 0 { // the last value is out of the queue but not dealt with
				select {
				case <-joined:
					t.Error("Join returned while the loop body was running")
				case <-time.After(2 * time.Millisecond):
				}
				break
			}
		}
		if err := <-joined; err != nil {
			t.Error(err)
		}
	})
}

func TestJoinCountsPanicInLoop(t *testing.T) {
	q := queue.New[int](1)
	q.TryPut(1)
	func() {
		defer func() { recover() }()
		for range q.All(t.Context()) {
			panic("boom")
		}
	}()
	if err := q.Join(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestMisuse(t *testing.T) {
	mustPanic(t, func() { queue.New[int](0) }, "queue: New(0) at queue/queue_test.go:", "capacity must be > 0")
	mustPanic(t, func() { queue.NewStack[int](-1) }, "queue: NewStack(-1) at queue/queue_test.go:")
	mustPanic(t, func() { queue.NewPriority[int, int](0) }, "queue: NewPriority(0) at queue/queue_test.go:")
	q := queue.New[int](1)
	mustPanic(t, func() { q.Process(t.Context(), 0, nil) }, "queue: Process with 0 workers at queue/queue_test.go:")
	q.TryPut(1)
	q.Close()
	err := q.Process(t.Context(), 1, func(ctx context.Context, _ int) error {
		mustPanic(t, func() { q.Join(ctx) }, "queue: Join at queue/queue_test.go:", "inside Process", "made at queue/queue_test.go:")
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestPutAndGetDoNotAllocate(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	eachKind(t, func(t *testing.T, make func(int) buffer) {
		q := make(8)
		q.TryPut(1)
		if n := testing.AllocsPerRun(1000, func() {
			q.Put(ctx, 2)
			q.Get(ctx)
		}); n != 0 {
			t.Errorf("Put and Get allocate %v times", n)
		}
	})
}

// What has left the queue can be collected.
func TestTakenValuesAreNotKeptAlive(t *testing.T) {
	collected := make(chan struct{})
	s := queue.NewStack[*[1 << 10]byte](2)
	p := queue.NewPriority[int, *[1 << 10]byte](2)
	q := queue.New[*[1 << 10]byte](2)
	func() {
		v := new([1 << 10]byte)
		runtime.AddCleanup(v, func(struct{}) { close(collected) }, struct{}{})
		q.TryPut(v)
		v, _ = q.TryGet()
		s.TryPut(v)
		v, _ = s.TryGet()
		p.TryPut(1, v)
		p.TryGet()
	}()
	until(t, "the value is collected", func() bool {
		runtime.GC()
		select {
		case <-collected:
			return true
		default:
			return false
		}
	})
	runtime.KeepAlive(s)
	runtime.KeepAlive(p)
	runtime.KeepAlive(q)
}

// Producers and consumers with random timeouts, and a Close in the middle: every value that was accepted comes out exactly once.
func TestHammer(t *testing.T) {
	trials := 40
	if testing.Short() {
		trials = 4
	}
	eachKind(t, func(t *testing.T, make func(int) buffer) {
		for trial := range trials {
			q := make(1 + trial%5)
			const producers, consumers, each = 4, 4, 100
			var seen [producers * each]atomic.Int32
			var accepted [producers * each]atomic.Bool
			var wg, producing sync.WaitGroup
			for p := range producers {
				wg.Add(1)
				producing.Add(1)
				go func() {
					defer wg.Done()
					defer producing.Done()
					for i := range each {
						v := p*each + i
						ctx, cancel := context.WithCancel(context.Background())
						if (v+trial)%3 == 0 {
							go cancel()
						}
						err := q.Put(ctx, v)
						accepted[v].Store(err == nil)
						cancel()
						if trial%4 == 1 && v == 150 {
							q.Close()
						}
					}
				}()
			}
			for c := range consumers {
				wg.Add(1)
				go func() {
					defer wg.Done()
					switch c {
					case 0:
						for v := range q.All(context.Background()) {
							seen[v].Add(1)
						}
					case 1:
						q.Process(context.Background(), 2, func(_ context.Context, v int) error { seen[v].Add(1); return nil })
					default:
						for i := 0; ; i++ {
							ctx, cancel := context.WithCancel(context.Background())
							if i%2 == 0 {
								go cancel()
							}
							v, err := q.Get(ctx)
							cancel()
							if err == queue.ErrClosed {
								return
							}
							if err == nil {
								seen[v].Add(1)
							}
						}
					}
				}()
			}
			producing.Wait()
			q.Close()
			wg.Wait()
			if err := q.Join(t.Context()); err != nil || q.Len() != 0 {
				t.Fatalf("Join = %v, %d left", err, q.Len())
			}
			for v := range seen {
				if n := seen[v].Load(); (n == 1) != accepted[v].Load() || n > 1 {
					t.Fatalf("value %d accepted %v, seen %d times", v, accepted[v].Load(), n)
				}
			}
		}
	})
}
