// Package tokens limits how many do something at once.
package tokens

// A Dispenser has a number of tokens.
type Dispenser struct{ free chan struct{} }

// New returns a dispenser with n tokens.
func New(n int) *Dispenser {
	d := &Dispenser{free: make(chan struct{}, n)}
	for range n {
		d.free <- struct{}{}
	}
	return d
}

// Get waits for a token.
func (d *Dispenser) Get() { <-d.free }

// Put gives it back.
func (d *Dispenser) Put() { d.free <- struct{}{} }

// A Register counts who is there, and keeps nobody out.
type Register struct{ names chan string }

// Add notes a name.
func (r *Register) Add(string) {}

// Done crosses it out.
func (r *Register) Done(string) {}
