package basic

import (
	"os"
	"sync"
)

// FN_breaksOut leaves the loop with an error that only the sequential mode
// returns: in parallel mode it is forgotten when the results are joined.
func FN_breaksOut(names []string, parallel bool) error {
	var results []<-chan error
	for _, n := range names {
		errc, err := begin(n)
		if err != nil {
			if parallel {
				break
			}
			return err
		}
		results = append(results, errc)
	}
	for _, errc := range results {
		if err := <-errc; err != nil {
			return err
		}
	}
	return nil
}

func begin(name string) (<-chan error, error) {
	if _, err := os.Stat(name); err != nil {
		return nil, err
	}
	errc := make(chan error, 1)
	go func() { errc <- save(name) }()
	return errc, nil
}

// FN_lastWins keeps one error of many in a field: later successes hide it.
func FN_lastWins(names []string) error {
	var (
		wg  sync.WaitGroup
		mu  sync.Mutex
		err error
	)
	for _, n := range names[:3] {
		wg.Go(func() {
			e := save(n)
			mu.Lock()
			err = e
			mu.Unlock()
		})
	}
	wg.Wait()
	return err
}
