package silent

// A Lister goes through pages; each user makes one of its own.
type Lister struct {
	pages  [][]int
	offset int
}

func (l *Lister) Next() bool {
	if l.offset >= len(l.pages) {
		return false
	}
	l.offset += 1
	return true
}

// All has a lister that nobody else knows.
func All(pages [][]int) <-chan int {
	ch := make(chan int)
	l := &Lister{pages: pages}
	go func() {
		defer close(ch)
		for l.Next() {
			for _, n := range l.pages[l.offset-1] {
				ch <- n
			}
		}
	}()
	return ch
}

// Count too.
func Count(pages [][]int) <-chan int {
	ch := make(chan int, 1)
	l := &Lister{pages: pages}
	go func() {
		for l.Next() {
		}
		ch <- l.offset
	}()
	return ch
}
