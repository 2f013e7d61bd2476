package basic

// A helper that runs what it is given runs it where it is called.

type page struct {
	text string
}

func (p *page) edit(f func()) {
	f()
}

func (p *page) EditBad() {
	done := make(chan bool)
	go func() {
		p.edit(func() { p.text = "y" }) // want `p.text is written in a goroutine \(started at run.go:\d+\) and written at run.go:\d+ without a common lock`
		close(done)
	}()
	p.edit(func() { p.text = "z" })
	<-done
}
