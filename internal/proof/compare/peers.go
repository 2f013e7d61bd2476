package compare

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/conclint/conclint/internal/proof/finding"
	"github.com/conclint/conclint/internal/proof/modules"
)

// A Report is what another tool says about a line. File is slash-separated and relative to the directory analysed.
type Report struct {
	Rule    string // "G112"; the tool's name where it has no rules
	File    string
	Line    int
	Message string
}

// A Peer is another tool at a version.
type Peer struct {
	Name string
	Pkg  string   // path@version of its command; empty for the go command's own
	Args []string // the command and what comes before the packages; {} stands for the binary
	// decode reads the output; dir is the directory that was analysed.
	env    []string // additions to the environment
	decode func(p *Peer, stdout, stderr []byte, dir string) ([]Report, error)
}

// Peers are the tools beside which conclint is put, in the order of the tables. Reports on tests are left out everywhere:
// conclint shows them on demand only.
var Peers = []Peer{
	{Name: "go vet", Args: []string{"go", "vet", "-json"}, decode: decodeAnalysis},
	{Name: "staticcheck", Pkg: "honnef.co/go/tools/cmd/staticcheck@v0.8.2", Args: []string{"{}", "-tests=false", "-f", "json", "-checks", "SA*"}, decode: decodeStaticcheck},
	{Name: "gosec", Pkg: "github.com/securego/gosec/v2/cmd/gosec@v2.30.0", Args: []string{"{}", "-quiet", "-no-fail", "-fmt", "json", "-include", "G112,G114,G118"}, decode: decodeGosec},
	{Name: "noctx", Pkg: "github.com/sonatard/noctx/cmd/noctx@v0.5.1", Args: []string{"go", "vet", "-vettool={}", "-json"}, decode: decodeAnalysis},
	{Name: "contextcheck", Pkg: "github.com/kkHAIKE/contextcheck/cmd/contextcheck@v1.1.6", Args: []string{"{}", "-test=false", "-json"}, decode: decodeAnalysis},
	{Name: "errcheck", Pkg: "github.com/kisielk/errcheck@v1.30.0", Args: []string{"{}", "-ignoretests", "-abspath"}, decode: decodeLines},
	{Name: "checklocks", Pkg: "gvisor.dev/gvisor/tools/checklocks/cmd/checklocks@v0.0.0-20260905035102-160fafc42237", Args: []string{"go", "vet", "-vettool={}", "-json"}, decode: decodeChecklocks},
}

// Absent are the tools that were asked of the module proxy as well and cannot be had from it.
var Absent = []string{"github.com/kojah/gohawk", "github.com/sanbricio/goconcurrencylint"}

// Version is the tool's version; that of the go command is the one which runs this program's tools.
func (p *Peer) Version() string {
	_, version, _ := strings.Cut(p.Pkg, "@")
	return version
}

// Run analyses packages of the module in dir.
func (p *Peer) Run(ctx context.Context, dir, cache string, packages ...string) ([]Report, error) {
	args := append(slices.Clone(p.Args), packages...)
	if p.Pkg != "" {
		binary, err := modules.Install(ctx, filepath.Join(cache, "bin"), p.Pkg)
		if err != nil {
			return nil, err
		}
		for i := range args {
			args[i] = strings.Replace(args[i], "{}", binary, 1)
		}
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "GOWORK=off", "STATICCHECK_CACHE="+filepath.Join(cache, "staticcheck")), p.env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return nil, fmt.Errorf("running %s: %w", p.Name, err)
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("%s in %s: %w", p.Name, dir, ctx.Err())
	}
	reports, decodeErr := p.decode(p, stdout.Bytes(), stderr.Bytes(), dir)
	if decodeErr != nil || err != nil && len(reports) == 0 {
		text := stderr.Bytes()
		return nil, fmt.Errorf("%s in %s: %w\n%s", p.Name, dir, errors.Join(decodeErr, err), text[max(0, len(text)-2000):])
	}
	reports = slices.DeleteFunc(reports, func(r Report) bool {
		return strings.HasSuffix(r.File, "_test.go") || strings.HasPrefix(r.File, "../") || filepath.IsAbs(r.File)
	})
	slices.SortFunc(reports, byPlace)
	return slices.CompactFunc(reports, func(a, b Report) bool { return byPlace(a, b) == 0 }), nil
}

func byPlace(a, b Report) int {
	if c := strings.Compare(a.File, b.File); c != 0 {
		return c
	}
	if a.Line != b.Line {
		return a.Line - b.Line
	}
	return strings.Compare(a.Rule, b.Rule)
}

