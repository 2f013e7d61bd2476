// Package corpus measures conclint against labelled bugs: kernels that come with the Go tree and historical
// bugs of public repositories with their fixes.
package corpus

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A Kernel is a small program with one bug, a file of the Go source tree.
type Kernel struct {
	ID            string   `json:"id"`
	File          string   `json:"file"` // below GOROOT/src
	Category      string   `json:"category"`
	AltCategories []string `json:"alt_categories"`
	Functions     []string `json:"functions"` // F, (T).F or (*T).F: where a finding counts
	Note          string   `json:"note"`
}

// A Bug is a fixed bug of a public repository.
type Bug struct {
	ID             string   `json:"id"`
	Repo           string   `json:"repo"` // owner/name on GitHub
	BuggyCommit    string   `json:"buggy_commit"`
	FixCommit      string   `json:"fix_commit"`
	PackageDir     string   `json:"package_dir"`
	File           string   `json:"file"`
	Lines          []int    `json:"lines"`
	FixedLines     []int    `json:"fixed_lines"`
	AlsoLines      []string `json:"also_lines"`       // file:line, further places of the buggy version
	AlsoFixedLines []string `json:"also_fixed_lines"` // file:line, further places of the fixed version
	Category       string   `json:"category"`
	AltCategories  []string `json:"alt_categories"`
	Confidence     string   `json:"confidence"`
	GoFlags        string   `json:"goflags"`
	Note           string   `json:"note"`
}

// Labels is everything that testdata/corpus says.
type Labels struct {
	Kernels []Kernel
	Bugs    []Bug
	Claims  Claims
}

// Claims says, for each analyzer, which categories its findings may claim. Nil claims all for all: tools of others have categories
// of their own.
type Claims map[string][]string

// A place is a line of a file.
type place struct {
	file string
	line int
}

// LoadLabels reads the label files of dir.
func LoadLabels(dir string) (Labels, error) {
	var l Labels
	if err := loadJSON(filepath.Join(dir, "goker-dev.json"), &l.Kernels); err != nil {
		return l, err
	}
	if err := loadJSON(filepath.Join(dir, "realbugs.json"), &l.Bugs); err != nil {
		return l, err
	}
	for _, b := range l.Bugs {
		if _, _, err := b.places(); err != nil {
			return l, err
		}
	}
	var err error
	l.Claims, err = loadClaims(filepath.Join(dir, "categories.tsv"))
	return l, err
}

func loadJSON(name string, into any) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func loadClaims(name string) (Claims, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	claims := Claims{}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		analyzer, categories, ok := strings.Cut(line, "\t")
		if !ok {
			return nil, fmt.Errorf("%s:%d: want an analyzer, a tab and categories", name, n)
		}
		claims[analyzer] = strings.Fields(categories)
	}
	return claims, lines.Err()
}

// places returns the labelled places of the buggy and of the fixed version.
func (b Bug) places() (buggy, fixed []place, err error) {
	if buggy, err = placesOf(b.File, b.Lines, b.AlsoLines); err != nil {
		return nil, nil, fmt.Errorf("label %s: %w", b.ID, err)
	}
	if fixed, err = placesOf(b.File, b.FixedLines, b.AlsoFixedLines); err != nil {
		return nil, nil, fmt.Errorf("label %s: %w", b.ID, err)
	}
	return buggy, fixed, nil
}

func placesOf(file string, lines []int, also []string) ([]place, error) {
	var places []place
	for _, line := range lines {
		places = append(places, place{file, line})
	}
	for _, s := range also {
		name, number, _ := strings.Cut(s, ":")
		line, err := strconv.Atoi(number)
		if err != nil {
			return nil, fmt.Errorf("%q is not file:line", s)
		}
		places = append(places, place{name, line})
	}
	return places, nil
}

// claim reports whether a finding of the analyzer may claim one of the categories.
func (c Claims) claim(analyzer string, categories ...string) bool {
	return c == nil || slices.ContainsFunc(c[analyzer], func(s string) bool { return slices.Contains(categories, s) })
}
