package report_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/conclint/conclint/internal/report"
)

func TestCodesAreWellFormed(t *testing.T) {
	codeRE := regexp.MustCompile(`^[a-z]+/[a-z]+(-[a-z]+)*$`)
	prev := ""
	for _, c := range report.Codes() {
		assert.Regexp(t, codeRE, c.Code)
		assert.Less(t, prev, c.Code, "sorted and unique")
		prev = c.Code
		assert.Equal(t, c.Analyzer+"/"+c.Check, c.Code)
		assert.NotEmpty(t, c.Title, c.Code)
		assert.False(t, strings.HasSuffix(c.Title, "."), c.Code)
		assert.Equal(t, report.PageOf(c.Analyzer)+"#"+c.Check, c.Page)
		if c.Claim == report.Policy {
			assert.Equal(t, report.Strict, c.Tier, "%s: an opinion is strict", c.Code)
		}
		got, ok := report.Lookup(c.Code)
		assert.True(t, ok)
		assert.Equal(t, c, got)
	}
}

func TestLookupUnknown(t *testing.T) {
	for _, code := range []string{"", "relock", "relock/", "relock/nosuch", "zzz/zzz"} {
		_, ok := report.Lookup(code)
		assert.False(t, ok, code)
	}
}

func TestMatch(t *testing.T) {
	info, _ := report.Lookup("relock/rlock")
	for pattern, want := range map[string]bool{
		"all": true, "relock": true, "relock/rlock": true, "re*": true, "*": true, "*lock": true, "r*o*k": true,
		"relock/*": true, "*/rlock": true, "r*/r*": true,
		"": false, "lock": false, "relock/lock": false, "rlock": false, "*/": false, "lock*": false, "relockx": false, "x*": false,
		"relockrelock*": false, "relo*lock": false,
	} {
		assert.Equal(t, want, report.Match(pattern, info), pattern)
	}
}
