// Package b sleeps one call further down.
package b

import "heldwait/chain/a"

// Rest naps.
func Rest() { a.Nap() }

// Doze sleeps itself, through a.
var Doze = a.Nap
