package driver

import (
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/edit"
)

// asker lets a person choose which fixes are tried. It asks once per finding.
type asker struct {
	in      *bufio.Reader
	out     io.Writer
	dir     string
	colour  bool
	answers map[string]int // session name -> index of the chosen fix, noFix for none
	rest    int            // what holds for all further findings: askOn, noFix or 0
}

const (
	noFix = -1
	askOn = -2
)

func newAsker(in io.Reader, out io.Writer, dir string, colour bool) *asker {
	return &asker{in: bufio.NewReader(in), out: out, dir: dir, colour: colour, answers: map[string]int{}, rest: askOn}
}

// choose returns the fix that the person wants for a finding.
func (a *asker) choose(f *Finding, src *sources) (Fix, bool) {
	i, asked := a.answers[f.session]
	if !asked {
		i = a.rest
		if i == askOn {
			a.show(f, src)
			i = a.read(len(f.Fixes))
		}
		a.answers[f.session] = i
	}
	if i < 0 || i >= len(f.Fixes) {
		return Fix{}, false
	}
	return f.Fixes[i], true
}

func (a *asker) show(f *Finding, src *sources) {
	o := &output{findings: []*Finding{f}, dir: a.dir, src: src, colour: a.colour}
	_ = writeText(a.out, o)
	for i, fix := range f.Fixes {
		fmt.Fprintf(a.out, "\n%d: %s\n%s", i+1, fix.Title, a.diff(fix, src))
	}
	fmt.Fprintln(a.out)
}

// diff is what one fix would change.
func (a *asker) diff(fix Fix, src *sources) string {
	var plan edit.Plan
	if !plan.Add(fix.Edits) {
		return ""
	}
	var out strings.Builder
	for _, file := range plan.Files() {
		before := src.file(file).data
		after, err := plan.Apply(file, before)
		if err != nil {
			return ""
		}
		name := filepath.ToSlash(display(a.dir, file))
		out.WriteString(edit.Unified("a/"+name, "b/"+name, before, edit.Tidy(before, after)))
	}
	return out.String()
}

// read asks until the answer is one; the end of the input means to stop.
func (a *asker) read(fixes int) int {
	for {
		numbers := "y"
		if fixes > 1 {
			numbers = fmt.Sprintf("1-%d", fixes)
		}
		fmt.Fprintf(a.out, "Apply? [%s, n, a (the first fix of this and all others), q] ", numbers)
		line, err := a.in.ReadString('\n')
		if err != nil {
			fmt.Fprintln(a.out) // the terminal stands behind the question
		}
		switch answer := strings.ToLower(strings.TrimSpace(line)); {
		case answer == "y" || answer == "yes":
			return 0
		case answer == "n" || answer == "no":
			return noFix
		case answer == "a" || answer == "all":
			a.rest = 0
			return 0
		case answer == "q" || answer == "quit" || err != nil:
			a.rest = noFix
			return noFix
		case len(answer) == 1 && '1' <= answer[0] && int(answer[0]-'0') <= fixes:
			return int(answer[0] - '1')
		}
	}
}

// candidates are the fixes of a finding in the order in which they are tried.
func (x *fixer) candidates(f *Finding, src *sources) []Fix {
	if len(f.Fixes) == 0 {
		return nil
	}
	if x.ask != nil {
		if fix, ok := x.ask.choose(f, src); ok {
			return []Fix{fix}
		}
		return nil
	}
	fixes := slices.Clone(f.Fixes)
	if x.preferRuntime {
		slices.SortStableFunc(fixes, func(a, b Fix) int { return btoi(toRuntime(b)) - btoi(toRuntime(a)) })
	}
	return fixes
}
