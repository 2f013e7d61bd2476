// Package x locks the index and then the log, which is an order like any other.
package x

import "lockorder/meet/base"

func Move(i *base.Index, l *base.Log) {
	i.Mu.Lock()
	defer i.Mu.Unlock()
	l.Mu.Lock()
	l.Lines++
	l.Mu.Unlock()
}
