package types

// A generic type makes its channel where it is built, under whatever type arguments.
type batcher[I, R any] struct {
	in     chan ask[I, R]
	never  chan I
	commit func([]I) []R
}

type ask[I, R any] struct {
	item   I
	answer chan<- R
}

func newBatcher[I, R any](n int, commit func([]I) []R) *batcher[I, R] {
	return &batcher[I, R]{in: make(chan ask[I, R], n), commit: commit}
}

func (b *batcher[I, R]) loop() {
	for a := range b.in {
		for _, r := range b.commit([]I{a.item}) {
			a.answer <- r
		}
	}
}

func (b *batcher[I, R]) ask(x I, answer chan<- R) {
	b.in <- ask[I, R]{item: x, answer: answer}
}

func (b *batcher[I, R]) lost() I {
	return <-b.never // want `receives from b.never and waits for ever: nothing in the package makes it, so it is nil`
}
