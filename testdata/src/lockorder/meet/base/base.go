// Package base has two objects with locks that anybody may take.
package base

import "sync"

type Index struct {
	Mu   sync.Mutex
	Rows int
}

type Log struct {
	Mu    sync.Mutex
	Lines int
}
