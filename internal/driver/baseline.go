package driver

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/report"
)

// defaultBaseline is where -write-baseline writes unless -baseline says otherwise.
const defaultBaseline = ".conclint-baseline.json"

const baselineVersion = 1

// baseline is a list of findings that are known and not shown.
type baseline struct {
	Version  int             `json:"version"`
	Findings []baselineEntry `json:"findings"`
}

// baselineEntry is one of them. The fingerprint identifies it; the rest is for readers.
type baselineEntry struct {
	Fingerprint string `json:"fingerprint"`
	Code        string `json:"code"`
	Package     string `json:"package"`
	Function    string `json:"function,omitempty"`
	File        string `json:"file"`
	Message     string `json:"message"`
}

// readBaseline reads a file of -baseline; the error says where it is wrong.
func readBaseline(file string) (*baseline, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	b := &baseline{}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err = dec.Decode(b)
	if rest := bytes.TrimSpace(data[dec.InputOffset():]); err == nil && len(rest) > 0 {
		return nil, fmt.Errorf("%s:%d: not a baseline: something follows its end", file, 1+bytes.Count(data[:len(data)-len(rest)], []byte("\n")))
	}
	if err != nil {
		return nil, fmt.Errorf("%s:%d: not a baseline: %w", file, errorLine(data, err), err)
	}
	if b.Version != baselineVersion {
		return nil, fmt.Errorf("%s: version %d of the baseline format is not known, only %d", file, b.Version, baselineVersion)
	}
	return b, nil
}

// errorLine is the line of a JSON text that a decoding error is about.
func errorLine(data []byte, err error) int {
	offset := len(data)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = int(syntax.Offset)
	case errors.As(err, &kind):
		offset = int(kind.Offset)
	default: // an unknown field is known by its name only
		if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
			offset = max(0, bytes.Index(data, []byte(name)))
		}
	}
	return 1 + bytes.Count(data[:min(offset, len(data))], []byte("\n"))
}

// write puts one finding on a line, sorted, so that merges and diffs are easy.
// Line numbers and messages' places are left out of the order: they move.
func (b *baseline) write(file string) error {
	slices.SortFunc(b.Findings, func(x, y baselineEntry) int {
		return cmp.Or(cmp.Compare(x.Package, y.Package), cmp.Compare(x.File, y.File), cmp.Compare(x.Function, y.Function),
			cmp.Compare(x.Code, y.Code), cmp.Compare(x.Fingerprint, y.Fingerprint))
	})
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\n\"version\": %d,\n\"findings\": [", baselineVersion)
	for i, e := range b.Findings {
		if i > 0 {
			out.WriteByte(',')
		}
		var line bytes.Buffer
		enc := json.NewEncoder(&line)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(e); err != nil {
			return err
		}
		out.WriteByte('\n')
		out.Write(bytes.TrimRight(line.Bytes(), "\n"))
	}
	out.WriteString("\n]\n}\n")
	return replaceFile(file, out.Bytes())
}

// applyBaseline hides the findings that the baseline knows, and says which of
// its entries are gone; with -write-baseline it writes the file anew.
func (c *command) applyBaseline(ctx context.Context, res *vetResult, shown []*Finding) ([]*Finding, error) {
	if c.opts.baseline == "" && !c.opts.writeBaseline {
		return shown, nil
	}
	file := cmp.Or(c.opts.baseline, defaultBaseline)
	old, err := readBaseline(file)
	if c.opts.writeBaseline && errors.Is(err, os.ErrNotExist) {
		old, err = &baseline{}, nil
	}
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, e := range old.Findings {
		known[e.Fingerprint] = true
	}
	here := map[string]bool{}
	var fresh []*Finding
	for _, f := range shown {
		here[f.Fingerprint] = true
		if !known[f.Fingerprint] {
			fresh = append(fresh, f)
		}
	}
	gone, kept, err := c.goneEntries(ctx, res, old, here)
	if err != nil {
		return nil, err
	}
	if !c.opts.writeBaseline {
		c.gone = gone
		return fresh, nil
	}
	if len(res.errs) > 0 {
		c.printNotes(ctx, res)
		return nil, errors.New("the baseline is not written: not all packages could be analysed")
	}
	next := &baseline{Findings: kept}
	for _, f := range shown {
		next.Findings = append(next.Findings, baselineEntry{f.Fingerprint, f.Code, f.Package, f.Function, filepath.ToSlash(display(c.dir, f.Pos.File)), f.Message})
	}
	if err := next.write(file); err != nil {
		return nil, err
	}
	fmt.Fprintf(c.stderr, "conclint: %s holds %s: %d new, %d gone\n", display(c.dir, file), plural(len(next.Findings), "finding", "findings"), len(fresh), len(gone))
	return nil, nil
}

// goneEntries splits the entries that were not found again: those of packages
// and codes that this run looked at are gone, the others are kept.
func (c *command) goneEntries(ctx context.Context, res *vetResult, old *baseline, here map[string]bool) (gone, kept []baselineEntry, err error) {
	var missing []baselineEntry
	for _, e := range old.Findings {
		if !here[e.Fingerprint] {
			missing = append(missing, e)
		}
	}
	if len(missing) == 0 {
		return nil, nil, nil
	}
	looked, err := c.analysedPackages(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range failedPackages(res.errs) {
		delete(looked, p)
	}
	for _, e := range missing {
		info, ok := report.Lookup(e.Code)
		switch {
		case !looked[strings.TrimSuffix(e.Package, "_test")] && !looked[e.Package],
			ok && !c.opts.selection.shows(info, filepath.Join(c.dir, filepath.FromSlash(e.File))),
			!c.opts.tests && isTestFile(e.File):
			kept = append(kept, e)
		default:
			gone = append(gone, e)
		}
	}
	return gone, kept, nil
}

// reportGone names the entries of the baseline that can go.
func (c *command) reportGone() {
	for _, e := range c.gone {
		fmt.Fprintf(c.stderr, "conclint: fixed, but still in the baseline: %s in %s: %s\n", e.Code, e.File, e.Message)
	}
	if len(c.gone) > 0 {
		fmt.Fprintln(c.stderr, "conclint: -write-baseline drops what is fixed")
	}
}

// analysedPackages lists the import paths that the command line names.
func (c *command) analysedPackages(ctx context.Context) (map[string]bool, error) {
	args := append([]string{"list", "-e", "-f", "{{.ImportPath}}"}, c.opts.build...)
	cmd := exec.CommandContext(ctx, "go", append(append(args, "--"), c.opts.packages...)...)
	cmd.Dir = c.dir
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	looked := map[string]bool{}
	for path := range strings.FieldsSeq(string(out)) {
		looked[path] = true
	}
	return looked, nil
}
