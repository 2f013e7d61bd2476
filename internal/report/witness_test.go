package report_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/report"
)

func TestStepText(t *testing.T) {
	for _, c := range []struct {
		step report.Step
		want string
	}{
		{report.Step{Goroutine: "G1", Func: "(*Server).Serve", Text: "locks s.mu"}, "[1] G1 in (*Server).Serve: locks s.mu"},
		{report.Step{Goroutine: "main", Text: "waits"}, "[1] main: waits"},
		{report.Step{Goroutine: "G2", Func: "Map[int, string].func1", At: "conn.go:12", Text: "sends: x"}, "[1] G2 in Map[int, string].func1 at conn.go:12: sends: x"},
		{report.Step{Goroutine: "G2", At: "conn.go:12"}, "[1] G2 at conn.go:12: "},
	} {
		got := report.EncodeStep(1, c.step)
		assert.Equal(t, c.want, got)
		n, back, ok := report.DecodeStep(got)
		require.True(t, ok, got)
		assert.Equal(t, 1, n)
		assert.Equal(t, c.step, back)
	}
}

func TestDecodeStepRejects(t *testing.T) {
	for _, m := range []string{
		"", "locked here", "[1]", "[0] G1: x", "[1] G1 x", "[1]  G1: x", "[1] G1: two  spaces", "[01] G1: x", "[1] G1: x\ny", "[1] G1 in : x",
	} {
		_, _, ok := report.DecodeStep(m)
		assert.False(t, ok, "%q", m)
	}
}

func FuzzStepRoundTrip(f *testing.F) {
	f.Add(1, "G1", "(*T).m", "a.go:1", "locks t.mu")
	f.Add(7, "", "f at g: h", "not a place", " odd \n text : at x.go:1: ")
	f.Add(2, "é", ":", "x:1", "")
	f.Add(3, "G1", "a at ", "a:b:3", "\xff")
	f.Fuzz(func(t *testing.T, n int, goroutine, fn, at, text string) {
		if n < 1 || n > 999999 {
			return
		}
		in := report.Step{Goroutine: goroutine, Func: fn, At: at, Text: text}
		clean := report.CleanStep(in)
		require.Equal(t, clean, report.CleanStep(clean), "cleaning is idempotent")
		m := report.EncodeStep(n, in)
		gotN, got, ok := report.DecodeStep(m)
		require.True(t, ok, "%q", m)
		require.Equal(t, n, gotN)
		require.Equal(t, clean, got, "%q", m)
	})
}

func FuzzDecodeStep(f *testing.F) {
	f.Add("[1] G1 in f at a.go:1: x")
	f.Add("[1] G1: at a.go:1: x")
	f.Fuzz(func(t *testing.T, m string) {
		if n, s, ok := report.DecodeStep(m); ok {
			require.Equal(t, m, report.EncodeStep(n, s), "one text, one meaning")
		}
	})
}
