package modules

import (
	"fmt"
	"os"
	"path/filepath"
)

// Cache returns dir, absolute and made if it does not exist; an empty dir stands for conclint-corpus in the user's cache directory.
func Cache(dir string) (string, error) {
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(user, "conclint-corpus")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o777)
}

// Built returns the absolute name of the binary under test, or an error that says how to make it.
func Built(bin string) (string, error) {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(bin); err != nil {
		return "", fmt.Errorf("%w: run make build first", err)
	}
	return bin, nil
}
