package report

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A Rule turns the codes that match a pattern, see [Match], on or off.
type Rule struct {
	Pattern string
	On      bool
}

// PathRules are rules for some files.
type PathRules struct {
	Glob   string // see [MatchPath]
	Strict *bool  // the tiers there, nil for those everywhere
	Rules  []Rule
}

// A Selection says findings of which codes are shown in which file. The zero
// value shows the default tier. Of all rules that match a code, the last
// decides: those of Rules, of Paths, of Last.
type Selection struct {
	Strict bool // the strict tier too
	Forced bool // no path has tiers of its own
	Rules  []Rule
	Dir    string // to which the patterns of Paths are relative
	Paths  []PathRules
	Last   []Rule
}

// Shows reports whether findings of a code in a file are shown; a file that is
// unknown is "". Enabling an analyzer enables its codes of the tiers in force;
// a strict code is on when the strict tier is, or when it is enabled by its
// own name.
func (s *Selection) Shows(c CodeInfo, file string) bool { return s.showsAt(c, s.matching(file)) }

// showsAt is Shows in a file that these paths match.
func (s *Selection) showsAt(c CodeInfo, paths []PathRules) bool {
	strict := s.Strict
	rules := slices.Clone(s.Rules)
	for _, p := range paths {
		rules = append(rules, p.Rules...)
		if p.Strict != nil && !s.Forced {
			strict = *p.Strict
		}
	}
	inForce := strict || c.Tier == Default
	on := inForce
	for _, r := range append(rules, s.Last...) {
		if !Match(r.Pattern, c) {
			continue
		}
		switch {
		case !r.On:
			on = false
		case r.Pattern == c.Code:
			on = true
		default:
			on = inForce
		}
	}
	return on
}

// matching are the paths that match a file.
func (s *Selection) matching(file string) []PathRules {
	if len(s.Paths) == 0 {
		return nil
	}
	rel, err := filepath.Rel(s.Dir, file)
	if err != nil || !filepath.IsLocal(rel) {
		return nil
	}
	name := filepath.ToSlash(rel)
	return slices.DeleteFunc(slices.Clone(s.Paths), func(p PathRules) bool { return !MatchPath(p.Glob, name) })
}

// CheckPattern returns an error for a pattern that matches no code.
func CheckPattern(p string) error {
	if !slices.ContainsFunc(Codes(), func(c CodeInfo) bool { return Match(p, c) }) {
		return fmt.Errorf("no analyzer or code matches %q; conclint -list shows them", p)
	}
	return nil
}

// MatchPath reports whether a slash-separated name matches a pattern: * and ?
// within an element, ** for any number of elements; a pattern without slash
// matches in every directory.
func MatchPath(glob, name string) bool {
	if !strings.Contains(glob, "/") {
		glob = "**/" + glob
	}
	return matchElements(strings.Split(glob, "/"), strings.Split(name, "/"))
}

func matchElements(glob, name []string) bool {
	for len(glob) > 0 {
		if glob[0] == "**" {
			for i := range len(name) + 1 {
				if matchElements(glob[1:], name[i:]) {
					return true
				}
			}
			return false
		}
		if len(name) == 0 {
			return false
		}
		if ok, err := path.Match(glob[0], name[0]); err != nil || !ok {
			return false
		}
		glob, name = glob[1:], name[1:]
	}
	return len(name) == 0
}
