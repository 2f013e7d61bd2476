package yamux

import (
	"io"
	"log"
	"strings"
	"testing"
	"time"
)

// A peer that sends more than the window allows gets an error; the stream stays usable for those who close it.
func TestWindowExceeded(t *testing.T) {
	session := &Session{config: DefaultConfig(), logger: log.New(io.Discard, "", 0)}
	s := newStream(session, 1, streamEstablished)
	s.recvWindow = 1
	hdr := header(make([]byte, headerSize))
	hdr.encode(typeData, 0, 1, 2)
	if err := s.readData(hdr, 0, strings.NewReader("ab")); err != ErrRecvWindowExceeded {
		t.Fatalf("two bytes into a window of one: %v", err)
	}
	done := make(chan struct{})
	go func() {
		s.Shrink()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("recvLock is still locked")
	}
}
