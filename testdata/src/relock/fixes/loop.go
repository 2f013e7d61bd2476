package fixes

import "sync"

type job struct{ mu sync.Mutex }

func (t *table) eachBad(keys []string, f func(string)) {
	for i, key := range keys {
		if key == "" {
			continue
		}
		t.mu.Lock() // want `t.mu is locked again in the next iteration while it is still held; it is not re-entrant`
		defer t.mu.Unlock()
		for range i {
			if len(t.rows) == 0 {
				break
			}
			t.n++
		}
		f(key)
	}
}

// The iteration leaves the loop: no fix.
func (t *table) firstBad(keys []string) string {
	for _, key := range keys {
		t.mu.Lock() // want `t.mu is locked again in the next iteration`
		defer t.mu.Unlock()
		if len(t.rows[key]) > 0 {
			return key
		}
	}
	return ""
}
