package evidence

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func echo(ctx context.Context, args []string, w io.Writer) error {
	_, err := io.WriteString(w, strings.Join(args, ",")+"  \nend\n\n")
	return err
}

func TestCommandReplacesItsSectionOnly(t *testing.T) {
	file := filepath.Join(t.TempDir(), "evidence.md")
	run := Command(map[string]Measure{"bench": echo, "audit": echo, "broken": func(context.Context, []string, io.Writer) error { return errors.New("no luck") }})
	require.NoError(t, run(t.Context(), []string{"-o", file, "bench", "-n", "3", "audit"}, io.Discard))
	require.NoError(t, run(t.Context(), []string{"-o", file, "bench", "-n", "4"}, io.Discard))
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(data), title))
	sections := Sections(string(data))
	require.Len(t, sections, 2)
	assert.Equal(t, "audit", sections[0].Name)
	assert.Equal(t, "bench", sections[1].Name)
	assert.Contains(t, sections[1].Text, "`proof bench -n 4` on 20")
	assert.True(t, strings.HasSuffix(sections[1].Text, "```text\n-n,4\nend\n```"))

	before := string(data)
	assert.ErrorContains(t, run(t.Context(), []string{"-o", file, "broken"}, io.Discard), "no luck")
	assert.ErrorContains(t, run(t.Context(), []string{"-o", file, "nothing"}, io.Discard), "nothing")
	data, err = os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, before, string(data), "a measurement that failed leaves the last one")
}

func TestPlacesOfThisMachineAreLeftOut(t *testing.T) {
	assert.Equal(t, []string{"bench", "-n", "3", "a@v1"}, portable([]string{"bench", "-cache", "/somewhere", "-n", "3", "--conclint=/bin/it", "a@v1"}))
	assert.Equal(t, []string{"corpus"}, portable([]string{"corpus", "-cache"}))
}
