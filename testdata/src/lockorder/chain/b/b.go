// Package b passes on.
package b

import "lockorder/chain/a"

// Both passes on.
func Both() { a.Both() }

// UnderN passes on.
func UnderN(f func()) { a.UnderN(f) }

// First passes on.
func First() { a.First() }
