// Package dirs passes methods that lock to a package that calls them back.
package dirs

import (
	"sync"

	"lockorder/handed/items"
)

type quiet struct {
	mu   sync.Mutex
	item *items.Item
	m    map[string]any
}

func (d *quiet) set(o any) {
	d.mu.Lock()
	d.m["a"] = o
	d.mu.Unlock()
}

func (d *quiet) closeOk() { d.item.Close(d.set) }

func (d *quiet) forget() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.item.InUse()
}

type loud struct {
	mu   sync.Mutex
	item *items.Item
	m    map[string]any
}

func (d *loud) set(o any) {
	d.mu.Lock()
	d.m["a"] = o
	d.mu.Unlock()
}

func (d *loud) closeBad() {
	d.item.CloseHeld(d.set) // want `d.mu is locked while holding d.item.mu, but \(\*loud\).forget locks d.item.mu while holding d.mu`
}

func (d *loud) forget() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.item.InUse()
}
