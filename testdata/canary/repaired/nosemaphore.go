package repaired

import (
	"bufio"
	"io"
	"net/http"
	"sync"
	"time"
)

// fetchAll fetches eight lines of its input at a time, however long that is.
func fetchAll(r io.Reader) {
	client := &http.Client{Timeout: time.Minute}
	var wg sync.WaitGroup
	places := make(chan struct{}, 8)
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		url := lines.Text()
		places <- struct{}{}
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() { <-places }()
			resp, err := client.Get(url)
			if err == nil {
				resp.Body.Close()
			}
		}()
	}
	wg.Wait()
}
