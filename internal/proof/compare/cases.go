package compare

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/proof/finding"
)

// concurrency are the rules of each peer that are about concurrency, timeouts or contexts: what they say about a case counts,
// what other rules say about its style does not. errcheck counts in goroutines alone.
var concurrency = map[string]*regexp.Regexp{
	"go vet":       regexp.MustCompile(`^(atomic|copylocks|defers|loopclosure|lostcancel|waitgroup)$`),
	"staticcheck":  regexp.MustCompile(`^SA(1015|1017|2\d\d\d|4011|500[234])$`),
	"gosec":        regexp.MustCompile(`.`),
	"noctx":        regexp.MustCompile(`.`),
	"contextcheck": regexp.MustCompile(`.`),
	"errcheck":     regexp.MustCompile(`.`),
	"checklocks":   regexp.MustCompile(`^(locks|atomic)$`),
}

// relevant returns the reports on cases that count.
func relevant(p *Peer, s *sources, reports []Report) []Report {
	return slices.DeleteFunc(slices.Clone(reports), func(r Report) bool {
		return !concurrency[p.Name].MatchString(r.Rule) || p.Name == "errcheck" && !s.inGoroutine(r)
	})
}

// A caseCount is how many of the bugs in one analyzer's test data the peers report.
type caseCount struct {
	analyzer string
	bugs     int            // lines where conclint is expected to report
	found    map[string]int // by peer
	silent   map[string]int // reports on other lines: correct programs that look like the bug, mostly
}

// testdata runs the peers on the test data of all analyzers.
func testdata(ctx context.Context, peers []*Peer, cache string) ([]caseCount, error) {
	dirs, err := filepath.Glob(filepath.Join("testdata", "src", "*"))
	if err != nil || len(dirs) == 0 {
		return nil, errors.Join(err, errors.New("no test data: run this in the root of the repository"))
	}
	// In one place, so that the build cache serves the next time.
	work := filepath.Join(cache, "compare", "testdata")
	if err := os.RemoveAll(work); err != nil {
		return nil, err
	}
	var out []caseCount
	for _, dir := range dirs {
		c := caseCount{analyzer: filepath.Base(dir), found: map[string]int{}, silent: map[string]int{}}
		module := filepath.Join(work, c.analyzer)
		if err := layOut(dir, module, c.analyzer); err != nil {
			return nil, err
		}
		wants, err := wanted(module)
		if err != nil {
			return nil, err
		}
		c.bugs = len(wants)
		src := &sources{dir: module, files: map[string]*spans{}}
		for _, p := range peers {
			reports, err := p.Run(ctx, module, cache, "./...")
			if err != nil {
				return nil, fmt.Errorf("test data of %s: %w", c.analyzer, err)
			}
			hit := map[finding.Place]bool{}
			for _, r := range relevant(p, src, reports) {
				known := false
				for w := range wants {
					if matches(finding.Finding{File: w.File, Line: w.Line}, r) {
						hit[w], known = true, true
					}
				}
				if !known {
					c.silent[p.Name]++
				}
			}
			c.found[p.Name] = len(hit)
		}
		out = append(out, c)
	}
	return out, nil
}

// layOut copies the test data of an analyzer, with a go.mod that lets it import golang.org/x/sync and the runtime module.
func layOut(from, to, name string) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return err
	}
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		return err
	}
	m := syncVersion.FindSubmatch(mod)
	if m == nil {
		return errors.New("go.mod does not require golang.org/x/sync")
	}
	sum, err := os.ReadFile("go.sum")
	if err != nil {
		return err
	}
	const runtimeModule = "github.com/conclint/conclint/runtime"
	text := fmt.Sprintf("module %s\n\ngo 1.26.0\n\nrequire (\n\t%s v0.0.0\n\tgolang.org/x/sync %s\n)\n\nreplace %[2]s => %[4]q\n",
		name, runtimeModule, m[1], filepath.Join(root, "runtime"))
	return errors.Join(
		os.WriteFile(filepath.Join(to, "go.mod"), []byte(text), 0o666),
		os.WriteFile(filepath.Join(to, "go.sum"), sum, 0o666))
}

var syncVersion = regexp.MustCompile(`golang\.org/x/sync (v\S+)`)

// wanted lists the lines below dir, outside tests, that expect a report.
func wanted(dir string) (map[finding.Place]bool, error) {
	out := map[finding.Place]bool{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(data), "\n") {
			if strings.Contains(line, "// want ") {
				out[finding.Place{File: finding.Relative(dir, name), Line: i + 1}] = true
			}
		}
		return nil
	})
	return out, err
}
