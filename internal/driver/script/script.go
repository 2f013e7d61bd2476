// Package script runs end-to-end tests written as txtar archives: a script in
// the comment, the files of a small module below it. Only tests import it.
//
// A script has one command a line; # begins a comment, words may be quoted
// with ', $WORK is the scratch directory, which holds the files, $CONCLINT the
// binary under test.
//
//	run CODE PROGRAM ARGS…   run a program and want this exit code; the tool
//	                         under test goes by the name conclint
//	stdin TEXT               what the next program reads; \n is a line end
//	stdout REGEXP            want a match in the last standard output; ! before
//	stderr REGEXP            the command wants none
//	cmp stdout FILE          want the last output to be this file's text; with
//	                         CONCLINT_UPDATE_GOLDENS=1 the file is rewritten
//	same FILE FILE           want two files to be equal
//	grep REGEXP FILE         want a match in a file
//	save stdout FILE         write the last output to a file
//	cd DIR                   from here on, run there (below $WORK)
//	env KEY=VALUE            from here on, run with this
//	cp FROM TO               copy a file
//	chmod MODE FILE          set a file's mode, octal
//	need PROGRAM…            skip the test unless these programs exist
package script

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// Tool is the program under test.
type Tool struct {
	Path string   // absolute path of the binary
	Env  []string // its environment, beyond that of the test
}

// RunAll runs each archive that matches the glob pattern as a parallel subtest.
func RunAll(t *testing.T, tool Tool, glob string) {
	files, err := filepath.Glob(glob)
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts match %s: %v", glob, err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txtar"), func(t *testing.T) {
			t.Parallel()
			Run(t, tool, f)
		})
	}
}

