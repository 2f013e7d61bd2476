package canary

import (
	"io"
	"net/http"
)

// proxy waits for its upstream for ever.
func proxy(w http.ResponseWriter, r *http.Request) {
	resp, err := http.Get("http://upstream.internal" + r.URL.Path)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	io.Copy(w, resp.Body)
}

func init() { http.HandleFunc("/", proxy) }