// decodeAnalysis reads what programs built on go/analysis print with -json: a map from packages to a map from analyzers
// to diagnostics; of go vet, one such document per package, after a line with the package's name.
func decodeAnalysis(p *Peer, stdout, stderr []byte, dir string) ([]Report, error) {
	text := stdout
	if len(bytes.TrimSpace(text)) == 0 {
		text = stderr // where go vet wrote them once
	}
	var document bytes.Buffer
	for line := range bytes.Lines(text) {
		if !bytes.HasPrefix(line, []byte("#")) {
			document.Write(line)
		}
	}
	var reports []Report
	for in := json.NewDecoder(&document); ; {
		var packages map[string]map[string]json.RawMessage
		if err := in.Decode(&packages); err == io.EOF {
			return reports, nil
		} else if err != nil {
			return nil, fmt.Errorf("decoding diagnostics: %w", err)
		}
		for _, pkg := range slices.Sorted(maps.Keys(packages)) {
			for _, analyzer := range slices.Sorted(maps.Keys(packages[pkg])) {
				var diagnostics []struct{ Posn, Message string }
				if err := json.Unmarshal(packages[pkg][analyzer], &diagnostics); err != nil {
					continue // {"error": …}: the package is not judged
				}
				for _, d := range diagnostics {
					if r, ok := place(d.Posn, dir); ok {
						r.Rule, r.Message = analyzer, d.Message
						reports = append(reports, r)
					}
				}
			}
		}
	}
}

// decodeChecklocks makes rules of the kinds of messages, since checklocks has one analyzer: a guess that a field needs an
// annotation, a plain use of what is atomic elsewhere, and locks held or not held against what is annotated or usual.
func decodeChecklocks(p *Peer, stdout, stderr []byte, dir string) ([]Report, error) {
	reports, err := decodeAnalysis(p, stdout, stderr, dir)
	for i := range reports {
		switch r := &reports[i]; {
		case strings.HasPrefix(r.Message, "may require checklocks annotation"):
			r.Rule = "inferred"
		case strings.Contains(r.Message, "atomic"):
			r.Rule = "atomic"
		default:
			r.Rule = "locks"
		}
	}
	return reports, err
}

func decodeStaticcheck(p *Peer, stdout, stderr []byte, dir string) ([]Report, error) {
	var reports []Report
	for in := json.NewDecoder(bytes.NewReader(stdout)); ; {
		var d struct {
			Code, Message string
			Location      finding.Place
		}
		if err := in.Decode(&d); err == io.EOF {
			return reports, nil
		} else if err != nil {
			return nil, fmt.Errorf("decoding diagnostics: %w", err)
		}
		reports = append(reports, Report{d.Code, finding.Relative(dir, d.Location.File), d.Location.Line, d.Message})
	}
}

func decodeGosec(p *Peer, stdout, stderr []byte, dir string) ([]Report, error) {
	var document struct {
		Issues []struct {
			RuleID  string `json:"rule_id"`
			Details string
			File    string
			Line    string // "12" or "12-15"
		}
	}
	if len(bytes.TrimSpace(stdout)) == 0 {
		return nil, nil // quiet where it has nothing to say
	}
	if err := json.Unmarshal(stdout, &document); err != nil {
		return nil, fmt.Errorf("decoding issues: %w", err)
	}
	var reports []Report
	for _, issue := range document.Issues {
		first, _, _ := strings.Cut(issue.Line, "-")
		line, err := strconv.Atoi(first)
		if err != nil {
			return nil, fmt.Errorf("decoding issues: line %q", issue.Line)
		}
		reports = append(reports, Report{issue.RuleID, finding.Relative(dir, issue.File), line, issue.Details})
	}
	return reports, nil
}

// decodeLines reads file:line:column: message.
func decodeLines(p *Peer, stdout, stderr []byte, dir string) ([]Report, error) {
	var reports []Report
	lines := bufio.NewScanner(bytes.NewReader(stdout))
	for lines.Scan() {
		posn, message, _ := strings.Cut(lines.Text(), "\t")
		if r, ok := place(strings.TrimSuffix(posn, ":"), dir); ok {
			r.Rule, r.Message = p.Name, strings.TrimSpace(message)
			reports = append(reports, r)
		}
	}
	return reports, lines.Err()
}

var position = regexp.MustCompile(`^(.+?):(\d+)(:\d+)?$`)

func place(posn, dir string) (Report, bool) {
	m := position.FindStringSubmatch(posn)
	if m == nil {
		return Report{}, false
	}
	line, err := strconv.Atoi(m[2])
	return Report{File: finding.Relative(dir, m[1]), Line: line}, err == nil
}
