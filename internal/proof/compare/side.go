package compare

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/conclint/conclint/internal/proof/finding"
)

// A side is one module as all tools see it.
type side struct {
	module   string // path@version
	subject  string // the same, with the packages if not all were analysed
	findings []finding.Finding
	reports  map[string][]Report // by peer
	sources  *sources
}

// of returns the reports of a peer that belong to a family.
func (s *side) of(f *family, peer string) []Report {
	var out []Report
	for _, r := range s.reports[peer] {
		if f.has(peer, r.Rule) && (f.only == nil || f.only(s.sources, r)) {
			out = append(out, r)
		}
	}
	return out
}

// A standing is how conclint sees a report of another tool.
type standing int

const (
	missed standing = iota
	strict
	found
)

// see looks among all findings: another family may hold what says the same.
func (s *side) see(r Report) standing {
	best := missed
	for _, f := range s.findings {
		if !matches(f, r) {
			continue
		}
		if f.Default() {
			return found
		}
		best = strict
	}
	return best
}

// shared reports whether one of the peers of the family reports the place of a finding.
func (s *side) shared(fam *family, f finding.Finding) bool {
	for peer := range fam.peers {
		for _, r := range s.of(fam, peer) {
			if matches(f, r) {
				return true
			}
		}
	}
	return false
}

// cached runs a peer on packages of a module, or returns what it said before: tool and module are pinned, so that cannot change.
func (p *Peer) cached(ctx context.Context, subject string, packages []string, dir, cache string) ([]Report, error) {
	version := p.Version()
	if version == "" {
		version = runtime.Version()
	}
	name := filepath.Join(cache, "compare", strings.NewReplacer("/", "+", "@", "+", ":", "+").Replace(subject), strings.ReplaceAll(p.Name, " ", "-")+"@"+version+".json")
	data, err := os.ReadFile(name)
	if err == nil {
		var reports []Report
		if err := json.Unmarshal(data, &reports); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return reports, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	reports, err := p.Run(ctx, dir, cache, packages...)
	if err != nil {
		return nil, err
	}
	if data, err = json.MarshalIndent(reports, "", "\t"); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return nil, err
	}
	return reports, os.WriteFile(name, data, 0o666)
}
