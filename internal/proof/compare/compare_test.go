package compare

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/proof/audit"
	"github.com/conclint/conclint/internal/proof/corpus"
	"github.com/conclint/conclint/internal/proof/finding"
)

func peer(t *testing.T, name string) *Peer {
	t.Helper()
	for i := range Peers {
		if Peers[i].Name == name {
			return &Peers[i]
		}
	}
	t.Fatalf("no peer is called %q", name)
	return nil
}

func TestEachPeerServesAFamilyAndCases(t *testing.T) {
	for _, p := range Peers {
		assert.Contains(t, concurrency, p.Name)
		served := false
		for _, f := range families {
			served = served || f.peers[p.Name] != nil
		}
		assert.True(t, served, p.Name)
		if p.Pkg != "" {
			assert.NotEmpty(t, p.Version())
			assert.Contains(t, strings.Join(p.Args, " "), "{}", p.Name)
		}
	}
	for _, f := range families {
		for name := range f.peers {
			peer(t, name)
		}
	}
}

func TestDecode(t *testing.T) {
	for name, tt := range map[string]struct {
		out  string
		want []Report
	}{
		"staticcheck": {
			`{"code":"SA2000","location":{"file":"/m/a/b.go","line":7,"column":2},"message":"Add"}` + "\n" +
				`{"code":"SA5002","location":{"file":"/m/c.go","line":8},"message":"spins"}`,
			[]Report{{"SA2000", "a/b.go", 7, "Add"}, {"SA5002", "c.go", 8, "spins"}},
		},
		"gosec": {
			`{"Issues":[{"rule_id":"G112","details":"slow","file":"/m/s.go","line":"12-15"},{"rule_id":"G114","details":"none","file":"/m/t.go","line":"3"}]}`,
			[]Report{{"G112", "s.go", 12, "slow"}, {"G114", "t.go", 3, "none"}},
		},
		"go vet": {
			"# m\n{\"m\": {\"copylocks\": [{\"posn\": \"/m/a.go:4:5\", \"message\": \"copies\"}], \"atomic\": {\"error\": \"no\"}}}\n# m/b\n{}\n",
			[]Report{{"copylocks", "a.go", 4, "copies"}},
		},
		"checklocks": {
			`{"m": {"checklocks": [{"posn": "/m/a.go:1:1", "message": "may require checklocks annotation for mu, used with lock held 90% of the time"},` +
				`{"posn": "/m/a.go:2:1", "message": "unexpected call to atomic function"}, {"posn": "/m/a.go:3:1", "message": "return with unexpected locks held"}]}}`,
			[]Report{
				{"inferred", "a.go", 1, "may require checklocks annotation for mu, used with lock held 90% of the time"},
				{"atomic", "a.go", 2, "unexpected call to atomic function"},
				{"locks", "a.go", 3, "return with unexpected locks held"},
			},
		},
		"errcheck": {
			"/m/a.go:4:5:\tgo f()\nno position\n",
			[]Report{{"errcheck", "a.go", 4, "go f()"}},
		},
	} {
		p := peer(t, name)
		got, err := p.decode(p, []byte(tt.out), nil, "/m")
		require.NoError(t, err, name)
		assert.Equal(t, tt.want, got, name)
		if name != "errcheck" {
			_, err = p.decode(p, []byte("{not json"), nil, "/m")
			assert.ErrorContains(t, err, "decoding", name)
		}
	}
	p := peer(t, "go vet")
	got, err := p.decode(p, nil, []byte(`{"m": {"waitgroup": [{"posn": "/m/a.go:4:5", "message": "Add"}]}}`), "/m")
	require.NoError(t, err)
	assert.Len(t, got, 1, "what older versions write to the standard error output")
}

