package driver

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/report"
)

var inLine = regexp.MustCompile(`^(\d+): `)

// requireLine requires that an error about a file names a line that the file has.
func requireLine(t *testing.T, err error, file string, data []byte) {
	t.Helper()
	rest, ok := strings.CutPrefix(err.Error(), file+":")
	require.True(t, ok, "%v", err)
	m := inLine.FindStringSubmatch(rest)
	require.NotNil(t, m, "%v", err)
	n, _ := strconv.Atoi(m[1])
	require.LessOrEqual(t, 1, n)
	require.LessOrEqual(t, n, 1+bytes.Count(data, []byte("\n")), "%v", err)
}

func FuzzBaseline(f *testing.F) {
	f.Add([]byte("{\n\"version\": 1,\n\"findings\": [\n{\"fingerprint\":\"a\",\"code\":\"relock/lock\",\"package\":\"p\",\"file\":\"a.go\",\"message\":\"m\"}\n]\n}\n"))
	f.Add([]byte("{\"version\": 1, \"findings\": [{\"code\": 3}]}"))
	f.Add([]byte("{\"version\": 2}"))
	f.Add([]byte("<<<<<<< HEAD\n{}"))
	f.Add([]byte("{\"version\": 1}\n]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file := filepath.Join(t.TempDir(), "b.json")
		require.NoError(t, os.WriteFile(file, data, 0o666))
		b, err := readBaseline(file)
		if err != nil {
			if !strings.Contains(err.Error(), "of the baseline format is not known") {
				requireLine(t, err, file, data)
			}
			return
		}
		require.NoError(t, b.write(file))
		once, err := os.ReadFile(file)
		require.NoError(t, err)
		again, err := readBaseline(file)
		require.NoError(t, err)
		require.Len(t, again.Findings, len(b.Findings))
		require.NoError(t, again.write(file))
		twice, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(once), string(twice), "what is written is read again, and the same")
	})
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte("strict: true\nenable: [relock, racy*]\nseverity:\n  heldwait: note\npaths:\n  - path: a/**\n    disable: all\nbaseline: b.json\napi:\n  - \"x = y\"\n"))
	f.Add([]byte("strict: maybe"))
	f.Add([]byte("a: [b\n"))
	f.Add([]byte("paths:\n  - disable: none\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file := filepath.Join(t.TempDir(), ".conclint.yaml")
		require.NoError(t, os.WriteFile(file, data, 0o666))
		if _, err := readConfig(file, analysisFlags(plainTool())); err != nil {
			requireLine(t, err, file, data)
		}
	})
}

// FuzzSARIF writes a finding and takes the log apart again.
func FuzzSARIF(f *testing.F) {
	f.Add("relock/lock", "m is locked", "a.go", 3, 4, "mu.Unlock()", "G1", "waits for b.mu")
	f.Add("", "é\u2028<&>\x00", "dir with space/a:b%20.go", 1, 0, "", "G2", "\xff")
	f.Fuzz(func(t *testing.T, code, message, name string, line, col int, text, goroutine, step string) {
		name = strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, "\x00", "")), "/")
		if name == "" || strings.ContainsRune(name, filepath.ListSeparator) && os.PathSeparator != '/' || strings.Contains(name, `\`) {
			return
		}
		dir := t.TempDir()
		file := filepath.Join(dir, filepath.FromSlash(name))
		line, col = max(1, line%1_000_000), max(0, col%1000)
		src := newSources(map[string][]byte{file: []byte(strings.Repeat("xx\n", 20))})
		finding := &Finding{
			CodeInfo: report.CodeInfo{Code: code, Analyzer: "relock"}, Severity: "error", Fingerprint: "f", Message: message, Pos: Position{file, line, col},
			Witness: []Step{{Step: report.Step{Goroutine: goroutine, Text: step}, N: 1, Place: Position{file, 1, 1}}},
			Fixes:   []Fix{{Title: message, Edits: []edit.Text{{File: file, Start: 1, End: 4, New: text}}}},
		}
		var out bytes.Buffer
		require.NoError(t, writeSARIF(&out, &output{findings: []*Finding{finding}, dir: dir, src: src}))
		var log sarifLog
		require.NoError(t, json.Unmarshal(out.Bytes(), &log))
		require.Len(t, log.Runs, 1)
		require.Len(t, log.Runs[0].Results, 1)
		got := log.Runs[0].Results[0]
		same := func(want, got string) {
			t.Helper()
			require.Equal(t, strings.ToValidUTF8(want, "\uFFFD"), strings.ToValidUTF8(got, "\uFFFD"))
		}
		valid := func(s string) string { // JSON knows no other text
			return string([]rune(s))
		}
		same(valid(code), got.RuleID)
		same(valid(code), log.Runs[0].Tool.Driver.Rules[got.RuleIndex].ID)
		same(valid(message), got.Message.Text)
		uri, err := url.Parse(got.Locations[0].Physical.Artifact.URI)
		require.NoError(t, err)
		require.Equal(t, name, path.Clean(uri.Path))
		require.Equal(t, line, got.Locations[0].Physical.Region.StartLine)
		require.Len(t, got.Fixes, 1)
		rep := got.Fixes[0].Changes[0].Replacements[0]
		require.Equal(t, sarifRegion{StartLine: 1, StartColumn: 2, EndLine: 2, EndColumn: 2}, rep.Deleted)
		if text == "" {
			require.Nil(t, rep.Inserted)
		} else {
			same(valid(text), rep.Inserted.Text)
		}
		flow := got.CodeFlows[0].ThreadFlows[0]
		same(valid(goroutine), flow.ID)
		require.Equal(t, 1, flow.Locations[0].ExecutionOrder)
		_, decoded, ok := report.DecodeStep(report.EncodeStep(1, finding.Witness[0].Step))
		require.True(t, ok)
		require.Contains(t, flow.Locations[0].Location.Message.Text, decoded.Text)
	})
}
