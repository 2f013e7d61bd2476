package waits

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// What is read has been written.
func TestPipeOk(t *testing.T) {
	here, there := net.Pipe()
	in := []byte("abc")
	go func() {
		_, _ = here.Write(in)
	}()
	out := make([]byte, 1)
	for range 3 {
		if _, err := there.Read(out); err != nil {
			t.Fatal(err)
		}
		in = in[1:]
	}
}

// Nothing is read before.
func TestPipeBad(t *testing.T) {
	here, there := net.Pipe()
	in := []byte("abc")
	go func() {
		_, _ = here.Write(in) // want `in is read in a goroutine .* and written at exchange_test.go:\d+`
	}()
	in = in[1:]
	if _, err := there.Read(in); err != nil {
		t.Fatal(err)
	}
}

func TestReverseOk(t *testing.T) {
	here, there := net.Pipe()
	written := false
	done := make(chan error)
	go func() {
		buf := make([]byte, 1)
		if _, err := there.Read(buf); err != nil {
			done <- err
			return
		}
		if !written {
			done <- fmt.Errorf("not written")
			return
		}
		done <- nil
	}()
	written = true
	if _, err := here.Write([]byte("a")); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// One request after the other is served.
func TestServedOk(t *testing.T) {
	got := ""
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { got = r.URL.Path })
	srv := httptest.NewServer(mux)
	defer srv.Close()
	get(t, srv.URL+"/x")
	if got != "/x" {
		t.Error(got)
	}
}

func get(t *testing.T, url string) {
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
}
