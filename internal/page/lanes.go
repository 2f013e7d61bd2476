package page

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/conclint/conclint/internal/report"
)

// A diagram is a witness laid out on a grid: time runs down, one row a step and
// a last row for the end; each goroutine has a lane of three columns, for its
// line of life, the locks it holds, and its steps.
type diagram struct {
	Lanes []lane
	Steps []cell
	Bars  []bar
	Links []link
	rows  int // of steps
}

// A lane is one goroutine.
type lane struct {
	Name  string
	Index int
	Start int    // row of the step that starts it, 0 if it was there before
	Stuck int    // row from which it waits, 0 if it does not
	Gone  int    // row of its end, 0 if it goes on
	Fate  string // what the last row says, with Mood as its colour
	Mood  string // "stuck", "leak" or ""
	slots int    // locks that it holds at once
}

// A cell is one step.
type cell struct {
	Step
	Row, Lane int
	Func      string // if it is not that of the step before in its lane
	Parts     []part
	Mood      string // "stuck", "clash" or ""
}

// A part of a step's text; locks are set apart.
type part struct {
	Text string
	Lock string // class of the lock's colour, "" for other text
}

// A bar is a lock held.
type bar struct {
	Lane, From, To int // rows, To inclusive
	Slot           int
	Name           string
	Shared, Kept   bool
	Colour         string
}

// A link is an arrow from a step to another lane.
type link struct {
	Row, From, To int // lanes
	Kind          string
	Title         string
}

// draw lays out a witness; nil if there is none.
func draw(steps []Step) *diagram {
	if len(steps) == 0 {
		return nil
	}
	d := &diagram{rows: len(steps)}
	for _, name := range goroutines(steps) {
		d.laneOf(name)
	}
	deeds := make([]report.Deed, len(steps))
	last := map[int]string{} // function of the last step in a lane
	for i, s := range steps {
		k := d.laneOf(s.Goroutine)
		c := cell{Step: s, Row: i + 1, Lane: k}
		if last[k] != s.Func {
			c.Func, last[k] = s.Func, s.Func
		}
		deeds[i] = report.DeedOf(s.Text)
		d.Steps = append(d.Steps, c)
		d.play(i, deeds[i])
	}
	for i := range d.Steps {
		d.connect(i, deeds)
	}
	for i := range d.Steps {
		d.Steps[i].Parts = d.parts(d.Steps[i].Lane, d.Steps[i].Text, deeds[i])
	}
	d.conflicts(deeds)
	slices.SortStableFunc(d.Links, func(a, b link) int { return cmp.Compare(a.Row, b.Row) })
	d.end()
	d.slow()
	return d
}

// goroutines lists who takes part, in the order of the lanes: by number, those without one first.
func goroutines(steps []Step) []string {
	var names []string
	for _, s := range steps {
		if !slices.Contains(names, s.Goroutine) {
			names = append(names, s.Goroutine)
		}
	}
	number := func(name string) int {
		n, err := strconv.Atoi(strings.TrimPrefix(name, "G"))
		if err != nil {
			return 0
		}
		return n
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(number(a), number(b)) })
	return names
}

func (d *diagram) laneOf(name string) int {
	i := slices.IndexFunc(d.Lanes, func(l lane) bool { return l.Name == name })
	if i < 0 {
		i = len(d.Lanes)
		d.Lanes = append(d.Lanes, lane{Name: name, Index: i})
	}
	return i
}

// play applies a step to the lanes.
func (d *diagram) play(i int, deed report.Deed) {
	c := &d.Steps[i]
	k := c.Lane
	if deed.Takes != "" {
		n := len(slices.DeleteFunc(slices.Clone(d.Bars), func(b bar) bool { return b.Lane != k }))
		d.Bars = append(d.Bars, bar{Lane: k, From: c.Row, To: d.rows + 1, Slot: n, Name: deed.Takes, Shared: deed.Shared, Colour: lockColour(len(d.Bars))})
		d.Lanes[k].slots = n + 1
	}
	if deed.Keeps != "" {
		for j := range d.Bars {
			if d.Bars[j].Lane == k && d.Bars[j].Name == deed.Keeps {
				d.Bars[j].Kept = true
			}
		}
	}
	if deed.Starts != "" {
		to := d.laneOf(deed.Starts)
		if to != k {
			d.Lanes[to].Start = c.Row
			d.Links = append(d.Links, link{Row: c.Row, From: k, To: to, Kind: "start", Title: "starts " + deed.Starts})
		}
	}
	l := &d.Lanes[k]
	switch {
	case deed.Waits:
		c.Mood = "stuck"
		l.Stuck = c.Row
	case deed.Verb == report.Panic, deed.Verb == report.Return && (deed.Keeps != "" || c.Text == "returns"):
		l.Gone = c.Row
	}
}

