package driver

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/pattern"
)

// attempt is a set of fixes to be proved together.
type attempt struct {
	fixes []chosen
	texts map[string][]byte // all changed files, those of earlier attempts too
}

// chosen is a finding with the one of its fixes that is tried.
type chosen struct {
	finding *Finding
	fix     Fix
}

// id names a fix across the rounds of a session.
func (c chosen) id() string { return c.finding.session + " " + c.fix.Title }

// carry gives the findings after an attempt the session names of those before
// it. Fingerprints do not serve: they count equal findings of a function, and
// the count changes when one of them is fixed.
func carry(a attempt, before, after []*Finding, oldSrc, newSrc *sources) {
	fixed := map[*Finding]bool{}
	for _, c := range a.fixes {
		fixed[c.finding] = true
	}
	old := map[string][]*Finding{}
	for _, f := range before {
		if !fixed[f] {
			old[f.identity] = append(old[f.identity], f)
		}
	}
	left := map[string]int{}
	for _, f := range after {
		left[f.identity]++
	}
	for _, f := range after {
		candidates := old[f.identity]
		i := 0
		// A fix may have removed others too: then the source line tells.
		if len(candidates) > left[f.identity] {
			text, _ := newSrc.line(f.Pos.File, f.Pos.Line)
			i = max(0, slices.IndexFunc(candidates, func(o *Finding) bool {
				line, _ := oldSrc.line(o.Pos.File, o.Pos.Line)
				return line == text
			}))
		}
		if len(candidates) == 0 {
			f.session = f.Fingerprint + " new"
			continue
		}
		f.session = candidates[i].session
		old[f.identity] = slices.Delete(candidates, i, i+1)
		left[f.identity]--
	}
}

// fixer applies fixes to a tree of texts in memory and proves each step with
// go vet -overlay, until none is left that can be proved.
type fixer struct {
	preferRuntime bool
	ask           *asker // nil if nobody is asked
	guard         *fileGuard
	runtime       *requirement
	texts         map[string][]byte // changed files, proved
	original      map[string][]byte // their texts on disk
	rejected      map[string]bool   // ids of fixes that failed their proof
	excused       map[string]bool   // session names of findings that a baseline or history excuses
	limit         map[string]int    // how many fixes a package may try at once, after a failure
	refusals      []string          // messages to the user, once each
	applied       []chosen
}

// next plans the fixes to try next on the findings of the current texts; no
// fixes means that the fixed point is reached.
func (x *fixer) next(ctx context.Context, findings []*Finding, src *sources) (attempt, error) {
	a, err := x.plan(ctx, findings, src)
	if err == nil && len(a.fixes) == 0 && x.release() {
		return x.plan(ctx, findings, src)
	}
	return a, err
}

// release lets the packages try again that had to wait for another one.
func (x *fixer) release() (any bool) {
	for p, n := range x.limit {
		if n == 0 {
			delete(x.limit, p)
			any = true
		}
	}
	return any
}

func (x *fixer) plan(ctx context.Context, findings []*Finding, src *sources) (attempt, error) {
	var plan edit.Plan
	var a attempt
	tried := map[string]int{}
	for _, f := range findings {
		if limit, ok := x.limit[f.Package]; ok && tried[f.Package] >= limit {
			continue
		}
		if x.excused[f.session] {
			continue
		}
		c, ok := x.choose(ctx, f, src)
		if ok && plan.Add(c.fix.Edits) {
			a.fixes = append(a.fixes, c)
			tried[f.Package]++
		}
	}
	a.texts = map[string][]byte{}
	for file, text := range x.texts {
		a.texts[file] = text
	}
	if slices.ContainsFunc(a.fixes, func(c chosen) bool { return usesRuntime(c.fix) }) {
		texts, err := x.runtime.needed(ctx)
		if err != nil {
			return a, err // choose has asked before
		}
		for file, text := range texts {
			a.texts[file] = text
		}
	}
	for _, file := range plan.Files() {
		before := src.file(file).data
		after, err := plan.Apply(file, before)
		if err != nil {
			return a, fmt.Errorf("%s: %w", file, err)
		}
		a.texts[file] = edit.Tidy(before, after)
	}
	return a, nil
}

