package driver

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// schema is the part of JSON Schema that the published schema uses.
type schema struct {
	Ref        string            `json:"$ref"`
	Defs       map[string]schema `json:"$defs"`
	Type       kinds             `json:"type"`
	Required   []string          `json:"required"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
	Additional *schema           `json:"additionalProperties"`
	Enum       []any             `json:"enum"`
	Pattern    string            `json:"pattern"`
	Minimum    *float64          `json:"minimum"`
	ID         string            `json:"$id"`
	Schema     string            `json:"$schema"`
	Title      string            `json:"title"`
	Text       string            `json:"description"`
}

// kinds is one type or a list of them.
type kinds []string

func (t *kinds) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, (*[]string)(t)) == nil {
		return nil
	}
	*t = kinds{""}
	return json.Unmarshal(data, &(*t)[0])
}

func (s schema) is(name string) bool { return slices.Contains(s.Type, name) }

// check returns what is wrong with v; a property that the schema does not know is wrong too.
func (s schema) check(root schema, path string, v any) (errs []string) {
	bad := func(format string, args ...any) { errs = append(errs, path+": "+fmt.Sprintf(format, args...)) }
	if s.Ref != "" {
		return root.Defs[strings.TrimPrefix(s.Ref, "#/$defs/")].check(root, path, v)
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
		bad("%v is none of %v", v, s.Enum)
	}
	switch v := v.(type) {
	case map[string]any:
		if !s.is("object") {
			bad("an object")
		}
		for _, r := range s.Required {
			if _, ok := v[r]; !ok {
				bad("lacks %s", r)
			}
		}
		for _, name := range sortedKeys(v) {
			p, ok := s.Properties[name]
			if !ok && s.Additional != nil {
				p, ok = *s.Additional, true
			}
			if !ok {
				bad("has the unknown property %s", name)
				continue
			}
			errs = append(errs, p.check(root, path+"."+name, v[name])...)
		}
	case []any:
		if !s.is("array") {
			bad("an array")
			break
		}
		for i, e := range v {
			errs = append(errs, s.Items.check(root, fmt.Sprintf("%s[%d]", path, i), e)...)
		}
	case string:
		if !s.is("string") || !regexp.MustCompile(s.Pattern).MatchString(v) {
			bad("the string %q", v)
		}
	case float64:
		if !s.is("integer") || v != math.Trunc(v) || s.Minimum != nil && v < *s.Minimum {
			bad("the number %v", v)
		}
	case bool:
		if !s.is("boolean") {
			bad("the truth value %v", v)
		}
	default:
		bad("%v", v)
	}
	return errs
}

func TestJSONKeepsToItsSchema(t *testing.T) {
	text, err := os.ReadFile("../../docs/schema/findings-v1.schema.json")
	require.NoError(t, err)
	var s schema
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.DisallowUnknownFields() // the checker must understand all of it
	require.NoError(t, dec.Decode(&s))
	archive, err := txtar.ParseFile("testdata/script/formats.txtar")
	require.NoError(t, err)
	found := false
	for _, f := range archive.Files {
		if f.Name == "want.json" {
			found = true
			var v any
			require.NoError(t, json.Unmarshal(f.Data, &v))
			assert.Empty(t, s.check(s, "$", v))
			// The checker can fail.
			v.(map[string]any)["findings"].([]any)[0].(map[string]any)["severity"] = "loud"
			delete(v.(map[string]any), "errors")
			assert.Len(t, s.check(s, "$", v), 2)
		}
	}
	assert.True(t, found)
}
