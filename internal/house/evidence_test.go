package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// quotation is a block of README.md that is taken from docs/evidence.md: a comment that names the section, then fenced text.
var quotation = regexp.MustCompile("(?s)<!-- evidence: ([a-z]+) -->\n+```text\n(.*?)```")

// Figures that README quotes are those that were measured: every line of a quotation stands in its section, in that order.
func TestReadmeQuotesTheEvidence(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	evidence, err := os.ReadFile(filepath.Join(root, "docs", "evidence.md"))
	if os.IsNotExist(err) {
		evidence = nil
	} else {
		require.NoError(t, err)
	}
	for _, c := range misquoted(string(readme), string(evidence)) {
		t.Error(c)
	}
}

func misquoted(readme, evidence string) []string {
	var complaints []string
	for _, m := range quotation.FindAllStringSubmatch(readme, -1) {
		_, rest, ok := strings.Cut("\n"+evidence, "\n## "+m[1]+"\n")
		if !ok {
			complaints = append(complaints, "docs/evidence.md has no section "+m[1])
			continue
		}
		section, _, _ := strings.Cut(rest, "\n## ")
		for line := range strings.Lines(m[2]) {
			line = strings.TrimRight(line, "\n")
			if line == "" || line == "…" {
				continue
			}
			_, after, found := strings.Cut(section, "\n"+line+"\n")
			if !found {
				complaints = append(complaints, "README.md quotes a line that is not in section "+m[1]+" of docs/evidence.md, or not in this order: "+line)
				continue
			}
			section = "\n" + after
		}
	}
	return complaints
}

func TestMisquoted(t *testing.T) {
	evidence := "# Evidence\n\n## audit\n\n```text\na  1\nb  2\nc  3\n```\n\n## bench\n\n```text\nz\n```\n"
	quote := func(name, text string) string {
		return "Text.\n\n<!-- evidence: " + name + " -->\n```text\n" + text + "```\n"
	}
	assert.Empty(t, misquoted(quote("audit", "a  1\n…\nc  3\n"), evidence))
	assert.Len(t, misquoted(quote("audit", "a  2\n"), evidence), 1)
	assert.Len(t, misquoted(quote("audit", "b  2\na  1\n"), evidence), 1, "order")
	assert.Len(t, misquoted(quote("audit", "z\n"), evidence), 1, "another section")
	assert.Len(t, misquoted(quote("corpus", "a  1\n"), evidence), 1)
}