// Run runs one archive.
func Run(t *testing.T, tool Tool, file string) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	work, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		name := filepath.Join(work, filepath.FromSlash(f.Name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, f.Data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	s := &state{tool: tool, file: file, archive: archive, work: work, dir: work}
	s.env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=", "GOWORK=", "GOTOOLCHAIN=local", "GIT_CONFIG_NOSYSTEM=1", "NO_COLOR=")
	s.env = append(s.env, tool.Env...)
	proxy := ""
	if bytes.Contains(archive.Comment, []byte("$PROXY")) {
		proxy = "file://" + filepath.ToSlash(RuntimeProxy(t, "../../runtime")) // from cmd/conclint and internal/driver alike
		s.env = append(s.env, "GOMODCACHE="+filepath.Join(t.TempDir(), "modules"), "GOSUMDB=off", "GOFLAGS=-modcacherw")
	}
	n := 0
	for line := range strings.Lines(string(archive.Comment)) {
		n++
		words, err := split(strings.NewReplacer("$WORK", work, "$CONCLINT", tool.Path, "$PROXY", proxy).Replace(line))
		if err == nil && len(words) > 0 {
			err = s.do(words)
		}
		if errors.Is(err, errSkip) {
			t.Skipf("%s:%d: %v", file, n, err)
		}
		if err != nil {
			t.Fatalf("%s:%d: %s\n%v\n--- stdout\n%s--- stderr\n%s", file, n, strings.TrimSpace(line), err, s.stdout, s.stderr)
		}
	}
}

var errSkip = errors.New("skipped")

// state is what a script has done so far.
type state struct {
	tool           Tool
	file           string
	archive        *txtar.Archive
	work, dir      string
	env            []string
	stdin          string // of the next run
	stdout, stderr string // of the last run, with the scratch directory as $WORK
}

func (s *state) do(words []string) error {
	negated := words[0] == "!"
	if negated {
		words = words[1:]
	}
	if len(words) < 2 {
		return errors.New("a command needs an argument")
	}
	args := words[1:]
	switch words[0] {
	case "run":
		return s.run(args)
	case "stdin":
		s.stdin = strings.ReplaceAll(args[0], `\n`, "\n")
		return nil
	case "stdout":
		return match(s.stdout, args[0], negated)
	case "stderr":
		return match(s.stderr, args[0], negated)
	case "cmp":
		return s.cmp(s.output(args[0]), s.path(args[1]))
	case "same":
		a, err1 := os.ReadFile(s.path(args[0]))
		b, err2 := os.ReadFile(s.path(args[1]))
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		if !bytes.Equal(a, b) {
			return fmt.Errorf("%s is\n%s", args[0], a)
		}
		return nil
	case "grep":
		data, err := os.ReadFile(s.path(args[1]))
		if err != nil {
			return err
		}
		return match(string(data), args[0], negated)
	case "save":
		return os.WriteFile(s.path(args[1]), []byte(s.output(args[0])), 0o644)
	case "cd":
		s.dir = s.path(args[0])
		return nil
	case "env":
		s.env = append(s.env, args...)
		return nil
	case "cp":
		data, err := os.ReadFile(s.path(args[0]))
		if err != nil {
			return err
		}
		return os.WriteFile(s.path(args[1]), data, 0o644)
	case "chmod":
		mode, err := strconv.ParseUint(args[0], 8, 32)
		if err != nil {
			return err
		}
		return os.Chmod(s.path(args[1]), os.FileMode(mode))
	case "need":
		for _, p := range args {
			if _, err := exec.LookPath(p); err != nil {
				return fmt.Errorf("%w: no %s here", errSkip, p)
			}
		}
		return nil
	}
	return fmt.Errorf("unknown command %s", words[0])
}

func (s *state) cmp(got, file string) error {
	want, err := os.ReadFile(file)
	if err != nil || string(want) == got {
		return err
	}
	if os.Getenv("CONCLINT_UPDATE_GOLDENS") != "" {
		for i, f := range s.archive.Files {
			if filepath.Join(s.work, filepath.FromSlash(f.Name)) == file {
				s.archive.Files[i].Data = []byte(got)
				return os.WriteFile(s.file, txtar.Format(s.archive), 0o644)
			}
		}
	}
	return fmt.Errorf("the output differs from %s:\n%s", filepath.Base(file), want)
}

func (s *state) run(args []string) error {
	if len(args) < 2 {
		return errors.New("usage: run CODE PROGRAM ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	program := args[1]
	if program == "conclint" {
		program = s.tool.Path
	}
	cmd := exec.Command(program, args[2:]...)
	cmd.Dir = s.dir
	cmd.Env = append(s.env[:len(s.env):len(s.env)], "PWD="+s.dir)
	cmd.Stdin = strings.NewReader(s.stdin)
	s.stdin = ""
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	s.stdout = strings.ReplaceAll(stdout.String(), s.work, "$WORK")
	s.stderr = strings.ReplaceAll(stderr.String(), s.work, "$WORK")
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return err
	}
	if got := cmd.ProcessState.ExitCode(); got != want {
		return fmt.Errorf("exit code %d, want %d", got, want)
	}
	return nil
}

func (s *state) output(name string) string {
	if name == "stderr" {
		return s.stderr
	}
	return s.stdout
}

func (s *state) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(s.dir, filepath.FromSlash(name))
}

func match(text, pattern string, negated bool) error {
	re, err := regexp.Compile("(?m)" + pattern)
	if err != nil {
		return err
	}
	if re.MatchString(text) == negated {
		if negated {
			return fmt.Errorf("unwanted match of %q", pattern)
		}
		return fmt.Errorf("no match of %q", pattern)
	}
	return nil
}

// split cuts a line into words; '…' keeps blanks and # in a word.
func split(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	quoted, inWord := false, false
	for _, r := range line {
		switch {
		case r == '\'':
			quoted, inWord = !quoted, true
		case quoted || !strings.ContainsRune(" \t\n\r#", r) || r == '#' && inWord:
			word.WriteRune(r)
			inWord = true
		default:
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
			if r == '#' {
				return words, nil
			}
		}
	}
	if quoted {
		return nil, errors.New("a quote is not closed")
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
