package fixcheck

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"text/tabwriter"
)

// quotas are the shares of reports, in per cent, that shall come with a fix.
var quotas = map[string]int{
	"unreleased": 60, "racycounter": 50, "nosemaphore": 50, "notimeout": 50,
	"stuckchan": 40, "losterror": 40, "relock": 30, "unjoined": 30,
}

// A score counts the reports of one analyzer and what became of its fixes.
type score struct {
	reported, offered              int // default tier, testdata
	publicReported, publicOffered  int // default tier, public modules
	strictReported, strictOffered  int // strict tier, everywhere
	tried, compiled, removed, good int
}

type results struct {
	tiers      map[string]string // of each code
	byAnalyzer map[string]*score
	failed     []string
	bare       []string // reports of the default tier without a fix
	joint      []string // what is said about fixes applied together
	jointBad   int
	// Scenarios: bugs that show when they run, repaired twins that pass, bugs that pass once a fix is applied.
	shown, passed, cured int
}

// readTiers asks the tool for its codes.
func readTiers(ctx context.Context, tool string) (map[string]string, error) {
	out, err := exec.CommandContext(ctx, tool, "-list").Output()
	if err != nil {
		return nil, err
	}
	tiers := map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		if f := strings.Fields(lines.Text()); len(f) > 1 && strings.Contains(f[0], "/") {
			tiers[f[0]] = f[1]
		}
	}
	return tiers, nil
}

func (r *results) of(d diagnostic) *score {
	name, _, _ := strings.Cut(d.Category, "/")
	if r.byAnalyzer[name] == nil {
		r.byAnalyzer[name] = &score{}
	}
	return r.byAnalyzer[name]
}

// report counts a finding.
func (r *results) report(in *recording, d diagnostic) {
	s := r.of(d)
	reported, offered := &s.reported, &s.offered
	switch {
	case r.tiers[d.Category] == "strict":
		reported, offered = &s.strictReported, &s.strictOffered
	case in.name != "testdata":
		reported, offered = &s.publicReported, &s.publicOffered
	}
	*reported++
	if len(d.Fixes) > 0 {
		*offered++
	} else if r.tiers[d.Category] != "strict" {
		r.bare = append(r.bare, fmt.Sprintf("no fix: %s: %s [%s] %s", in.name, in.place(d.Posn), d.Category, d.Message))
	}
}

// add counts the outcome of a trial.
func (r *results) add(in *recording, o outcome) {
	s := r.of(o.diagnostic)
	s.tried++
	for _, c := range []struct {
		ok bool
		n  *int
	}{{o.compiled, &s.compiled}, {o.compiled && o.removed, &s.removed}, {o.clean, &s.good}} {
		if c.ok {
			*c.n++
		}
	}
	if !o.clean {
		r.failed = append(r.failed, fmt.Sprintf("%s: %s [%s] %q: %s", in.name, in.place(o.Posn), o.Category, o.fix.Message, o.why))
	}
}

func (r *results) together(t target, n int, complaints []string) {
	verdict := "clean"
	if len(complaints) > 0 {
		verdict = "NOT clean"
		r.jointBad++
	}
	r.joint = append(r.joint, fmt.Sprintf("%s: %d fixes together: %s", t.name, n, verdict))
	for _, c := range complaints {
		r.joint = append(r.joint, "  "+strings.ReplaceAll(c, "\n", "\n  "))
	}
}

// unclean counts the trials that failed.
func (r *results) unclean() int { return len(r.failed) + r.jointBad }

func (r *results) print(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "analyzer\ttestdata\tmodules\tall\tquota\tstrict\ttried\tcompiled\tremoved\tclean\t")
	var total score
	for _, name := range slices.Sorted(maps.Keys(r.byAnalyzer)) {
		s := r.byAnalyzer[name]
		row(tw, name, *s)
		for to, n := range map[*int]int{
			&total.reported: s.reported, &total.offered: s.offered, &total.publicReported: s.publicReported, &total.publicOffered: s.publicOffered,
			&total.strictReported: s.strictReported, &total.strictOffered: s.strictOffered,
			&total.tried: s.tried, &total.compiled: s.compiled, &total.removed: s.removed, &total.good: s.good,
		} {
			*to += n
		}
	}
	row(tw, "all", total)
	tw.Flush()
	if r.shown+r.passed > 0 {
		r.joint = append(r.joint, fmt.Sprintf("run under the race detector: %d bugs fail, %d repaired twins pass, %d bugs pass with a fix", r.shown, r.passed, r.cured))
	}
	for _, line := range append(r.joint, r.failed...) {
		fmt.Fprintln(w, line)
	}
}

func row(w io.Writer, name string, s score) {
	quota := ""
	if q := quotas[name]; q > 0 {
		quota = fmt.Sprintf("%d %%", q)
		if 100*(s.offered+s.publicOffered) < q*(s.reported+s.publicReported) {
			quota = "below " + quota
		}
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%s\t\n", name,
		of(s.offered, s.reported), of(s.publicOffered, s.publicReported), share(s.offered+s.publicOffered, s.reported+s.publicReported), quota,
		of(s.strictOffered, s.strictReported), s.tried, s.compiled, s.removed, share(s.good, s.tried))
}

func of(n, all int) string {
	if all == 0 {
		return "-"
	}
	return fmt.Sprintf("%d/%d", n, all)
}

// share rounds down: 100 % is all.
func share(n, all int) string {
	if all == 0 {
		return "-"
	}
	return fmt.Sprintf("%d %%", 100*n/all)
}
