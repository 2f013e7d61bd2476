// Package c does not import a: what a does reaches it through b's summaries.
package c

import "relock/chain/b"

func bad(k *b.Book) {
	k.Update(func() { // want `k.Reg.mu is locked again by \(\*Reg\).Names \(a.go:14\)`
		_ = k.First()
	})
}

func ok(k *b.Book) {
	k.Update(func() {})
	_ = k.First()
}
