package driver

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/conclint/conclint/internal/pattern"
)

// vetRun is one run of go vet with this very program as the tool.
type vetRun struct {
	dir      string   // where to run
	self     string   // absolute path of this program
	analysis []string // flags of the tool
	build    []string // flags of the go command
	packages []string
	progress func() // called after each package
}

// vetResult is what a run produced.
type vetResult struct {
	findings []*Finding
	packages int      // how many packages were analysed
	errs     []string // packages that could not be loaded, analyses that failed
	notes    []string // what the go command said although all went well
}

// run executes go vet, and once more without the packages that cannot be
// loaded if go vet, on their account, has analysed none. The error is of a
// kind that leaves nothing to show: no go command, interrupted.
func (v vetRun) run(ctx context.Context) (*vetResult, error) {
	res, err := v.once(ctx)
	if err != nil || len(res.errs) == 0 || res.packages > 0 {
		return res, err
	}
	v.packages = v.loadable(ctx)
	if len(v.packages) == 0 {
		return res, nil
	}
	rest, err := v.once(ctx)
	if err != nil {
		return nil, err
	}
	rest.errs = append(res.errs, rest.errs...)
	return rest, nil
}

// loadable lists those of the packages that have no load error, neither in
// themselves nor in what they or their tests import; none if all are so.
func (v vetRun) loadable(ctx context.Context) []string {
	args := append([]string{"list", "-e", "-test", "-json=ImportPath,ForTest,Error,DepsErrors"}, v.build...)
	args = append(append(args, "--"), v.packages...)
	cmd := v.command(ctx, args...)
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	var names []string
	bad := map[string]bool{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath, ForTest string
			Error               json.RawMessage
			DepsErrors          []json.RawMessage
		}
		if dec.Decode(&p) != nil {
			break
		}
		name := cmp.Or(p.ForTest, strings.TrimSuffix(p.ImportPath, ".test"))
		names = append(names, name)
		if p.Error != nil || len(p.DepsErrors) > 0 {
			bad[name] = true
		}
	}
	if len(bad) == 0 {
		return nil // the trouble is another one, and a second run would meet it again
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return slices.DeleteFunc(names, func(n string) bool { return bad[n] })
}

// command is a go command in the directory of the run.
func (v vetRun) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = v.dir
	// Where PWD is right the go command uses it, and thus the names of links
	// as the user knows them.
	cmd.Env = append(os.Environ(), "PWD="+v.dir)
	return cmd
}

func (v vetRun) once(ctx context.Context) (*vetResult, error) {
	// An explicit -trimpath=false overrides GOFLAGS: with trimmed paths the
	// build cache would replay the diagnostics of another checkout.
	args := []string{"vet", "-vettool=" + v.self, "-trimpath=false"}
	args = append(args, v.analysis...)
	// After the flags of the tool, where a go vet without -json has it too in
	// the key of its cache.
	args = append(args, "-json")
	args = append(args, v.build...)
	args = append(args, "--")
	args = append(args, v.packages...)
	cmd := v.command(ctx, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, errors.New("the go command is not in PATH; conclint needs it to load packages")
		}
		return nil, fmt.Errorf("cannot run the go command: %w", err)
	}
	res := &vetResult{}
	res.findings, res.errs = decodeStream(stdout, func() {
		res.packages++
		if v.progress != nil {
			v.progress()
		}
	})
	failed := cmd.Wait()
	if ctx.Err() != nil {
		return nil, errors.New("interrupted")
	}
	said := sortBlocks(stderr.String())
	if failed == nil {
		res.notes = said
		return res, nil
	}
	if len(said) == 0 && len(res.errs) == 0 {
		said = []string{fmt.Sprintf("go vet failed: %v", failed)}
	}
	res.errs = append(res.errs, said...)
	return res, nil
}

// header begins the go command's output about one package: "# path", "# path [path.test]"
// or "# [path]".
var header = pattern.New(`^# \[?([^\s\]]+)\]?(?: \[.*\])?$`)

// sortBlocks splits what the go command wrote to standard error into one text
// per package and those that belong to no package, which come first; sorted,
// for packages are built in parallel, and without repetitions, for a package
// is compiled again with its tests.
func sortBlocks(stderr string) []string {
	general := []string{}
	blocks := map[string][]string{}
	var names []string
	current := ""
	for line := range strings.Lines(stderr) {
		line = strings.TrimRight(line, "\r\n")
		if m := header.FindStringSubmatch(line); m != nil {
			current = m[1]
			if _, ok := blocks[current]; !ok {
				blocks[current] = nil
				names = append(names, current)
			}
			continue
		}
		switch {
		case line == "" || strings.HasPrefix(line, "exit status "):
		case current == "" || strings.HasPrefix(line, "go: "):
			general = append(general, line)
		case len(blocks[current]) > 1000 || !slices.Contains(blocks[current], line): // a stack trace is long
			blocks[current] = append(blocks[current], line)
		}
	}
	slices.Sort(names)
	var out []string
	if len(general) > 0 {
		out = append(out, strings.Join(general, "\n"))
	}
	for _, n := range names {
		if lines := abridge(blocks[n]); len(lines) > 0 {
			out = append(out, "# "+n+"\n"+strings.Join(lines, "\n"))
		}
	}
	return out
}

// crash begins what the Go runtime prints when a program dies.
var crash = pattern.New(`^(panic: |fatal error: |runtime: goroutine stack exceeds )`)

// crashLines is how much of a stack trace a report of the crash needs.
const crashLines = 30

// abridge shortens the stack traces of a crash of the analysis, which may be
// thousands of lines, and says what they are.
func abridge(lines []string) []string {
	i := slices.IndexFunc(lines, crash.MatchString)
	if i < 0 {
		return lines
	}
	out := append(slices.Clone(lines[:i]), "conclint crashed on this package and has not judged it; please report this at https://github.com/conclint/conclint/issues:")
	rest := lines[i:]
	if len(rest) > crashLines {
		rest = append(slices.Clone(rest[:crashLines]), fmt.Sprintf("… %d more lines", len(rest)-crashLines))
	}
	return append(out, rest...)
}

// goVersion asks the go command for its version, such as "go1.26.8"; empty if it does not say.
func goVersion(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "go", "env", "GOVERSION").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// progress shows on a terminal that a long run is alive.
type progress struct {
	w       io.Writer
	started time.Time
	mu      sync.Mutex
	count   int
	shown   bool
	stop    chan struct{}
	stopped sync.WaitGroup
}

// progressDelay spares short runs the noise.
const progressDelay = 2 * time.Second

func startProgress(w io.Writer) *progress {
	p := &progress{w: w, started: time.Now(), stop: make(chan struct{})}
	p.stopped.Go(func() {
		tick := time.NewTicker(500 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-p.stop:
				return
			case <-tick.C:
				p.show()
			}
		}
	})
	return p
}

func (p *progress) packageDone() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count++
}

func (p *progress) show() {
	elapsed := time.Since(p.started)
	if elapsed < progressDelay {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shown = true
	fmt.Fprintf(p.w, "\r\x1b[Kconclint: %s, %s", elapsed.Round(time.Second), plural(p.count, "package", "packages"))
}

// close removes the progress line.
func (p *progress) close() {
	close(p.stop)
	p.stopped.Wait()
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
