package compare

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/proof/audit"
)

// tables prints the outcome as Markdown.
type tables struct {
	w       io.Writer
	sides   []*side
	peers   []*Peer
	records []record
	own     []audit.Record
}

func (t *tables) printf(format string, args ...any) { fmt.Fprintf(t.w, format, args...) }

// row prints one line of a table.
func (t *tables) row(cells ...any) {
	text := make([]string, len(cells))
	for i, c := range cells {
		text[i] = strings.ReplaceAll(fmt.Sprint(c), "|", `\|`)
	}
	t.printf("| %s |\n", strings.Join(text, " | "))
}

func (t *tables) header(cells ...any) {
	t.row(cells...)
	t.printf("|%s\n", strings.Repeat(" --- |", len(cells)))
}

func (t *tables) head(lacking []string) {
	var versions []string
	for _, p := range t.peers {
		versions = append(versions, p.Name+" "+cmp.Or(p.Version(), runtime.Version()))
	}
	t.printf("Tools: %s.", strings.Join(versions, ", "))
	if len(lacking) > 0 {
		t.printf(" Could not be built: %s.", strings.Join(lacking, ", "))
	}
	if len(Absent) > 0 {
		t.printf(" Not in the module proxy: %s.", strings.Join(Absent, ", "))
	}
	t.printf("\nModules: %s.\n\n", strings.Join(t.modules(), "; "))
}

func (t *tables) modules() []string {
	var names []string
	for _, s := range t.sides {
		module, packages, some := strings.Cut(s.subject, ":")
		if some {
			module += " (" + strings.Join(strings.Split(packages, ","), " ") + ")"
		}
		names = append(names, module)
	}
	return names
}

// count is what one peer and conclint say about a family.
type count struct {
	theirs, found, strict int // reports of the peer; of these also by conclint, and in the strict tier alone
	ours, shared          int // findings of conclint's default tier, and of these also by any peer of the family
}

func (t *tables) count(fam *family, peer string, sides ...*side) count {
	var c count
	for _, s := range sides {
		for _, r := range s.of(fam, peer) {
			c.theirs++
			switch s.see(r) {
			case found:
				c.found++
			case strict:
				c.strict++
			}
		}
		for _, f := range s.findings {
			if f.Default() && fam.owns(f.Code) {
				c.ours++
				if s.shared(fam, f) {
					c.shared++
				}
			}
		}
	}
	return c
}

// peersOf are the peers of a family, in order.
func (t *tables) peersOf(fam *family) []*Peer {
	return slices.DeleteFunc(slices.Clone(t.peers), func(p *Peer) bool { return fam.peers[p.Name] == nil })
}

// label is the peer with its rules.
func label(fam *family, p *Peer) string {
	rules := fam.peers[p.Name]
	if slices.Contains(rules, "*") {
		return p.Name
	}
	return p.Name + " " + strings.Join(rules, ", ")
}

func (t *tables) summary() {
	t.printf("### Who reports what\n\n")
	t.printf("All modules together. A place counts as reported by both when the two reports, or a related place or a step of the witness of conclint's, are at most one line apart.\n\n")
	t.header("family", "tool", "its reports", "conclint too", "conclint too, strict", "only the tool", "conclint", "of these by such a tool", "only conclint")
	for i := range families {
		fam := &families[i]
		for _, p := range t.peersOf(fam) {
			c := t.count(fam, p.Name, t.sides...)
			t.row(fam.name, label(fam, p), c.theirs, c.found, c.strict, c.theirs-c.found-c.strict, c.ours, c.shared, c.ours-c.shared)
		}
	}
	t.printf("\n")
}

