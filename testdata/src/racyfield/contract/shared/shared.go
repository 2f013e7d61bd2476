// Package shared has fields that other packages access, under a contract.
package shared

import "sync"

// A Box is locked by its users.
type Box struct {
	Mu sync.Mutex
	// Items are the contents.
	// +checklocks:Mu
	Items map[string]int
	// +checkatomic
	Hits int64
}

// TotalMu guards Total.
var TotalMu sync.Mutex

// +checklocks:TotalMu
var Total int