// connect draws what a step waits for, or whom it deals with.
func (d *diagram) connect(i int, deeds []report.Deed) {
	c, deed := &d.Steps[i], deeds[i]
	l := &d.Lanes[c.Lane]
	switch {
	case deed.For != "":
		to, why := d.holder(c.Lane, c.Row, deed.For)
		switch {
		case to == c.Lane:
			l.Fate = "waits for itself"
		case to >= 0:
			l.Fate = "waits for " + d.Lanes[to].Name
			d.Links = append(d.Links, link{Row: c.Row, From: c.Lane, To: to, Kind: "wait", Title: why})
		default:
			l.Fate = "waits for " + deed.For
		}
	case deed.Meets != "":
		if to := slices.IndexFunc(d.Lanes, func(l lane) bool { return l.Name == deed.Meets }); to >= 0 && to != c.Lane {
			kind := "meet"
			if deed.Waits {
				kind = "wait"
				l.Fate = "waits for " + deed.Meets
			}
			d.Links = append(d.Links, link{Row: c.Row, From: c.Lane, To: to, Kind: kind, Title: c.Text})
		}
	}
	if !deed.Helps {
		return
	}
	for j := i - 1; j >= 0; j-- { // somebody before waits for this one
		if w := &d.Steps[j]; w.Lane != c.Lane && deeds[j].Waits && deeds[j].For == "" {
			d.Lanes[w.Lane].Fate = "waits for " + l.Name
			d.Links = append(d.Links, link{Row: w.Row, From: w.Lane, To: c.Lane, Kind: "wait", Title: l.Name + " would end the wait"})
			return
		}
	}
}

// holder is the lane that holds the lock a step waits for, -1 if none does. Each
// goroutine has its own name for a lock: where every one of several holds one and
// waits for one, they stand in the order of the circle. A reader that waits for
// its own read lock stands behind the writer who waits for it.
func (d *diagram) holder(own, row int, name string) (to int, why string) {
	if d.circle() {
		to = (own + 1) % len(d.Lanes)
		return to, d.Lanes[to].Name + " holds it"
	}
	for i := range d.Bars {
		if b := &d.Bars[i]; b.Lane != own && b.Name == name && b.From < row {
			return b.Lane, d.Lanes[b.Lane].Name + " holds it"
		}
	}
	for i := range d.Bars {
		b := &d.Bars[i]
		if b.Lane != own || b.Name != name || b.From >= row {
			continue
		}
		if b.Shared {
			for _, c := range d.Steps {
				if deed := report.DeedOf(c.Text); c.Lane != own && c.Row < row && deed.For == name {
					return c.Lane, d.Lanes[c.Lane].Name + " stands before it"
				}
			}
		}
		return own, ""
	}
	return -1, ""
}

// circle reports whether each of several goroutines holds one lock and waits for one.
func (d *diagram) circle() bool {
	if len(d.Lanes) < 2 || len(d.Bars) != len(d.Lanes) {
		return false
	}
	for _, l := range d.Lanes {
		if l.slots != 1 || l.Stuck == 0 {
			return false
		}
	}
	return true
}

// conflicts marks the accesses of a race: two of different lanes, one after the other.
func (d *diagram) conflicts(deeds []report.Deed) {
	touches := func(i int) bool { return deeds[i].Verb == report.Read || deeds[i].Verb == report.Write }
	for i := 1; i < len(deeds); i++ {
		a, b := &d.Steps[i-1], &d.Steps[i]
		if a.Lane == b.Lane || !touches(i-1) || !touches(i) || deeds[i-1].Verb == report.Read && deeds[i].Verb == report.Read {
			continue
		}
		a.Mood, b.Mood = "clash", "clash"
		d.Links = append(d.Links, link{Row: b.Row, From: b.Lane, To: a.Lane, Kind: "clash", Title: "nothing orders the two"})
	}
}

// end says in the last row what became of each goroutine, and cuts bars and lanes there.
func (d *diagram) end() {
	for k := range d.Lanes {
		l := &d.Lanes[k]
		switch {
		case l.Stuck > 0:
			l.Mood = "stuck"
			if l.Fate != "" {
				continue
			}
			switch text := d.Steps[l.Stuck-1].Text; {
			case strings.HasSuffix(text, "for ever"):
				l.Fate = "waits for ever"
			case strings.HasSuffix(text, "as long as it takes"):
				l.Fate, l.Mood = "waits without a bound", "slow"
			default:
				l.Fate, l.Mood = "waits", "slow"
			}
		case l.Gone > 0:
			l.Fate = "gone"
			for _, b := range d.Bars {
				if b.Lane == k {
					l.Fate, l.Mood = "gone, and "+b.Name+" is still locked", "leak"
				}
			}
		}
	}
}

