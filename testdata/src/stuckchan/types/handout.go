package types

import "sync"

// A Feed gives its channel to the client, who reads it for as long as it likes.
type Feed struct {
	mu     sync.Mutex
	events chan int
	closed bool
}

func NewFeed() *Feed { return &Feed{events: make(chan int)} }

// Events may have been called long before anything is reset.
func (f *Feed) Events() <-chan int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.events
}

func (f *Feed) Add(n int) { f.events <- n }

func (f *Feed) Reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = false
	f.events = make(chan int)
}

func (f *Feed) Stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed {
		f.closed = true
		close(f.events)
	}
}

// A source is one through an interface of the package.
type source interface{ Results() <-chan int }

type filtered struct {
	in  source
	out chan int
}

// Filter starts the goroutine that its client reads from.
func Filter(in source) source {
	f := &filtered{in: in, out: make(chan int)}
	go f.loop()
	return f
}

func (f *filtered) Results() <-chan int { return f.out }

func (f *filtered) loop() {
	defer close(f.out)
	for n := range f.in.Results() {
		f.out <- n
	}
}

// A Recorder embeds what it filters.
type Recorder struct {
	source
	mu   sync.Mutex
	seen []int
}

func NewRecorder(in source) *Recorder {
	r := &Recorder{}
	r.source = Filter(in)
	return r
}

func (r *Recorder) Seen() []int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]int(nil), r.seen...)
}
