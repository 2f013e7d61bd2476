package audit

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/conclint/conclint/internal/proof/finding"
)

// A replay is what became of the records of one module.
type replay struct {
	module  string
	present []judged          // records whose report is still there
	gone    []Record          // records whose report is not there any more
	unread  []finding.Finding // reports without a record
}

// judged is a report with its record.
type judged struct {
	Record
	finding.Finding
}

// compare pairs the records of a module with its findings: by place and code, or, since a check may be renamed, by place and analyzer,
// or, since one report may tell several places, by code and a place that the report names. A further record of a place that a report
// names is neither counted nor gone: it was merged into that report.
func compare(module string, records []Record, findings []finding.Finding) replay {
	r := replay{module: module}
	taken := make([]bool, len(records))
	match := func(f finding.Finding, same func(Record) bool) bool {
		for i, rec := range records {
			if !taken[i] && rec.File == f.File && rec.Line == f.Line && same(rec) {
				taken[i] = true
				r.present = append(r.present, judged{rec, f})
				return true
			}
		}
		return false
	}
	var rest, alone []finding.Finding
	for _, f := range findings {
		if !match(f, func(rec Record) bool { return rec.Code == f.Code }) {
			rest = append(rest, f)
		}
	}
	for _, f := range rest {
		if !match(f, func(rec Record) bool { return rec.Analyzer() == f.Analyzer() }) {
			alone = append(alone, f)
		}
	}
	for _, f := range alone {
		i := slices.IndexFunc(records, func(rec Record) bool { return names(f, rec) })
		if i < 0 || taken[i] {
			r.unread = append(r.unread, f)
			continue
		}
		taken[i] = true
		r.present = append(r.present, judged{records[i], f})
	}
	for i, rec := range records {
		if !taken[i] && !slices.ContainsFunc(findings, func(f finding.Finding) bool { return names(f, rec) }) {
			r.gone = append(r.gone, rec)
		}
	}
	return r
}

// names reports whether a report of the record's code tells the record's place besides its own.
func names(f finding.Finding, rec Record) bool {
	return f.Code == rec.Code && slices.Contains(f.Also, finding.Place{File: rec.File, Line: rec.Line})
}

// A score counts the reports of one analyzer over all modules.
type score struct {
	right, wrong, unread                   int // default tier
	strictRight, strictWrong, strictUnread int
	rightGone, wrongGone                   int
}

func scores(replays []replay) map[string]*score {
	all := map[string]*score{}
	of := func(analyzer string) *score {
		if all[analyzer] == nil {
			all[analyzer] = &score{}
		}
		return all[analyzer]
	}
	for _, r := range replays {
		for _, j := range r.present {
			s := of(j.Finding.Analyzer())
			right, wrong := &s.right, &s.wrong
			if !j.Default() {
				right, wrong = &s.strictRight, &s.strictWrong
			}
			if j.Right {
				*right++
			} else {
				*wrong++
			}
		}
		for _, rec := range r.gone {
			if rec.Right {
				of(rec.Analyzer()).rightGone++
			} else {
				of(rec.Analyzer()).wrongGone++
			}
		}
		for _, f := range r.unread {
			if f.Default() {
				of(f.Analyzer()).unread++
			} else {
				of(f.Analyzer()).strictUnread++
			}
		}
	}
	return all
}

// print writes the table of analyzers, then what changed against the records.
func print(w io.Writer, replays []replay, verbose bool) {
	all := scores(replays)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "analyzer\tright\tshare\tunread\tstrict: right\tshare\tunread\tright gone\twrong gone")
	var total score
	for _, name := range slices.Sorted(maps.Keys(all)) {
		s := all[name]
		row(tw, name, *s)
		total.right += s.right
		total.wrong += s.wrong
		total.unread += s.unread
		total.strictRight += s.strictRight
		total.strictWrong += s.strictWrong
		total.strictUnread += s.strictUnread
		total.rightGone += s.rightGone
		total.wrongGone += s.wrongGone
	}
	row(tw, "all", total)
	tw.Flush()
	for _, r := range replays {
		list(w, r, verbose)
	}
}

func row(w io.Writer, name string, s score) {
	fmt.Fprintf(w, "%s\t%d/%d\t%s\t%d\t%d/%d\t%s\t%d\t%d\t%d\n", name, s.right, s.right+s.wrong, share(s.right, s.wrong), s.unread,
		s.strictRight, s.strictRight+s.strictWrong, share(s.strictRight, s.strictWrong), s.strictUnread, s.rightGone, s.wrongGone)
}

func share(right, wrong int) string {
	if right+wrong == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f %%", 100*float64(right)/float64(right+wrong))
}

// list names the wrong reports that are there, the right ones that are not, and, with verbose, those that nobody has read.
func list(w io.Writer, r replay, verbose bool) {
	for _, j := range r.present {
		if !j.Right && j.Default() {
			fmt.Fprintf(w, "WRONG report: %s\n", j.Record)
		}
	}
	for _, rec := range r.gone {
		if rec.Right {
			fmt.Fprintf(w, "right report GONE: %s\n", rec)
		}
	}
	unread := slices.DeleteFunc(slices.Clone(r.unread), func(f finding.Finding) bool { return !f.Default() })
	if len(unread) > 0 {
		fmt.Fprintf(w, "%s: %d reports of the default tier not read yet\n", r.module, len(unread))
	}
	if verbose {
		slices.SortStableFunc(unread, func(a, b finding.Finding) int { return cmp.Compare(a.Code, b.Code) })
		for _, f := range unread {
			fmt.Fprintf(w, "  %s\n", f)
		}
	}
}
