// Package y locks the log and then the index, and does not know package x.
package y

import "lockorder/meet/base"

func Trim(i *base.Index, l *base.Log) {
	l.Mu.Lock()
	defer l.Mu.Unlock()
	i.Mu.Lock()
	i.Rows--
	i.Mu.Unlock()
}
