package canary

import (
	"errors"
	"os"
)

// save starts a writer that announces its end, and leaves early without awaiting it.
func save(name string, data []byte, dry bool) error {
	done := make(chan error, 1)
	go func() {
		done <- os.WriteFile(name, data, 0o600)
	}()
	if dry {
		return errors.New("dry run")
	}
	return <-done
}
