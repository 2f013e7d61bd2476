package page

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/conclint/conclint/internal/report"
)

// play lays out steps written as "G1: locks mu" and tells what is drawn.
func play(lines ...string) string {
	var steps []Step
	for i, l := range lines {
		g, text, _ := strings.Cut(l, ": ")
		steps = append(steps, Step{N: i + 1, Step: report.Step{Goroutine: g, Func: "f", Text: text}})
	}
	d := draw(steps)
	var b strings.Builder
	for _, x := range d.Bars {
		kept := ""
		if x.Kept {
			kept = " kept"
		}
		fmt.Fprintf(&b, "%s holds %s from %d to %d%s\n", d.Lanes[x.Lane].Name, x.Name, x.From, x.To, kept)
	}
	for _, l := range d.Links {
		fmt.Fprintf(&b, "%d: %s -%s-> %s\n", l.Row, d.Lanes[l.From].Name, l.Kind, d.Lanes[l.To].Name)
	}
	for _, l := range d.Lanes {
		if l.Fate != "" {
			fmt.Fprintf(&b, "%s %s\n", l.Name, l.Fate)
		}
	}
	return b.String()
}

func TestDeadlock(t *testing.T) {
	assert.Equal(t, `G1 holds b.mu from 1 to 6
G2 holds a.mu from 2 to 6
3: G1 -wait-> G2
5: G2 -wait-> G1
G1 waits for G2
G2 waits for G1
`, play("G1: locks b.mu", "G2: locks a.mu", "G1: waits to lock b.accounts[].mu", "G2: calls remove", "G2: waits to lock a.bank.mu"))
}

// In a circle a lock has as many names as goroutines; equal ones may be of different locks.
func TestCircle(t *testing.T) {
	assert.Equal(t, `G1 holds s.mu from 1 to 7
G2 holds s.mu from 2 to 7
G3 holds s.mu from 3 to 7
4: G1 -wait-> G2
5: G2 -wait-> G3
6: G3 -wait-> G1
G1 waits for G2
G2 waits for G3
G3 waits for G1
`, play("G1: locks s.mu", "G2: locks s.mu", "G3: locks s.mu", "G1: waits to lock x.mu", "G2: waits to lock y.mu", "G3: waits to lock z.mu"))
}

func TestHeldWait(t *testing.T) {
	assert.Equal(t, `G1 holds p.mu from 1 to 4
2: G1 -wait-> G2
3: G2 -wait-> G1
G1 waits for G2
G2 waits for G1
`, play("G1: locks p.mu", "G1: p.wg.Wait, and waits", "G2: would end the wait here, but waits to lock p.mu before"))
}

func TestRelock(t *testing.T) {
	assert.Equal(t, "G1 holds h.mu from 1 to 4\nG1 waits for itself\n", play("G1: locks h.mu", "G1: calls Len", "G1: locks h.mu again and waits for ever"))
	assert.Equal(t, `G1 holds h.mu from 1 to 4
2: G2 -wait-> G1
3: G1 -wait-> G2
G1 waits for G2
G2 waits for G1
`, play("G1: read-locks h.mu", "G2: waits to lock h.mu for writing, behind G1", "G1: read-locks h.mu again and waits for ever"), "a reader behind a writer")
}

func TestUnreleased(t *testing.T) {
	assert.Equal(t, `G1 holds h.mu from 1 to 4 kept
3: G2 -wait-> G1
G1 gone, and h.mu is still locked
G2 waits for G1
`, play("G1: locks h.mu", "G1: returns without releasing h.mu", "G2: locks h.mu and waits for ever"))
}

func TestRace(t *testing.T) {
	assert.Equal(t, `1: main -start-> G1
2: main -start-> G2
4: G2 -clash-> G1
5: G1 -clash-> G2
`, play("main: starts G1", "main: starts G2", "G1: reads n", "G2: increments n", "G1: writes n from the old value; the change of G2 is lost"))
	assert.Empty(t, play("G1: reads n", "G2: reads n"), "readers do not clash")
}

func TestLeak(t *testing.T) {
	assert.Equal(t, "G2 waits for ever\n", play("G2: goes on with err != nil", "G1: sees the context end", "G2: sends on done and waits for ever"))
}

// A wait that takes its time is not for ever, nor is a wait for who waits so.
func TestSlow(t *testing.T) {
	moods := func(lines ...string) (out []string) {
		var steps []Step
		for i, l := range lines {
			g, text, _ := strings.Cut(l, ": ")
			steps = append(steps, Step{N: i + 1, Step: report.Step{Goroutine: g, Text: text}})
		}
		for _, l := range draw(steps).Lanes {
			out = append(out, l.Name+" "+l.Mood+" "+l.Fate)
		}
		return out
	}
	assert.Equal(t, []string{"G1 slow waits", "G2 slow waits for G1"}, moods("G1: locks mu", "G1: http.Get, and waits", "G2: locks mu and waits as long"))
	assert.Equal(t, []string{"G1 slow waits for G2", "G2 slow waits without a bound"}, moods("G1: waits for the result of G2", "G2: waits in http.Get for as long as it takes"))
	assert.Equal(t, []string{"G1 stuck waits for G2", "G2 stuck waits for G1"}, moods("G1: locks mu", "G1: wg.Wait, and waits", "G2: would end the wait here, but waits to lock mu before"))
}

func TestMeeting(t *testing.T) {
	assert.Equal(t, "1: G1 -meet-> G2\n2: G2 -wait-> G1\nG2 waits for G1\n", play("G1: sends on c, G2 receives", "G2: waits for the result of G1"))
}

func TestLanesStandInOrder(t *testing.T) {
	assert.Equal(t, []string{"main", "G1", "G2", "G10"}, goroutines([]Step{
		{Step: report.Step{Goroutine: "G10"}}, {Step: report.Step{Goroutine: "G2"}}, {Step: report.Step{Goroutine: "G1"}}, {Step: report.Step{Goroutine: "main"}}}))
}

func TestNoWitnessNoDiagram(t *testing.T) { assert.Nil(t, draw(nil)) }