func TestMatches(t *testing.T) {
	f := finding.Finding{File: "a.go", Line: 10, Also: []finding.Place{{File: "b.go", Line: 20}}}
	for _, r := range []Report{{File: "a.go", Line: 9}, {File: "a.go", Line: 11}, {File: "b.go", Line: 20}} {
		assert.True(t, matches(f, r), r)
	}
	for _, r := range []Report{{File: "a.go", Line: 8}, {File: "a.go", Line: 20}, {File: "b.go", Line: 10}} {
		assert.False(t, matches(f, r), r)
	}
}

func TestInGoroutine(t *testing.T) {
	dir := t.TempDir()
	src := "package p\n\nfunc f() error { return nil }\n\nfunc g() {\n\tf()\n\tgo f()\n\tgo func() {\n\t\tf()\n\t}()\n}\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "p.go"), []byte(src), 0o666))
	s := &sources{dir: dir, files: map[string]*spans{}}
	var lines []int
	for line := range 12 {
		if s.inGoroutine(Report{File: "p.go", Line: line}) {
			lines = append(lines, line)
		}
	}
	assert.Equal(t, []int{7, 8, 9, 10}, lines)
	assert.False(t, s.inGoroutine(Report{File: "missing.go", Line: 1}))
}

func TestRecords(t *testing.T) {
	const line = "example.com/m@v1.0.0\ta/b.go:3\tnoctx\tnoctx\topinion\tthe caller ends it"
	r, err := parseRecord(line)
	require.NoError(t, err)
	assert.Equal(t, record{module: "example.com/m@v1.0.0", tool: "noctx", Report: Report{Rule: "noctx", File: "a/b.go", Line: 3}, verdict: Opinion, reason: "the caller ends it"}, r)
	for bad, want := range map[string]string{
		"few\tfields": "2 fields",
		strings.Replace(line, "b.go:3", "b.go", 1):       "file:line",
		strings.Replace(line, "opinion", "perhaps", 1):   "neither",
		strings.Replace(line, "the caller ends", " ", 1): "",
	} {
		if _, err := parseRecord(bad); want != "" {
			assert.ErrorContains(t, err, want)
		}
	}
	_, err = parseRecord(strings.TrimSuffix(line, "the caller ends it"))
	assert.ErrorContains(t, err, "reason")

	name := filepath.Join(t.TempDir(), "r.tsv")
	require.NoError(t, os.WriteFile(name, []byte("# head\n\n"+line+"\n"+line+"\n"), 0o666))
	_, err = loadRecords(name)
	assert.ErrorContains(t, err, "judged twice")
	none, err := loadRecords(filepath.Join(t.TempDir(), "missing"))
	require.NoError(t, err)
	assert.Empty(t, none)
}

func TestRecordsOfTheRepository(t *testing.T) {
	_, err := loadRecords(filepath.Join("..", "..", "..", "testdata", "corpus", "comparison.tsv"))
	require.NoError(t, err)
}

func sample() *side {
	return &side{
		module:  "example.com/m@v1.0.0",
		subject: "example.com/m@v1.0.0:./a,./b",
		findings: []finding.Finding{
			{Code: "notimeout/server", Tier: finding.Default, File: "a.go", Line: 1},
			{Code: "notimeout/server", Tier: finding.Default, File: "a.go", Line: 50},
			{Code: "notimeout/local", Tier: finding.Strict, File: "a.go", Line: 20},
			{Code: "relock/call", Tier: finding.Default, File: "z.go", Line: 1},
		},
		reports: map[string][]Report{"gosec": {
			{Rule: "G112", File: "a.go", Line: 2}, // as conclint
			{Rule: "G114", File: "a.go", Line: 20},
			{Rule: "G114", File: "a.go", Line: 30},
			{Rule: "G114", File: "a.go", Line: 40},
			{Rule: "G118", File: "a.go", Line: 40}, // another family
		}},
	}
}

