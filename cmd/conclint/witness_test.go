package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/report"
)

var (
	saysWaits = regexp.MustCompile(`waits for ever|waits to lock|, and waits|and waits as long|for as long as it takes|waits for the result of`)
	saysLocks = regexp.MustCompile(`^(read-)?locks `)
)

// What analyzers write into witnesses is in the words that report.DeedOf reads:
// pictures are drawn from them.
func TestWordsOfWitnesses(t *testing.T) {
	if testing.Short() {
		t.Skip("runs go vet")
	}
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(dir, "canary"), os.DirFS("../../testdata/canary")))
	require.NoError(t, os.CopyFS(filepath.Join(dir, "sample"), os.DirFS("../../testdata/sample")))
	for _, f := range []string{"sample/go.mod", "canary/losterror.go"} { // the latter needs another module
		require.NoError(t, os.Remove(filepath.Join(dir, f)))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/m\n\ngo 1.26\n"), 0o644))
	cmd := exec.Command(built, "-strict", "-format", "json", "./canary", "./sample")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "PWD="+dir)
	out, err := cmd.Output()
	require.Equal(t, 1, cmd.ProcessState.ExitCode(), "%v", err)
	var r struct {
		Findings []struct {
			Code    string
			Witness []struct{ Text string }
		}
	}
	require.NoError(t, json.Unmarshal(out, &r))
	seen := map[string]int{}
	for _, f := range r.Findings {
		for _, s := range f.Witness {
			d := report.DeedOf(s.Text)
			assert.Equal(t, saysWaits.MatchString(s.Text), d.Waits, "%s: %s", f.Code, s.Text)
			if saysLocks.MatchString(s.Text) {
				assert.NotEqual(t, d.Takes == "", d.For == "", "%s: %s", f.Code, s.Text)
			}
			for name, ok := range map[string]bool{
				"waits": d.Waits, "takes": d.Takes != "", "keeps": d.Keeps != "", "starts": d.Starts != "", "for": d.For != "", "helps": d.Helps,
				"reads": d.Verb == report.Read, "writes": d.Verb == report.Write, "calls": d.Verb == report.Call,
			} {
				if ok {
					seen[name]++
				}
			}
		}
	}
	for _, name := range []string{"waits", "takes", "keeps", "starts", "for", "helps", "reads", "writes", "calls"} {
		assert.Positive(t, seen[name], "no witness %s", name)
	}
}
