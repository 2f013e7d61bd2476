package compare

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
)

// A Verdict says what a report of another tool is worth to the person who must act on it.
type Verdict string

// The verdicts.
const (
	Right   Verdict = "right"   // what it says can happen, and it matters
	Opinion Verdict = "opinion" // true, and nothing bad follows: the wait is bounded elsewhere, the work outlives the caller on purpose
	Wrong   Verdict = "wrong"   // what it says is not so
)

// A record is a report of another tool that conclint does not give, read and judged.
// Records are TSV: module@version, file:line, tool, rule, verdict, reason.
type record struct {
	module, tool string
	Report       // without message
	verdict      Verdict
	reason       string
}

func loadRecords(name string) ([]record, error) {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	var all []record
	seen := map[string]bool{}
	lines := bufio.NewScanner(strings.NewReader(string(data)))
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		r, err := parseRecord(line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		if seen[r.key()] {
			return nil, fmt.Errorf("%s:%d: judged twice", name, n)
		}
		seen[r.key()] = true
		all = append(all, r)
	}
	return all, lines.Err()
}

func parseRecord(line string) (record, error) {
	fields := strings.Split(line, "\t")
	if len(fields) != 6 {
		return record{}, fmt.Errorf("%d fields, want 6: module@version, file:line, tool, rule, verdict, reason", len(fields))
	}
	r := record{module: fields[0], tool: fields[2], Report: Report{Rule: fields[3]}, verdict: Verdict(fields[4]), reason: fields[5]}
	file, number, _ := strings.Cut(fields[1], ":")
	var err error
	if r.Line, err = strconv.Atoi(number); err != nil {
		return r, fmt.Errorf("%q is not file:line", fields[1])
	}
	r.File = file
	if !slices.Contains([]Verdict{Right, Opinion, Wrong}, r.verdict) {
		return r, fmt.Errorf("%q is neither right, opinion nor wrong", fields[4])
	}
	if strings.TrimSpace(r.reason) == "" {
		return r, errors.New("a reason is required")
	}
	return r, nil
}

func (r *record) key() string { return key(r.module, r.tool, r.Report) }

func key(module, tool string, r Report) string {
	return fmt.Sprintf("%s %s:%d %s %s", module, r.File, r.Line, tool, r.Rule)
}

// rank is the place of a report in the order in which reports are drawn for reading; it depends on nothing but the report.
func rank(module, tool string, r Report) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(key(module, tool, r))))
}
