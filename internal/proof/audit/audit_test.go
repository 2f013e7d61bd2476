package audit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/proof/finding"
)

const module = "example.com/m@v1.0.0"

func TestRecordsOfTheRepository(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "testdata", "corpus", "audit")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("nothing judged yet")
	}
	records, err := Load(dir)
	require.NoError(t, err)
	assert.NotEmpty(t, records)
}

func TestParse(t *testing.T) {
	r, err := parse(module + "\ta/b.go:12\trelock/call\tright\tthe callee locks")
	require.NoError(t, err)
	assert.Equal(t, Record{Module: module, File: "a/b.go", Line: 12, Code: "relock/call", Right: true, Reason: "the callee locks"}, r)
	for line, want := range map[string]string{
		"too\tfew": "2 fields",
		module + "\ta/b.go\trelock/call\tright\tr":     "not file:line",
		module + "\ta/b.go:1\trelock/call\tmaybe\tr":   "neither right nor wrong",
		module + "\ta/b.go:1\trelock/call\twrong\t":    "reason",
		"example.com/m\ta.go:1\trelock/call\twrong\tr": "module@version",
	} {
		_, err := parse(line)
		assert.ErrorContains(t, err, want, line)
	}
}

func TestLoadRefusesASecondJudgement(t *testing.T) {
	dir := t.TempDir()
	line := module + "\ta.go:1\trelock/call\tright\tr\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.tsv"), []byte("# head\n\n"+line), 0o666))
	records, err := Load(dir)
	require.NoError(t, err)
	require.Len(t, records, 1)
	assert.True(t, strings.HasSuffix(records[0].Source, "a.tsv:3"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "b.tsv"), []byte(line), 0o666))
	_, err = Load(dir)
	assert.ErrorContains(t, err, "judged already")
}

func TestReplay(t *testing.T) {
	rec := func(line int, code string, right bool) Record {
		return Record{Module: module, File: "a.go", Line: line, Code: code, Right: right, Reason: "r"}
	}
	find := func(line int, code, tier string) finding.Finding {
		return finding.Finding{File: "a.go", Line: line, Code: code, Tier: tier}
	}
	r := compare(module, []Record{
		rec(1, "relock/call", true),
		rec(2, "relock/call", false),
		rec(3, "relock/call", true),  // gone
		rec(4, "relock/call", false), // gone
		rec(5, "relock/call", true),  // the check was renamed
		rec(6, "relock/call", true),  // two reports on one line
		rec(6, "relock/lock", false),
		rec(7, "relock/call", false), // moved to strict
		rec(10, "relock/call", true), // told by the report that stands at 9 now
		rec(11, "relock/call", true), // and so is this
	}, []finding.Finding{
		{File: "a.go", Line: 9, Code: "relock/call", Tier: finding.Default, Also: []finding.Place{{File: "a.go", Line: 10}, {File: "a.go", Line: 11}}},
		find(1, "relock/call", finding.Default),
		find(2, "relock/call", finding.Default),
		find(5, "relock/callback", finding.Default),
		find(6, "relock/lock", finding.Default),
		find(6, "relock/call", finding.Default),
		find(7, "relock/call", finding.Strict),
		find(8, "relock/call", finding.Default),
		find(1, "lockorder/cycle", finding.Strict),
	})
	s := scores([]replay{r})
	assert.Equal(t, score{right: 4, wrong: 2, unread: 1, strictWrong: 1, rightGone: 1, wrongGone: 1}, *s["relock"])
	assert.Equal(t, score{strictUnread: 1}, *s["lockorder"])

	var out strings.Builder
	print(&out, []replay{r}, true)
	assert.Contains(t, out.String(), "WRONG report: "+module+" a.go:2")
	assert.Contains(t, out.String(), "right report GONE: "+module+" a.go:3")
	assert.NotContains(t, out.String(), "a.go:4", "a wrong report that is gone is no news")
	assert.NotContains(t, out.String(), "WRONG report: "+module+" a.go:7", "strict is not shown to everybody")
	assert.Contains(t, out.String(), "1 reports of the default tier not read yet")
	assert.Contains(t, strings.Join(strings.Fields(out.String()), " "), "relock 4/6 67 % 1 0/1 0 % 0 1 1")
}

func TestDrawDependsOnTheFindingsOnly(t *testing.T) {
	var all []finding.Finding
	for line := range 50 {
		all = append(all, finding.Finding{File: "a.go", Line: line + 1, Code: "relock/call"})
	}
	first := draw(module, append([]finding.Finding{}, all...), 5)
	assert.Equal(t, first, draw(module, append(all[25:], all[:25]...), 5))
	assert.NotEqual(t, first, draw("example.com/m@v1.0.1", append([]finding.Finding{}, all...), 5))
	assert.Len(t, draw(module, all[:3], 5), 3)
}
