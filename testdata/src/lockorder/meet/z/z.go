// Package z brings the two together.
package z

import (
	"lockorder/meet/base"
	"lockorder/meet/x"
	"lockorder/meet/y" // want `this import brings together two lock orders: Move \(x.go:9\) locks Log.Mu while holding Index.Mu, but Trim \(y.go:9\) locks Index.Mu while holding Log.Mu; the two may deadlock`
)

func Both(i *base.Index, l *base.Log) {
	go x.Move(i, l)
	y.Trim(i, l)
}
