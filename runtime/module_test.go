package conclint_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const modulePath = "github.com/conclint/conclint/runtime"

// A program that accepts a fix must not inherit anything else.
func TestUserModuleGetsNothingElse(t *testing.T) {
	self, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	user := t.TempDir()
	write(t, filepath.Join(user, "go.mod"), fmt.Sprintf("module example.com/user\n\ngo 1.24\n\nrequire %s v0.0.0\n\nreplace %s => %s\n", modulePath, modulePath, self))
	write(t, filepath.Join(user, "main.go"), `package main

import (
	"context"
	"fmt"

	"github.com/conclint/conclint/runtime/gate"
	"github.com/conclint/conclint/runtime/lock"
	"github.com/conclint/conclint/runtime/queue"
	"github.com/conclint/conclint/runtime/task"
)

func main() {
	ctx := context.Background()
	s, q := gate.NewSemaphore(1), queue.New[int](1)
	var sum lock.Guarded[int]
	err := task.Run(ctx, func(g *task.Group) error {
		g.Go(func(ctx context.Context) error {
			return q.Process(ctx, 2, func(ctx context.Context, v int) error {
				return s.With(ctx, func() error { sum.Do(func(n *int) { *n += v }); return nil })
			})
		})
		defer q.Close()
		for i := range 10 {
			if err := q.Put(ctx, i); err != nil {
				return err
			}
		}
		return nil
	})
	sum.Do(func(n *int) { fmt.Println(*n, err) })
}
`)
	if got, want := run(t, user, "list", "-m", "-f", "{{.Path}}", "all"), "example.com/user\n"+modulePath+"\n"; got != want {
		t.Errorf("modules of a user of the runtime:\n%swant\n%s", got, want)
	}
	for _, dep := range strings.Fields(run(t, user, "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".")) {
		if dep != "example.com/user" && !strings.HasPrefix(dep, modulePath+"/") {
			t.Errorf("the program depends on %s", dep)
		}
	}
	if got := run(t, user, "run", "."); got != "45 <nil>\n" {
		t.Errorf("the program prints %q", got)
	}
}

func TestGoModHasNoRequirements(t *testing.T) {
	data, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(data), "module "+modulePath+"\n\ngo 1.24\n"; got != want {
		t.Errorf("go.mod is\n%s\nwant\n%s", got, want)
	}
	if _, err := os.Stat("go.sum"); err == nil {
		t.Error("there is a go.sum, so there is a dependency")
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// run runs the go command without network and returns what it prints.
func run(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off", "GOTOOLCHAIN=local")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

// Every example that the documents point to exists, and every example is pointed to from docs/runtime.md.
func TestDocumentsPointToExamples(t *testing.T) {
	exists := map[string]bool{}
	var examples []string
	files, err := filepath.Glob("*/example*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	decl := regexp.MustCompile(`(?m)^func (Example\w+)\(\)`)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range decl.FindAllSubmatch(data, -1) {
			link := filepath.ToSlash(file) + " " + string(m[1])
			exists[link] = true
			examples = append(examples, link)
		}
	}
	if len(examples) == 0 {
		t.Fatal("there are no examples")
	}
	guide := filepath.Join("..", "docs", "runtime.md")
	if _, err := os.Stat(guide); err != nil {
		t.Skip("the module stands alone, without the documents of the linter")
	}
	linked := map[string]bool{}
	for _, doc := range []string{guide, "README.md"} {
		data, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		link := regexp.MustCompile(`\[(Example\w+)\]\((?:\.\./runtime/)?([^)#]+)\)`)
		for _, m := range link.FindAllSubmatch(data, -1) {
			at := string(m[2]) + " " + string(m[1])
			if !exists[at] {
				t.Errorf("%s points to %s, which does not exist", doc, at)
			}
			linked[at] = true
		}
	}
	for _, e := range examples {
		if !linked[e] {
			t.Errorf("no document points to %s", e)
		}
	}
}