func TestTables(t *testing.T) {
	var b strings.Builder
	s := sample()
	all := tables{
		w: &b, sides: []*side{s}, peers: []*Peer{peer(t, "gosec")},
		records: []record{
			{s.module, "gosec", Report{Rule: "G114", File: "a.go", Line: 30}, Right, "nobody bounds it"},
			{s.module, "gosec", Report{Rule: "G112", File: "a.go", Line: 2}, Wrong, "conclint reports it by now, so it is no difference"},
			{s.module, "gosec", Report{Rule: "G114", File: "gone.go", Line: 2}, Wrong, "the tool does not say so"},
		},
		own: []audit.Record{{Module: s.module, File: "a.go", Line: 50, Code: "notimeout/server", Right: true, Reason: "r"}},
	}
	fam := &families[0]
	assert.Equal(t, count{theirs: 4, found: 1, strict: 1, ours: 2, shared: 1}, all.count(fam, "gosec", s))
	all.head([]string{"errcheck v1"})
	all.summary()
	all.families()
	all.judgements()
	out := b.String()
	assert.Contains(t, out, "Modules: example.com/m@v1.0.0 (./a ./b).")
	assert.Contains(t, out, "Could not be built: errcheck v1.")
	assert.Contains(t, out, "| servers without read timeouts | gosec G112, G114 | 4 | 1 | 1 | 2 | 2 | 1 | 1 |")
	assert.Contains(t, out, "| servers without read timeouts | gosec G112, G114 | 4 / 1 / 1 |")
	assert.Contains(t, out, "| servers without read timeouts | gosec G112, G114 | 1 | 1 | 0 | 0 |")
	assert.Contains(t, out, "| servers without read timeouts | conclint | 1 | 1 |  | 0 |")
	assert.Contains(t, out, "`a.go:30` | G114 | right | nobody bounds it |")
	assert.NotContains(t, out, "gone.go")

	b.Reset()
	printUnread(&b, all.sides, all.peers, all.records, 5)
	assert.Contains(t, b.String(), "a.go:40\tgosec\tG114\t?")
	assert.NotContains(t, b.String(), "a.go:30", "judged already")
	assert.NotContains(t, b.String(), "a.go:20", "strict findings are findings")
}

func TestReplaceGenerated(t *testing.T) {
	name := filepath.Join(t.TempDir(), "doc.md")
	require.NoError(t, os.WriteFile(name, []byte("before\n"+beginGenerated+"old\n"+endGenerated+"after\n"), 0o666))
	require.NoError(t, replaceGenerated(name, "\nnew\n\n"))
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, "before\n"+beginGenerated+"\nnew\n\n"+endGenerated+"after\n", string(data))
	require.NoError(t, os.WriteFile(name, []byte("no markers\n"), 0o666))
	assert.ErrorContains(t, replaceGenerated(name, "x"), "markers")
}

func TestWanted(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "p.go"), []byte("package p\n\nvar x int // want `x`\n"), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "p_test.go"), []byte("package p\n\nvar y int // want `y`\n"), 0o666))
	got, err := wanted(dir)
	require.NoError(t, err)
	assert.Equal(t, map[finding.Place]bool{{File: "p.go", Line: 3}: true}, got)
}

func TestScoreOfContestants(t *testing.T) {
	hit := corpus.Result{Category: "relock", HasFixed: true, Default: corpus.Verdict{Found: true, False: true}}
	miss := corpus.Result{Category: "relock", HasFixed: true}
	other := corpus.Result{Category: "chan-leak", HasFixed: true, Default: corpus.Verdict{Found: true}}
	broken := corpus.Result{Category: "relock", HasFixed: true, Trouble: "does not load"}
	var s score
	s.add([]corpus.Result{hit, miss, other})
	s.add([]corpus.Result{broken, miss, miss})
	s.add(nil)
	var out strings.Builder
	s.print(&out, "bugs", []contestant{{name: "a"}, {name: "b"}})
	assert.Equal(t, "bugs                   a    b\n"+
		"chan-leak              1/1  0/0\n"+
		"relock                 1/2  0/2\n"+
		"all                    2/3  0/2\n"+
		"fixed version flagged  1/3  0/2\n\n", out.String(), "what cannot be judged does not count")
}
