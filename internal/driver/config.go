package driver

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/driver/yaml"
	"github.com/conclint/conclint/internal/report"
)

// configName is the configuration file, looked for in the working directory
// and above, up to the top of the repository.
const configName = ".conclint.yaml"

// config is what a configuration file says. The command line is stronger.
type config struct {
	file     string
	dir      string // of the file; paths in it are relative to it
	strict   *bool
	tests    *bool
	rules    []report.Rule
	severity []severityRule
	paths    []report.PathRules
	baseline string
	analysis []string // flags for go vet
}

type severityRule struct {
	pattern string
	level   Severity
}

// findConfig returns the file for dir, or "" if there is none.
func findConfig(dir string) string {
	for {
		file := filepath.Join(dir, configName)
		if info, err := os.Stat(file); err == nil && !info.IsDir() {
			return file
		}
		_, err := os.Stat(filepath.Join(dir, ".git"))
		parent := filepath.Dir(dir)
		if err == nil || parent == dir {
			return ""
		}
		dir = parent
	}
}

// readConfig reads a configuration file. known are the flags that change the
// analysis. Errors name file and line.
func readConfig(file string, known []analysisFlag) (*config, error) {
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	root, err := yaml.Parse(src)
	c := &config{file: file, dir: filepath.Dir(file)}
	if err == nil {
		err = c.read(root, known)
	}
	if at := (*yaml.Error)(nil); errors.As(err, &at) {
		return nil, fmt.Errorf("%s:%d: %s", file, at.Line, at.Text)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return c, nil
}

func (c *config) read(root yaml.Node, known []analysisFlag) error {
	return fields(root, map[string]func(yaml.Node) error{
		"strict":  boolField(&c.strict),
		"tests":   boolField(&c.tests),
		"enable":  rulesField(&c.rules, true),
		"disable": rulesField(&c.rules, false),
		"baseline": func(n yaml.Node) error {
			if n.Kind != yaml.Scalar {
				return n.Errorf("want the name of a file")
			}
			c.baseline = filepath.Join(c.dir, filepath.FromSlash(n.Text))
			return nil
		},
		"severity":  c.readSeverity,
		"paths":     c.readPaths,
		"analyzers": func(n yaml.Node) error { return c.readOptions(n, known) },
		"runtime":   func(n yaml.Node) error { return c.addFlag(n, "runtime", known) },
		"api": func(n yaml.Node) error {
			rows, err := n.Strings()
			for _, row := range rows {
				err = errors.Join(err, c.addFlag(row, "api.rows", known))
			}
			return err
		},
	})
}

// fields calls the function of each key of a map; keys without one are errors.
func fields(n yaml.Node, known map[string]func(yaml.Node) error) error {
	if n.Kind == yaml.Null {
		return nil
	}
	if n.Kind != yaml.Map {
		return n.Errorf("want keys and values; known keys are %s", strings.Join(sortedKeys(known), ", "))
	}
	for _, p := range n.Pairs {
		read, ok := known[p.Key]
		if !ok {
			return yaml.Node{Line: p.Line}.Errorf("unknown key %q; known keys are %s", p.Key, strings.Join(sortedKeys(known), ", "))
		}
		if p.Value.Kind == yaml.Null {
			continue
		}
		if err := read(p.Value); err != nil {
			return err
		}
	}
	return nil
}

func boolField(to **bool) func(yaml.Node) error {
	return func(n yaml.Node) error {
		v, err := n.Bool()
		*to = &v
		return err
	}
}

func rulesField(to *[]report.Rule, on bool) func(yaml.Node) error {
	return func(n yaml.Node) error {
		patterns, err := n.Strings()
		if err != nil {
			return err
		}
		for _, p := range patterns {
			if err := report.CheckPattern(p.Text); err != nil {
				return p.Errorf("%v", err)
			}
			*to = append(*to, report.Rule{Pattern: p.Text, On: on})
		}
		return nil
	}
}

func (c *config) readSeverity(n yaml.Node) error {
	if n.Kind != yaml.Map {
		return n.Errorf("want patterns with error, warning or note")
	}
	for _, p := range n.Pairs {
		if err := report.CheckPattern(p.Key); err != nil {
			return yaml.Node{Line: p.Line}.Errorf("%v", err)
		}
		level := Severity(p.Value.Text)
		if p.Value.Kind != yaml.Scalar || !slices.Contains([]Severity{Error, Warning, Note}, level) {
			return p.Value.Errorf("want error, warning or note")
		}
		c.severity = append(c.severity, severityRule{p.Key, level})
	}
	return nil
}

func (c *config) readPaths(n yaml.Node) error {
	if n.Kind != yaml.List {
		return n.Errorf("want a list of paths with what holds for them")
	}
	for _, item := range n.Items {
		var r report.PathRules
		err := fields(item, map[string]func(yaml.Node) error{
			"path": func(n yaml.Node) error {
				if _, err := path.Match(n.Text, ""); n.Kind != yaml.Scalar || err != nil || path.IsAbs(n.Text) {
					return n.Errorf("want a pattern of files below the configuration file, such as internal/** or *_mock.go")
				}
				r.Glob = n.Text
				return nil
			},
			"strict":  boolField(&r.Strict),
			"enable":  rulesField(&r.Rules, true),
			"disable": rulesField(&r.Rules, false),
		})
		if err != nil {
			return err
		}
		if r.Glob == "" {
			return item.Errorf("a path is missing")
		}
		c.paths = append(c.paths, r)
	}
	return nil
}

// readOptions reads analyzer -> option -> value, each of which is a flag.
func (c *config) readOptions(n yaml.Node, known []analysisFlag) error {
	if n.Kind != yaml.Map {
		return n.Errorf("want analyzers with their options")
	}
	for _, analyzer := range n.Pairs {
		if analyzer.Value.Kind != yaml.Map {
			return analyzer.Value.Errorf("want options with values")
		}
		for _, o := range analyzer.Value.Pairs {
			value := o.Value
			value.Line = o.Line
			if err := c.addFlag(value, analyzer.Key+"."+o.Key, known); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *config) addFlag(value yaml.Node, name string, known []analysisFlag) error {
	i := slices.IndexFunc(known, func(f analysisFlag) bool { return f.Name == name })
	if i < 0 {
		return value.Errorf("there is no option %s", name)
	}
	if value.Kind != yaml.Scalar {
		return value.Errorf("want one value")
	}
	// The flag's own parser says what is wrong, here with a line number.
	if err := known[i].Value.Set(value.Text); err != nil {
		return value.Errorf("option %s: %v", name, err)
	}
	c.analysis = append(c.analysis, "-"+name+"="+value.Text)
	return nil
}

// severityFor is the severity of a code: the last rule that matches, else the claim's.
func (c *config) severityFor(info report.CodeInfo) Severity {
	level := severityOf(info.Claim)
	for _, r := range c.severity {
		if report.Match(r.pattern, info) {
			level = r.level
		}
	}
	return level
}
