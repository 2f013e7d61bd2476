//go:build !race && !conclint_debug

package lock

// watch checks nothing in a normal build; its methods vanish when they are inlined.
type watch struct{}

func (*watch) setup(*order)              {}
func (*watch) acquiring(mode, int)       {}
func (*watch) acquiringAmong(mode, bool) {}
func (*watch) acquired(mode)             {}
func (*watch) releasing(mode)            {}
func (*watch) assertHeld(mode)           {}
