package silent

import "testing"

type gauge struct{ level int }

func (g *gauge) rise() { g.level++ }

func (g *gauge) Level() int { return g.level }

// Tests may start what they like: that says nothing about gauge.
func TestGauge(t *testing.T) {
	g := &gauge{}
	done := make(chan struct{})
	go func() {
		g.rise()
		close(done)
	}()
	_ = g.Level()
	<-done
}