func (t *tables) families() {
	t.printf("### By module\n\nReports of the tool / also by conclint / only by conclint (default tier).\n\n")
	cells := []any{"family", "tool"}
	for _, s := range t.sides {
		name, _, _ := strings.Cut(s.module, "@")
		name = strings.TrimSuffix(strings.TrimSuffix(name, "/v2"), "/v3")
		cells = append(cells, name[strings.LastIndex(strings.TrimSuffix(name, "/server"), "/")+1:])
	}
	t.header(cells...)
	for i := range families {
		fam := &families[i]
		for _, p := range t.peersOf(fam) {
			cells := []any{fam.name, label(fam, p)}
			for _, s := range t.sides {
				c := t.count(fam, p.Name, s)
				cells = append(cells, fmt.Sprintf("%d / %d / %d", c.theirs, c.found, c.ours-c.shared))
			}
			t.row(cells...)
		}
	}
	t.printf("\n")
}

func (t *tables) testdata(data []caseCount) {
	t.printf("### Bugs that conclint finds by construction\n\n")
	t.printf("The project's own test data: programs with a bug, each beside correct ones that look like it. These were chosen for what conclint can find, so they measure how far the checks of the others overlap with it and say nothing about its own recall. " +
		"In brackets: reports of the same rules on the correct lines; some of them are right in their own terms.\n\n")
	cells := []any{"test data of", "bugs"}
	for _, p := range t.peers {
		cells = append(cells, p.Name)
	}
	t.header(cells...)
	for _, c := range data {
		cells := []any{c.analyzer, c.bugs}
		for _, p := range t.peers {
			cell := fmt.Sprint(c.found[p.Name])
			if n := c.silent[p.Name]; n > 0 {
				cell += fmt.Sprintf(" (%d)", n)
			}
			cells = append(cells, cell)
		}
		t.row(cells...)
	}
	t.printf("\n")
}

// judgements prints what was read.
func (t *tables) judgements() {
	t.printf("### What only one side reports, read\n\n")
	t.printf("*right*: what it says can happen, and it matters. *opinion*: true, and nothing bad follows. *wrong*: not so.\n\n")
	t.header("family", "only by", "read", "right", "opinion", "wrong")
	for i := range families {
		fam := &families[i]
		for _, p := range t.peersOf(fam) {
			n := map[Verdict]int{}
			for _, r := range t.read(fam, p) {
				n[r.verdict]++
			}
			t.row(fam.name, label(fam, p), n[Right]+n[Opinion]+n[Wrong], n[Right], n[Opinion], n[Wrong])
		}
		right, wrong := t.readOwn(fam)
		t.row(fam.name, "conclint", right+wrong, right, "", wrong)
	}
	t.printf("\nThe reports of other tools that were read, and that conclint does not give:\n\n")
	for i := range families {
		fam := &families[i]
		for _, p := range t.peersOf(fam) {
			all := t.read(fam, p)
			if len(all) == 0 {
				continue
			}
			t.printf("<details><summary>%s: %s, %d read</summary>\n\n", fam.name, label(fam, p), len(all))
			t.header("place", "rule", "verdict", "why")
			for _, r := range all {
				path, _, _ := strings.Cut(r.module, "@")
				t.row(fmt.Sprintf("%s `%s:%d`", path, r.File, r.Line), r.Rule, r.verdict, r.reason)
			}
			t.printf("\n</details>\n\n")
		}
	}
}

// read are the records of a family and peer on places that conclint still does not report.
func (t *tables) read(fam *family, p *Peer) []record {
	var out []record
	for _, r := range t.records {
		for _, s := range t.sides {
			if s.module == r.module && p.Name == r.tool && fam.has(p.Name, r.Rule) && s.see(r.Report) == missed &&
				slices.ContainsFunc(s.of(fam, p.Name), func(now Report) bool { return byPlace(now, r.Report) == 0 }) {
				out = append(out, r)
			}
		}
	}
	return out
}

// readOwn counts the judged findings of conclint in a family that no peer of the family reports.
func (t *tables) readOwn(fam *family) (right, wrong int) {
	for _, s := range t.sides {
		for _, f := range s.findings {
			if !f.Default() || !fam.owns(f.Code) || s.shared(fam, f) {
				continue
			}
			for _, r := range t.own {
				if r.Module == s.module && r.File == f.File && r.Line == f.Line && r.Code == f.Code {
					if r.Right {
						right++
					} else {
						wrong++
					}
				}
			}
		}
	}
	return right, wrong
}
