// Package mirror keeps copies of remote documents.
package mirror

import (
	"errors"
	"sync"
)

var errFull = errors.New("the cache is full")

// Cache holds documents by name.
type Cache struct {
	mu   sync.Mutex
	docs map[string]string
	max  int
}

// Put stores a document.
func (c *Cache) Put(name, text string) error {
	c.mu.Lock()
	if len(c.docs) >= c.max {
		return errFull
	}
	c.docs[name] = text
	c.mu.Unlock()
	return nil
}

// Len is the number of documents.
func (c *Cache) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.docs)
}
