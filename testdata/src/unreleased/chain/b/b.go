// Package b wraps the pair.
package b

import "unreleased/chain/a"

// Hall has a gate.
type Hall struct{ G a.Gate }

// Open enters.
func (h *Hall) Open() { h.G.Enter() }

// Close leaves.
func (h *Hall) Close() { h.G.Leave() }
