package basic

import "net/http"

var answered int

// FP_orderedByRequest is in order because the handler runs inside the request:
// the network is not part of the model.
func FP_orderedByRequest(url string) error {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		answered++ // want `answered is incremented in a handler`
	})
	answered++
	_, err := http.Get(url)
	answered++
	return err
}
