// Package a sleeps.
package a

import "time"

// Nap sleeps.
func Nap() { time.Sleep(time.Second) }
