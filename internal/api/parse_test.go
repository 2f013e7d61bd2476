package api

import (
	"flag"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseRows(t *testing.T) {
	rows, err := ParseRows(`
		# our key-value store
		example.com/kv.(Client).Get = block, kind=network, ctx=0   # bounded by its context
		example.com/kv.(*Client).Watch=block;example.com/pool.Submit = spawn, func=1
		example.com/par.Each = parallel, func=2, ctx=0
		example.com/mu.(Gate).Enter = lock, mode=read, try
		gopkg.in/yaml.v3.Slow = block, kind=file, bound=arg, arg=1, instead=yaml.Quick
	`)
	require.NoError(t, err)
	want := map[Key]Effect{
		{"example.com/kv", "Client", "Get"}:   waits(Network, ByCtx).withCtx(0),
		{"example.com/kv", "Client", "Watch"}: waits(Network, Unbounded),
		{"example.com/pool", "", "Submit"}:    calling(Spawn, 1, Keeps),
		{"example.com/par", "", "Each"}:       calling(ParallelDo, 2, CallsAway).withCtx(0),
		{"example.com/mu", "Gate", "Enter"}:   try(Read),
		{"gopkg.in/yaml.v3", "", "Slow"}:      sizedWait(waits(FileIO, ByArg).insteadUse("yaml.Quick"), 1),
	}
	assert.Equal(t, want, rows)
}

func TestParseRowsErrors(t *testing.T) {
	for text, says := range map[string]string{
		"example.com/p.F":                               "want FUNCTION = EFFECT",
		"F = spawn, func=0":                             "names no function",
		"example.com/p.(T.F = spawn, func=0":            "names no function",
		"example.com/p.().F = spawn, func=0":            "names no function",
		"example.com/p.9 = block":                       "names no function",
		"example.com/p.F = spwan, func=0":               `unknown effect "spwan": want one of acquire,`,
		"example.com/p.F = spawn":                       "spawn needs func=N",
		"example.com/p.F = spawn, func=x":               "want the number of an argument",
		"example.com/p.F = spawn, func=-1":              "want the number of an argument",
		"example.com/p.F = spawn, func=99999999999":     "want the number of an argument",
		"example.com/p.F = block, kind=disk":            "want one of network, process",
		"example.com/p.F = block, colour=red":           `unknown attribute "colour"`,
		"example.com/p.F = block, ctx=0, ctx=1":         `"ctx" is given twice`,
		"example.com/p.F = block, bound=ctx":            "bound=ctx needs ctx=N",
		"example.com/p.F = block, bound=arg":            "need arg=N",
		"example.com/p.F = spawn, func=0, kind=client":  "only block has",
		"example.com/p.F = block, use=now":              "use needs func=N",
		"example.com/p.F = sleep, mode=read":            "only lock and unlock have",
		"example.com/p.F = unlock, try":                 "cannot be a try",
		"example.com/p.F = lock, try=yes":               "takes no value",
		"example.com/p.F = block, instead=":             "names no function",
		"example.com/p.F = block; example.com/p.F=none": "has a row already",
	} {
		rows, err := ParseRows(text)
		if assert.ErrorIs(t, err, ErrRow, text) {
			assert.ErrorContains(t, err, says, text)
		}
		assert.Nil(t, rows, text)
	}
}

func TestErrorNamesTheRow(t *testing.T) {
	_, err := ParseRows("example.com/p.F = block\n\nexample.com/p.G = what")
	assert.ErrorContains(t, err, `bad row 2, "example.com/p.G = what"`)
}

func TestKeyRoundTrip(t *testing.T) {
	for _, k := range New("", nil).Keys() {
		got, err := ParseKey(k.String())
		assert.NoError(t, err)
		assert.Equal(t, k, got)
	}
}

func TestRowsFlag(t *testing.T) {
	var rows map[Key]Effect
	f := &RowsFlag{Rows: &rows}
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Var(f, "api.rows", "")
	require.NoError(t, fs.Parse([]string{"-api.rows=example.com/p.F=block", "-api.rows", "example.com/p.G=none"}))
	assert.Len(t, rows, 2)
	assert.Equal(t, "example.com/p.F=block; example.com/p.G=none", f.String())
	again, err := ParseRows(f.String())
	require.NoError(t, err)
	assert.Equal(t, rows, again, "the flag's text says all")
	assert.Error(t, fs.Parse([]string{"-api.rows=example.com/p.F"}))
	assert.Len(t, rows, 2, "a bad flag adds nothing")
	assert.Empty(t, new(RowsFlag).String())
}

// FuzzParseRows: no input panics; what is accepted names functions whose keys
// survive the round trip and effects that make sense; an error loses nothing.
func FuzzParseRows(f *testing.F) {
	f.Add("example.com/kv.(Client).Get = block, kind=network, ctx=0 # why")
	f.Add("example.com/p.F=spawn,func=1;example.com/p.G=none\n")
	f.Add("a.b=lock,try,mode=read")
	f.Add("gopkg.in/x.v2.(T).M=parallel,func=2,use=keep")
	f.Add("=;=;,,,#")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := ParseRows(text)
		if err != nil {
			if rows != nil {
				t.Fatal("rows with an error")
			}
			return
		}
		for k, e := range rows {
			if got, err := ParseKey(k.String()); err != nil || got != k {
				t.Fatalf("%+v is written %q, read as %+v, %v", k, k, got, err)
			}
			if (e.Op == Block) != (e.Blocking != NotBlocking) {
				t.Fatalf("%s: kind without block: %+v", k, e)
			}
			if (e.Func == None) != (e.Use == NoFunc) {
				t.Fatalf("%s: use without function: %+v", k, e)
			}
			if e.Bound == ByCtx && e.Ctx == None {
				t.Fatalf("%s: bound by no context: %+v", k, e)
			}
		}
	})
}
