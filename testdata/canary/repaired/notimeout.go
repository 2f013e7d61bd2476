package repaired

import (
	"io"
	"net/http"
	"time"
)

// proxy waits for its upstream as long as its client waits, and half a minute at most.
func proxy(w http.ResponseWriter, r *http.Request) {
	req, err := http.NewRequestWithContext(r.Context(), http.MethodGet, "http://upstream.internal"+r.URL.Path, nil)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	resp, err := upstream.Do(req)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	io.Copy(w, resp.Body)
}

var upstream = &http.Client{Timeout: 30 * time.Second}

func init() { http.HandleFunc("/", proxy) }
