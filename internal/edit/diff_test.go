package edit_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/edit"
)

func TestUnified(t *testing.T) {
	assert.Empty(t, edit.Unified("a", "b", []byte("x\n"), []byte("x\n")))
	var lines []string
	for i := range 20 {
		lines = append(lines, fmt.Sprint(i))
	}
	old := strings.Join(lines, "\n") + "\n"
	lines[1] = "one"
	lines = append(lines[:15], lines[16:]...)
	got := edit.Unified("a/x.go", "b/x.go", []byte(old), []byte(strings.Join(lines, "\n")))
	assert.Equal(t, `--- a/x.go
+++ b/x.go
@@ -1,5 +1,5 @@
 0
-1
+one
 2
 3
 4
@@ -13,8 +13,7 @@
 12
 13
 14
-15
 16
 17
 18
-19
+19
\ No newline at end of file
`, got)
}

// The law of a diff: patch(1) makes the new text from the old one.
func TestPatchUndoesUnified(t *testing.T) {
	if _, err := exec.LookPath("patch"); err != nil {
		t.Skip("no patch here")
	}
	long := strings.Repeat("same\nagain\n", 400)
	var numbered strings.Builder
	for i := range 600 {
		fmt.Fprintf(&numbered, "%d\n", i)
	}
	for i, c := range [][2]string{
		{"", "a\n"}, {"a\n", ""}, {"a", "a\n"}, {"a\nb\nc\n", "a\nx\nc\n"},
		{"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\nx\n3\n4\n5\n6\n7\n8\ny\n"},
		{"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "x\n2\n3\n4\n5\n6\n7\n8\n9\ny\n"},
		{long, "new\n" + long[:len(long)/2] + "middle\n" + long[len(long)/2:]},
		{numbered.String(), strings.ReplaceAll(numbered.String(), "7\n", "seven\n")},
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, "f")
		require.NoError(t, os.WriteFile(file, []byte(c[0]), 0o644))
		patch := exec.Command("patch", "-s", "f")
		patch.Dir = dir
		patch.Stdin = strings.NewReader(edit.Unified("f", "f", []byte(c[0]), []byte(c[1])))
		out, err := patch.CombinedOutput()
		require.NoError(t, err, "case %d: %s", i, out)
		got, err := os.ReadFile(file)
		if os.IsNotExist(err) {
			err = nil // patch removes what becomes empty
		}
		require.NoError(t, err)
		assert.Equal(t, c[1], string(got), "case %d", i)
	}
}
