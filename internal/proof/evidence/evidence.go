// Package evidence keeps docs/evidence.md: the output of the measurements with the day, the versions and the class of
// machine, one section per command. README quotes tables from it.
package evidence

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Measure is a command of this program.
type Measure func(ctx context.Context, args []string, w io.Writer) error

const title = "# Evidence\n\nWritten by `make evidence`. Each section is the output of the command that it names.\n"

// Command returns `proof evidence`, which runs the measures named by its arguments and replaces their sections. Flags after a name
// are the measure's own: corpus -v, bench -n 3.
func Command(measures map[string]Measure) Measure {
	return func(ctx context.Context, args []string, w io.Writer) error {
		flags := flag.NewFlagSet("evidence", flag.ContinueOnError)
		file := flags.String("o", "docs/evidence.md", "the `file` to update")
		if err := flags.Parse(args); err != nil {
			return err
		}
		runs := split(flags.Args(), measures)
		if len(runs) == 0 {
			return errors.New("usage: proof evidence [-o file] corpus|audit|fixcheck|bench [flags] ...")
		}
		for _, run := range runs {
			name := run[0]
			measure := measures[name]
			if measure == nil {
				return fmt.Errorf("no measure is called %q", name)
			}
			var out bytes.Buffer
			if err := measure(ctx, run[1:], io.MultiWriter(w, &out)); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if err := update(*file, name, circumstances(ctx, run), out.String()); err != nil {
				return err
			}
		}
		return nil
	}
}

// split cuts the arguments before each name of a measure.
func split(args []string, measures map[string]Measure) [][]string {
	var runs [][]string
	for _, a := range args {
		if measures[a] != nil || len(runs) == 0 {
			runs = append(runs, nil)
		}
		runs[len(runs)-1] = append(runs[len(runs)-1], a)
	}
	return runs
}

// circumstances says what a reader must know to repeat a measurement.
func circumstances(ctx context.Context, run []string) string {
	commit := "unknown"
	if out, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty").Output(); err == nil {
		commit = strings.TrimSpace(string(out))
	}
	return fmt.Sprintf("`proof %s` on %s: conclint %s, %s, %s/%s, %d processors.",
		strings.Join(portable(run), " "), time.Now().UTC().Format(time.DateOnly), commit, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
}

// portable leaves out where this machine keeps things: a reader has other places.
func portable(run []string) []string {
	var out []string
	for i := 0; i < len(run); i++ {
		switch name, _, given := strings.Cut(strings.TrimLeft(run[i], "-"), "="); {
		case !strings.HasPrefix(run[i], "-") || name != "cache" && name != "conclint":
			out = append(out, run[i])
		case !given:
			i++ // its value is an argument of its own
		}
	}
	return out
}

// update replaces one section of the file, or adds it; sections are ordered by name.
func update(file, name, head, output string) error {
	data, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	sections := Sections(string(data))
	sections = slices.DeleteFunc(sections, func(s Section) bool { return s.Name == name })
	sections = append(sections, Section{name, head + "\n\n```text\n" + strings.TrimRight(trimLines(output), "\n") + "\n```"})
	slices.SortFunc(sections, func(a, b Section) int { return strings.Compare(a.Name, b.Name) })
	var b strings.Builder
	b.WriteString(title)
	for _, s := range sections {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", s.Name, s.Text)
	}
	return os.WriteFile(file, []byte(b.String()), 0o666)
}

func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}

// A Section is a part of the document below a heading of the second level.
type Section struct {
	Name string
	Text string // without the heading and outer empty lines
}

// Sections takes a document apart.
func Sections(document string) []Section {
	var all []Section
	parts := strings.Split("\n"+document, "\n## ")
	for _, part := range parts[1:] {
		name, text, _ := strings.Cut(part, "\n")
		all = append(all, Section{name, strings.TrimSpace(text)})
	}
	return all
}
