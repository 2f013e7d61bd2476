package repaired

import (
	"errors"
	"os"
)

// save starts a writer only when it is going to wait for it.
func save(name string, data []byte, dry bool) error {
	if dry {
		return errors.New("dry run")
	}
	done := make(chan error, 1)
	go func() {
		done <- os.WriteFile(name, data, 0o600)
	}()
	return <-done
}
