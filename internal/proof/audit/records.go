// Package audit measures precision: reports on public modules are read and judged once, and the judgements are
// replayed against every later state of the tool.
package audit

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/conclint/conclint/internal/proof/finding"
)

// A Record is one report that was read. Files of records are TSV: module@version, file:line, code, right or wrong, reason.
type Record struct {
	Module string // path@version
	File   string // slash-separated, below the module
	Line   int
	Code   string
	Right  bool
	Reason string
	Source string // file:line of the record, for complaints
}

// Analyzer returns the part of the code that names the analyzer.
func (r Record) Analyzer() string { return finding.Finding{Code: r.Code}.Analyzer() }

func (r Record) String() string {
	return fmt.Sprintf("%s %s:%d %s: %s", r.Module, r.File, r.Line, r.Code, r.Reason)
}

// Load reads all *.tsv below dir, in the order of their names. A directory that is not there holds no records.
func Load(dir string) ([]Record, error) {
	var all []Record
	seen := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if name == dir && errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || entry.IsDir() || filepath.Ext(name) != ".tsv" {
			return err
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		for n := 1; lines.Scan(); n++ {
			if line := lines.Text(); line != "" && !strings.HasPrefix(line, "#") {
				r, err := parse(line)
				r.Source = fmt.Sprintf("%s:%d", name, n)
				if err != nil {
					return fmt.Errorf("%s: %w", r.Source, err)
				}
				id := fmt.Sprintf("%s %s:%d %s", r.Module, r.File, r.Line, r.Code)
				if other, ok := seen[id]; ok {
					return fmt.Errorf("%s: judged already at %s", r.Source, other)
				}
				seen[id] = r.Source
				all = append(all, r)
			}
		}
		return lines.Err()
	})
	return all, err
}

func parse(line string) (Record, error) {
	fields := strings.Split(line, "\t")
	if len(fields) != 5 {
		return Record{}, fmt.Errorf("%d fields, want 5: module@version, file:line, code, right or wrong, reason", len(fields))
	}
	r := Record{Module: fields[0], Code: fields[2], Reason: fields[4]}
	file, number, _ := strings.Cut(fields[1], ":")
	var err error
	if r.Line, err = strconv.Atoi(number); err != nil {
		return r, fmt.Errorf("%q is not file:line", fields[1])
	}
	r.File = file
	switch fields[3] {
	case "right":
		r.Right = true
	case "wrong":
	default:
		return r, fmt.Errorf("%q is neither right nor wrong", fields[3])
	}
	if !strings.Contains(r.Module, "@") || !strings.Contains(r.Code, "/") || strings.TrimSpace(r.Reason) == "" {
		return r, fmt.Errorf("module@version, analyzer/check and a reason are required")
	}
	return r, nil
}

// rank is the place of a finding in the order in which reports are drawn for reading. It depends on nothing but the finding,
// so anyone can draw the same sample.
func rank(module string, f finding.Finding) string {
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%s %s:%d %s", module, f.File, f.Line, f.Code)))
}
