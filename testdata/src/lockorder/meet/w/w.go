// Package w sees the two orders together through z, where they were reported.
package w

import (
	"lockorder/meet/base"
	"lockorder/meet/y"
	"lockorder/meet/z"
)

func AllOk(i *base.Index, l *base.Log) {
	go z.Both(i, l)
	y.Trim(i, l)
}
