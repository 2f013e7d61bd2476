// Package background passes contexts on.
package background

import (
	"context"
	"database/sql"
	"net"
	"net/http"
	"sync"
	"time"
)

func fetch(ctx context.Context, u string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func directBad(ctx context.Context, u string) error {
	return fetch(context.Background(), u) // want `context.Background\(\) is passed to fetch although ctx is at hand: fetch goes on when ctx has ended`
}

func directOk(ctx context.Context, u string) error {
	return fetch(ctx, u)
}

func todoBad(ctx context.Context, db *sql.DB) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err := db.ExecContext(context.TODO(), "DELETE FROM t") // want `context.TODO\(\) is passed to ExecContext although ctx is at hand`
	return err
}

func handlerBad(w http.ResponseWriter, r *http.Request) {
	if err := fetch(context.Background(), r.URL.Path); err != nil { // want `context.Background\(\) is passed to fetch although r.Context\(\) is at hand`
		http.Error(w, err.Error(), http.StatusBadGateway)
	}
}

func handlerOk(w http.ResponseWriter, r *http.Request) {
	if err := fetch(r.Context(), r.URL.Path); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
	}
}

func variableBad(ctx context.Context, u string) error {
	bg := context.Background()
	return fetch(bg, u) // want `context.Background\(\) is passed to fetch although ctx is at hand`
}

func requestBad(ctx context.Context, u string) (*http.Request, error) {
	return http.NewRequestWithContext(context.Background(), http.MethodGet, u, nil) // want `context.Background\(\) is passed to NewRequestWithContext although ctx is at hand`
}

func dialBad(ctx context.Context, d *net.Dialer, addr string) (net.Conn, error) {
	return d.DialContext(context.Background(), "tcp", addr) // want `context.Background\(\) is passed to DialContext although ctx is at hand`
}

type store interface {
	Load(ctx context.Context, key string) ([]byte, error)
}

func interfaceBad(ctx context.Context, s store) ([]byte, error) {
	return s.Load(context.Background(), "k") // want `context.Background\(\) is passed to Load although ctx is at hand`
}

func literalBad(ctx context.Context, keys []string, s store) error {
	return each(keys, func(k string) error {
		_, err := s.Load(context.TODO(), k) // want `context.TODO\(\) is passed to Load although ctx is at hand`
		return err
	})
}

func each(keys []string, f func(string) error) error {
	for _, k := range keys {
		if err := f(k); err != nil {
			return err
		}
	}
	return nil
}

func cancelBad(ctx context.Context, u string) error {
	c, cancel := context.WithCancel(context.Background())
	defer cancel()
	return fetch(c, u) // want `a context made from context.Background\(\) is passed to fetch although ctx is at hand`
}

func cancelOk(ctx context.Context, u string) error {
	c, cancel := context.WithCancel(ctx)
	defer cancel()
	return fetch(c, u)
}

func joinedGoroutineBad(ctx context.Context, us []string) {
	var wg sync.WaitGroup
	for _, u := range us {
		wg.Go(func() {
			_ = fetch(context.Background(), u) // want `context.Background\(\) is passed to fetch although ctx is at hand`
		})
	}
	wg.Wait()
}

type ctxKey struct{}

func valueBad(ctx context.Context, u string) error {
	return fetch(context.WithValue(context.Background(), ctxKey{}, 1), u) // want `a context made from context.Background\(\) is passed to fetch although ctx is at hand`
}

type queue struct{ db *sql.DB }

func (q *queue) Pop(ctx context.Context) (n int, err error) {
	err = q.db.QueryRowContext(context.Background(), "SELECT 1").Scan(&n) // want `context.Background\(\) is passed to QueryRowContext although ctx is at hand`
	return n, err
}

func branchBad(ctx context.Context, u string, retry bool) error {
	err := fetch(ctx, u)
	if err != nil && retry {
		return fetch(context.Background(), u) // want `context.Background\(\) is passed to fetch although ctx is at hand`
	}
	return err
}

// Silent from here.

func goroutineOk(ctx context.Context, u string) error {
	go func() { _ = fetch(context.Background(), u) }()
	return ctx.Err()
}

func goCallOk(ctx context.Context, u string) error {
	go fetch(context.Background(), u)
	return ctx.Err()
}

func deferredOk(ctx context.Context, db *sql.DB) error {
	defer func() { _, _ = db.ExecContext(context.Background(), "UNLOCK") }()
	return db.PingContext(ctx)
}

func afterDoneOk(ctx context.Context, srv *http.Server) error {
	<-ctx.Done()
	return srv.Shutdown(context.Background())
}

func selectDoneOk(ctx context.Context, ch chan int, u string) error {
	select {
	case <-ch:
		return nil
	case <-ctx.Done():
		return fetch(context.Background(), u)
	}
}

func errSetOk(ctx context.Context, u string) error {
	if ctx.Err() != nil {
		return fetch(context.Background(), u)
	}
	return nil
}

func (q *queue) Shutdown(ctx context.Context) error {
	return q.db.PingContext(context.Background())
}

func releaseLock(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(context.Background(), "UNLOCK")
	return err
}

func withoutCancelOk(ctx context.Context, u string) error {
	return fetch(context.WithoutCancel(ctx), u)
}

func nilOk(ctx context.Context, u string) error {
	if ctx == nil {
		ctx = context.Background()
	}
	return fetch(ctx, u)
}

func commentOk(ctx context.Context, u string) error {
	// The audit record must be written even if the caller gives up.
	return fetch(context.Background(), u)
}

func trailingCommentOk(ctx context.Context, u string) error {
	return fetch(context.Background(), u) // must not be cancelled with the request
}

func deadlineOk(ctx context.Context, u string) error {
	c, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return fetch(c, u)
}

func noneAtHandOk(u string) error { return fetch(context.Background(), u) }

func unnamedOk(_ context.Context, u string) error { return fetch(context.Background(), u) }

func rememberOk(ctx context.Context, m map[string]context.Context) {
	m["root"] = context.Background()
}

type worker struct {
	ctx    context.Context
	cancel context.CancelFunc
}

// startOk makes a context for the life of the worker, which outlives the call.
func startOk(ctx context.Context, u string) (*worker, error) {
	w := &worker{}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	return w, fetch(ctx, u)
}

func measure(ctx context.Context, name string) {}

func harmlessOk(ctx context.Context, u string) error {
	measure(context.Background(), u)
	return fetch(ctx, u)
}

func timerOk(ctx context.Context, u string) {
	time.AfterFunc(time.Second, func() { _ = fetch(context.Background(), u) })
}

func fallbackOk(ctx context.Context, u string) error {
	c := ctx
	if c.Value(ctxKey{}) != nil {
		c = context.Background()
	}
	return fetch(c, u)
}

func fetchReleasesBad(ctx context.Context, u string) error {
	return fetch(context.TODO(), u) // want `context.TODO\(\) is passed to fetch although ctx is at hand`
}

func releaseOk(ctx context.Context, u string) error {
	return fetch(context.TODO(), u)
}

// The answer is kept for other clients, so the one that leaves must not end it.
func cachedOk(next http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.Clone(context.Background()))
		next.ServeHTTP(w, r.WithContext(context.Background()))
	}
}

func underscoreOk(_ctx context.Context, u string) error {
	_ = _ctx
	return fetch(context.Background(), u)
}
