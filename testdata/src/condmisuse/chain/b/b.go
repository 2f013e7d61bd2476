// Package b hides the lock.
package b

import "condmisuse/chain/a"

// A Door has a gate.
type Door struct{ Gate *a.Gate }

// Enter holds the gate.
func (d *Door) Enter() { d.Gate.Hold() }

// Leave releases it.
func (d *Door) Leave() { d.Gate.Release() }
