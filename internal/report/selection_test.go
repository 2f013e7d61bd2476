package report

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMatchPath(t *testing.T) {
	for _, c := range []struct {
		glob, name string
		want       bool
	}{
		{"a.go", "a.go", true},
		{"a.go", "x/y/a.go", true},
		{"*_mock.go", "x/y_mock.go", true},
		{"x/*.go", "x/a.go", true},
		{"x/*.go", "x/y/a.go", false},
		{"x/*.go", "z/x/a.go", false},
		{"x/**", "x/a.go", true},
		{"x/**", "x/y/z/a.go", true},
		{"x/**", "xx/a.go", false},
		{"**/gen/**", "gen/a.go", true},
		{"**/gen/**", "p/q/gen/r/a.go", true},
		{"**/gen/**", "p/general/a.go", false},
		{"x/**/a.go", "x/a.go", true},
		{"x/**/a.go", "x/1/2/a.go", true},
		{"x/?/a.go", "x/1/a.go", true},
		{"x/?/a.go", "x/12/a.go", false},
		{"**", "a.go", true},
	} {
		assert.Equal(t, c.want, MatchPath(c.glob, c.name), "%s %s", c.glob, c.name)
	}
}

func TestSelection(t *testing.T) {
	code := func(name string) CodeInfo {
		info, ok := Lookup(name)
		assert.True(t, ok, name)
		return info
	}
	on, off := true, false
	dir := t.TempDir()
	file := filepath.Join(dir, "internal", "a.go")
	for _, c := range []struct {
		name  string
		sel   Selection
		code  string
		shown bool
	}{
		{"default tier", Selection{}, "relock/lock", true},
		{"strict tier", Selection{}, "lostpanic/unprotected", false},
		{"strict", Selection{Strict: true}, "lostpanic/unprotected", true},
		{"an analyzer enabled is not made strict", Selection{Rules: []Rule{{"lostpanic", true}}}, "lostpanic/unprotected", false},
		{"a strict code by its name", Selection{Rules: []Rule{{"lostpanic/unprotected", true}}}, "lostpanic/unprotected", true},
		{"the last rule decides", Selection{Rules: []Rule{{"all", false}, {"relock", true}}}, "relock/lock", true},
		{"Last is last", Selection{Rules: []Rule{{"relock", true}}, Last: []Rule{{"re*", false}}}, "relock/lock", false},
		{"a path", Selection{Dir: dir, Paths: []PathRules{{Glob: "internal/**", Rules: []Rule{{"relock", false}}}}}, "relock/lock", false},
		{"another path", Selection{Dir: dir, Paths: []PathRules{{Glob: "cmd/**", Rules: []Rule{{"relock", false}}}}}, "relock/lock", true},
		{"another directory", Selection{Dir: filepath.Join(dir, "cmd"), Paths: []PathRules{{Glob: "**", Rules: []Rule{{"relock", false}}}}}, "relock/lock", true},
		{"a strict path", Selection{Dir: dir, Paths: []PathRules{{Glob: "*.go", Strict: &on}}}, "lostpanic/unprotected", true},
		{"a lenient path", Selection{Dir: dir, Strict: true, Paths: []PathRules{{Glob: "*.go", Strict: &off}}}, "lostpanic/unprotected", false},
		{"a lenient path, forced", Selection{Dir: dir, Strict: true, Forced: true, Paths: []PathRules{{Glob: "*.go", Strict: &off}}}, "lostpanic/unprotected", true},
	} {
		assert.Equal(t, c.shown, c.sel.Shows(code(c.code), file), c.name)
	}
	assert.NoError(t, CheckPattern("racy*"))
	assert.ErrorContains(t, CheckPattern("nosuch"), `"nosuch"`)
}

// What one set of options shows, its twin does not, and both together show the strict tier.
func TestOptionsOfTwins(t *testing.T) {
	base := Options{Select: &Selection{Rules: []Rule{{"relock/lock", false}, {"lostpanic/unprotected", true}}}}
	twin := base.Twin()
	for _, c := range Codes() {
		assert.False(t, base.Emits(c, "a.go") && twin.Emits(c, "a.go"), "%s twice", c.Code)
		assert.Equal(t, c.Code != "relock/lock", base.Emits(c, "a.go") || twin.Emits(c, "a.go"), "%s", c.Code)
	}
	// Paths count, each for itself.
	on := true
	relock, _ := Lookup("relock/lock")
	unprotected, _ := Lookup("lostpanic/unprotected")
	base.Select.Paths = []PathRules{{Glob: "x/**", Rules: []Rule{{"unreleased", false}}}, {Glob: "y/**", Strict: &on}}
	assert.False(t, base.EmitsSomewhere(relock))
	base.Select.Paths[0].Rules[0] = Rule{"relock", true}
	assert.True(t, base.EmitsSomewhere(relock))
	assert.False(t, Options{Select: &Selection{}}.EmitsSomewhere(unprotected))
	assert.True(t, Options{Select: &Selection{Paths: base.Select.Paths}}.EmitsSomewhere(unprotected), "in y")
	assert.False(t, Options{Select: &Selection{Strict: true, Paths: base.Select.Paths}}.Twin().EmitsSomewhere(unprotected), "nothing is missing")
	plain := Options{}.Twin()
	for _, c := range Codes() {
		assert.Equal(t, c.Tier == Strict, plain.Emits(c, ""), "%s", c.Code)
	}
}
