// Package b wraps a.
package b

import "relock/chain/a"

// Book holds a registry.
type Book struct{ Reg *a.Reg }

// First calls down into a.
func (b *Book) First() string { return b.Reg.Names()[0] }

// Update passes its callback on.
func (b *Book) Update(f func()) { b.Reg.Do(f) }
