package corpus

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Print writes one line per category and the list of what was missed or wrong. With verbose, every case with its findings.
func Print(w io.Writer, title string, results []Result, verbose bool) {
	if len(results) == 0 {
		return
	}
	printTable(w, title, results)
	errors := 0
	for _, r := range results {
		errors += r.Errors
	}
	if errors > 0 {
		fmt.Fprintf(w, "INTERNAL ERRORS of the tool: %d; conclint -debug.stats names them\n", errors)
	}
	for _, r := range results {
		printCase(w, r, verbose)
	}
	fmt.Fprintln(w)
}

type tally struct{ cases, found, strict, high, highFound, fixed, wrong, wrongStrict, trouble int }

func (t *tally) add(r Result) {
	if r.Trouble != "" {
		t.trouble++
		return
	}
	t.cases++
	t.found += count(r.Default.Found)
	t.strict += count(r.Strict.Found)
	t.high += count(r.High)
	t.highFound += count(r.High && r.Default.Found)
	t.fixed += count(r.HasFixed)
	t.wrong += count(r.Default.False)
	t.wrongStrict += count(r.Strict.False)
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func printTable(w io.Writer, title string, results []Result) {
	byCategory := map[string]*tally{}
	var total tally
	var categories []string
	for _, r := range results {
		if byCategory[r.Category] == nil {
			byCategory[r.Category] = &tally{}
			categories = append(categories, r.Category)
		}
		byCategory[r.Category].add(r)
		total.add(r)
	}
	slices.Sort(categories)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "%s\tfound\thigh confidence\twith strict\tfixed version flagged\twith strict\tnot loaded\n", title)
	for _, c := range categories {
		printRow(tw, c, *byCategory[c])
	}
	printRow(tw, "all", total)
	tw.Flush()
}

func printRow(w io.Writer, name string, t tally) {
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d\n", name, ratio(t.found, t.cases), ratio(t.highFound, t.high), ratio(t.strict, t.cases),
		ratio(t.wrong, t.fixed), ratio(t.wrongStrict, t.fixed), t.trouble)
}

func ratio(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%d/%d", part, whole)
}

func printCase(w io.Writer, r Result, verbose bool) {
	status := ""
	switch {
	case r.Trouble != "":
		status = "not loaded"
	case r.Default.False:
		status = "FALSE ALARM on the fixed version"
	case !r.Strict.Found:
		status = "missed"
	case !r.Default.Found:
		status = "only strict"
	}
	if status == "" && !verbose {
		return
	}
	if status == "" {
		status = "found"
	} else if r.Default.False && r.Default.Found {
		status = "found, but " + status
	}
	fmt.Fprintf(w, "  %s %s: %s: %s\n", r.Category, r.ID, status, r.Note)
	if r.Trouble != "" {
		first, _, _ := strings.Cut(strings.TrimSpace(r.Trouble), "\n")
		if verbose {
			first = strings.ReplaceAll(r.Trouble, "\n", "\n      ")
		}
		fmt.Fprintf(w, "      %s\n", first)
	}
	if verbose || r.Default.False {
		for _, e := range r.Evidence {
			fmt.Fprintf(w, "      %s\n", e)
		}
	}
	if verbose {
		for _, f := range r.Others {
			fmt.Fprintf(w, "      also: %s\n", f)
		}
	}
}