// slow passes on that a wait may end: who waits for one that only takes its time
// waits as long, and not for ever.
func (d *diagram) slow() {
	for range d.Lanes {
		for _, l := range d.Links {
			if l.Kind == "wait" && d.Lanes[l.To].Mood == "slow" && d.Lanes[l.From].Mood == "stuck" {
				d.Lanes[l.From].Mood = "slow"
			}
		}
	}
	for i := range d.Steps {
		if c := &d.Steps[i]; c.Mood == "stuck" {
			c.Mood = d.Lanes[c.Lane].Mood
		}
	}
	for i := range d.Links {
		if l := &d.Links[i]; l.Kind == "wait" && d.Lanes[l.From].Mood == "slow" {
			l.Kind = "wait slow"
		}
	}
}

// parts sets the lock in a text apart.
func (d *diagram) parts(own int, text string, deed report.Deed) []part {
	name := deed.Takes
	for _, n := range []string{deed.For, deed.Keeps} {
		if n != "" {
			name = n
		}
	}
	before, after, ok := strings.Cut(text, name)
	if name == "" || !ok {
		return []part{{Text: text}}
	}
	colour := "lock"
	for _, b := range d.Bars {
		if b.Name == name && (b.Lane == own || !d.circle()) {
			colour = b.Colour
		}
	}
	if deed.For != "" && d.circle() {
		for _, b := range d.Bars {
			if b.Lane == (own+1)%len(d.Lanes) {
				colour = b.Colour
			}
		}
	}
	return []part{{Text: before}, {Text: name, Lock: colour}, {Text: after}}
}

func lockColour(i int) string { return "lock" + strconv.Itoa(i%4) }

// laneHue is the class of a lane's colour.
func laneHue(i int) string { return "lane" + strconv.Itoa(i%5) }

// Columns of a lane, counted from 1: life, locks, steps.
func lifeColumn(k int) int { return 3*k + 1 }
func lockColumn(k int) int { return 3*k + 2 }
func stepColumn(k int) int { return 3*k + 3 }

// Template is the grid's columns. A lane with no lock has no room for one.
func (d *diagram) Template() template.CSS {
	var b strings.Builder
	b.WriteString("grid-template-columns:")
	for _, l := range d.Lanes {
		fmt.Fprintf(&b, " 28px %dpx minmax(8.5rem,1fr)", 24*l.slots)
	}
	return template.CSS(b.String())
}

// gridStyle places an element: rows and columns, the ends exclusive. Row 1 holds the headings.
func gridStyle(row, rowEnd, col, colEnd int) template.CSS {
	return template.CSS(fmt.Sprintf("grid-row:%d/%d;grid-column:%d/%d", row, rowEnd, col, colEnd))
}

// Place of the heading of a lane.
func (l lane) Head() template.CSS { return gridStyle(1, 2, lifeColumn(l.Index), stepColumn(l.Index)+1) }

// Life is the extent of a lane's line: from its start, or the heading, to its last step if it ends there.
func (l lane) Life(rows int) template.CSS {
	from, to := 2, rows+3
	if l.Start > 0 {
		from = l.Start + 1
	}
	if l.Gone > 0 {
		to = l.Gone + 2
	}
	return gridStyle(from, to, lifeColumn(l.Index), lifeColumn(l.Index)+1)
}

// Wait is the extent of a lane's time in waiting.
func (l lane) Wait(rows int) template.CSS {
	return gridStyle(l.Stuck+1, rows+3, lifeColumn(l.Index), lifeColumn(l.Index)+1)
}

// End is where the last row speaks of a lane.
func (l lane) End(rows int) template.CSS {
	return gridStyle(rows+2, rows+3, stepColumn(l.Index), stepColumn(l.Index)+1)
}

// Rows is the number of steps.
func (d *diagram) Rows() int { return d.rows }

func (c cell) Number() template.CSS {
	return gridStyle(c.Row+1, c.Row+2, lifeColumn(c.Lane), lifeColumn(c.Lane)+1)
}

func (c cell) Card() template.CSS {
	return gridStyle(c.Row+1, c.Row+2, stepColumn(c.Lane), stepColumn(c.Lane)+1)
}

// Where is the step's place as a reader knows it.
func (c cell) Where() string {
	if c.At != "" {
		return c.At
	}
	return c.Place.Short()
}

func (b bar) Extent() template.CSS {
	return gridStyle(b.From+1, b.To+2, lockColumn(b.Lane), lockColumn(b.Lane)+1) + template.CSS(fmt.Sprintf(";margin-left:%dpx", 24*b.Slot+2))
}

// Backward reports whether the link points to an earlier lane.
func (l link) Backward() bool { return l.To < l.From }

func (l link) Extent() template.CSS {
	if l.Backward() {
		return gridStyle(l.Row+1, l.Row+2, stepColumn(l.To), lockColumn(l.From)+1)
	}
	return gridStyle(l.Row+1, l.Row+2, stepColumn(l.From)+1, lifeColumn(l.To)+1)
}

func itoa(n int) string { return strconv.Itoa(n) }
