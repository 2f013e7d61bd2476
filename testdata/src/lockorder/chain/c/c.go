// Package c closes a cycle of a's locks without importing a.
package c

import "lockorder/chain/b"

func bad() {
	b.UnderN(func() { // want `M is locked while holding N, but Both locks N while holding M \(a.go:13\); the two may deadlock`
		b.First()
	})
}

func ok() {
	b.UnderN(func() {})
	b.Both()
}
