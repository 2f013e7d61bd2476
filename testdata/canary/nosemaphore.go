package canary

import (
	"bufio"
	"io"
	"net/http"
	"sync"
	"time"
)

// fetchAll starts one goroutine per line of its input, however long that is.
func fetchAll(r io.Reader) {
	client := &http.Client{Timeout: time.Minute}
	var wg sync.WaitGroup
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		url := lines.Text()
		wg.Add(1)
		go func() {
			defer wg.Done()
			resp, err := client.Get(url)
			if err == nil {
				resp.Body.Close()
			}
		}()
	}
	wg.Wait()
}
