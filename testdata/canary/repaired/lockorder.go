package repaired

import "sync"

type inventory struct {
	mu    sync.Mutex
	items int
}

type cart struct {
	mu    sync.Mutex
	items int
}

// reserve locks the inventory, then the cart.
func reserve(i *inventory, c *cart) {
	i.mu.Lock()
	defer i.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	i.items--
	c.items++
}

// giveBack locks them in the same order.
func giveBack(i *inventory, c *cart) {
	i.mu.Lock()
	defer i.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.items--
	i.items++
}