// choose picks the fix of a finding: the first, or the first of the wanted
// kind, that has not failed and touches no forbidden file.
func (x *fixer) choose(ctx context.Context, f *Finding, src *sources) (chosen, bool) {
	for _, fix := range x.candidates(f, src) {
		c := chosen{f, fix}
		if x.rejected[c.id()] {
			continue
		}
		if reason := x.guard.forbids(fix); reason != "" {
			x.refuse(f, reason)
			continue
		}
		if usesRuntime(fix) {
			if _, err := x.runtime.needed(ctx); err != nil {
				x.refuse(f, err.Error())
				continue
			}
		}
		return c, true
	}
	return chosen{}, false
}

func (x *fixer) refuse(f *Finding, reason string) {
	msg := fmt.Sprintf("%s:%d: not fixed (%s): %s", display(x.guard.cwd, f.Pos.File), f.Pos.Line, f.Code, reason)
	if !slices.Contains(x.refusals, msg) {
		x.refusals = append(x.refusals, msg)
	}
}

// judge compares the results before and after an attempt and says for each
// package why its fixes fail: it does not compile, a finding stays or appears.
func judge(a attempt, before, after *vetResult, shownBefore, shownAfter []*Finding) map[string]string {
	failed := map[string]string{}
	for _, p := range failedPackages(newErrors(before.errs, after.errs)) {
		failed[p] = "the result does not compile"
	}
	if len(failed) == 0 && len(newErrors(before.errs, after.errs)) > 0 {
		failed["?"] = newErrors(before.errs, after.errs)[0]
	}
	count := map[string]int{}
	for _, f := range shownBefore {
		count[f.identity]++
	}
	fixed := map[string]*Finding{}
	for _, c := range a.fixes {
		count[c.finding.identity]--
		fixed[c.finding.identity] = c.finding
	}
	for _, f := range shownAfter {
		count[f.identity]--
		// A package that does not compile has no findings; the error is the reason.
		if count[f.identity] < 0 && failed[f.Package] == "" {
			if fixed[f.identity] != nil {
				failed[f.Package] = "the finding is still there"
			} else {
				failed[f.Package] = "a new finding appears: " + f.Message
			}
		}
	}
	return failed
}

func newErrors(before, after []string) []string {
	return slices.DeleteFunc(slices.Clone(after), func(e string) bool { return slices.Contains(before, e) })
}

// learn takes the failures of an attempt into account: a package with several
// fixes tries half of them next time, a single fix is rejected.
func (x *fixer) learn(a attempt, failed map[string]string) {
	byPackage := map[string][]chosen{}
	for _, c := range a.fixes {
		byPackage[c.finding.Package] = append(byPackage[c.finding.Package], c)
	}
	blamed := map[string]string{}
	for p, reason := range failed {
		if len(byPackage[p]) > 0 {
			blamed[p] = reason
		}
	}
	if len(blamed) == 0 { // an importer fails: anyone may be to blame
		for p := range byPackage {
			blamed[p] = "a package that imports this one does not compile or gets a new finding"
		}
		// One package at a time, so that the innocent are found out.
		if len(byPackage) > 1 {
			first := sortedKeys(byPackage)[0]
			for p := range byPackage {
				x.limit[p] = 0
			}
			x.limit[first] = max(1, len(byPackage[first])/2)
			return
		}
	}
	for p, reason := range blamed {
		if fixes := byPackage[p]; len(fixes) > 1 {
			x.limit[p] = len(fixes) / 2
		} else {
			x.rejected[fixes[0].id()] = true
			x.refuse(fixes[0].finding, reason)
			delete(x.limit, p)
		}
	}
}

// accept makes a proved attempt the current state; before are the texts that it changed.
func (x *fixer) accept(a attempt, before *sources) {
	if x.original == nil {
		x.original = map[string][]byte{}
	}
	for file := range a.texts {
		if _, ok := x.original[file]; !ok {
			x.original[file] = before.file(file).data
		}
	}
	x.texts = a.texts
	x.applied = append(x.applied, a.fixes...)
	x.release()
}

// usesRuntime reports whether a fix adds an import of the runtime module.
func usesRuntime(f Fix) bool {
	return slices.ContainsFunc(f.Edits, func(e edit.Text) bool { return strings.Contains(e.New, `"`+edit.RuntimeModule+"/") })
}

// primitive is how titles name a function of the runtime: "Use task.Each with a limit".
var primitive = pattern.New(`\b(task|gate|queue|lock)\.[A-Z]`)

// toRuntime reports whether a fix rewrites to the runtime module, whether or not
// the file imports it already.
func toRuntime(f Fix) bool { return usesRuntime(f) || primitive.MatchString(f.Title) }

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
