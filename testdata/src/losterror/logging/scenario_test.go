//go:build scenario

package logging

import (
	"path/filepath"
	"strings"
	"testing"
)

func returned(t *testing.T, err error) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), "place") {
		t.Errorf("the error is lost: %v", err)
	}
}

func TestDeferredBad(t *testing.T) {
	_, err := deferredBad(filepath.Join(t.TempDir(), "no", "such", "place"))
	returned(t, err)
}

func TestSeveralReturnsBad(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "no", "such", "place")
	_, err := severalReturnsBad(bad, bad)
	returned(t, err)
}
