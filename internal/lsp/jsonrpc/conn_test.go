package jsonrpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func framed(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body) }

func TestRead(t *testing.T) {
	r := NewReader(strings.NewReader(
		framed(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"ä":"é"}}`) +
			"content-length: 36\nContent-Type: application/vscode-jsonrpc; charset=utf-8\n\n" + `{"jsonrpc":"2.0","method":"exit" }  ` +
			framed(`{"jsonrpc":"2.0","id":"x","result":null}`)))
	m, err := r.Read()
	require.NoError(t, err)
	assert.True(t, m.IsRequest() && !m.IsResponse())
	assert.Equal(t, "1", string(m.ID))
	m, err = r.Read()
	require.NoError(t, err)
	assert.Equal(t, "exit", m.Method)
	assert.False(t, m.IsRequest() || m.IsResponse())
	m, err = r.Read()
	require.NoError(t, err)
	assert.True(t, m.IsResponse())
	_, err = r.Read()
	assert.Equal(t, io.EOF, err)
}

// A bad message is an error to answer, and the next one is read all the same.
func TestBadMessages(t *testing.T) {
	good := framed(`{"jsonrpc":"2.0","method":"good"}`)
	for text, code := range map[string]int{
		framed(`{"jsonrpc":`):                        ParseError,
		framed(``):                                   ParseError,
		framed(`[]`):                                 InvalidRequest,
		framed(`3`):                                  InvalidRequest,
		framed(`{"method":"x"}`):                     InvalidRequest,
		framed(`{"jsonrpc":"1.0","method":"x"}`):     InvalidRequest,
		framed(`{"jsonrpc":"2.0","method":7}`):       InvalidRequest,
		framed(`{"jsonrpc":"2.0","id":{}}`):          InvalidRequest,
		"\r\n":                                       ParseError,
		"Content-Type: x\r\n\r\n":                    ParseError,
		"Content-Length: many\r\n\r\n":               ParseError,
		"Content-Length: -1\r\n\r\n":                 ParseError,
		"hello\r\n\r\n":                              ParseError,
		framed(strings.Repeat(" ", maxBody+1))[:0]:   0,
		"hello\r\n" + framed(`{"jsonrpc":"2.0"}`):    0,
		framed(`{"jsonrpc":"2.0","id":null}`):        0,
		framed(`{"jsonrpc":"2.0","params":[1,"]"]}`): 0,
	} {
		r := NewReader(strings.NewReader(text + good))
		if text != "" {
			_, err := r.Read()
			if code == 0 {
				assert.NoError(t, err, "%q", text)
			} else if bad := (*Error)(nil); assert.ErrorAs(t, err, &bad, "%q", text) {
				assert.Equal(t, code, bad.Code, "%q", text)
			}
		}
		m, err := r.Read()
		if assert.NoError(t, err, "%q", text) {
			assert.Equal(t, "good", m.Method, "%q", text)
		}
	}
}

func TestTooLong(t *testing.T) {
	long := io.MultiReader(strings.NewReader(fmt.Sprintf("Content-Length: %d\r\n\r\n", maxBody+1)), io.LimitReader(zeros{}, maxBody+1),
		strings.NewReader(framed(`{"jsonrpc":"2.0","method":"good"}`)))
	r := NewReader(long)
	_, err := r.Read()
	assert.ErrorContains(t, err, "too long")
	m, err := r.Read()
	require.NoError(t, err)
	assert.Equal(t, "good", m.Method)

	_, err = NewReader(zeros{}).Read()
	assert.ErrorContains(t, err, "header is too long")
	_, err = NewReader(strings.NewReader(strings.Repeat("a: b\n", 1000))).Read()
	assert.ErrorContains(t, err, "header is too long")
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestCutOff(t *testing.T) {
	whole := framed(`{"jsonrpc":"2.0","method":"x"}`)
	for i := 1; i < len(whole); i++ {
		_, err := NewReader(strings.NewReader(whole[:i])).Read()
		assert.Equal(t, io.ErrUnexpectedEOF, err, "%q", whole[:i])
	}
}

func TestWrite(t *testing.T) {
	var buf bytes.Buffer
	w := NewWriter(&buf)
	id, err := w.Request("a/b", map[string]int{"n": 1})
	require.NoError(t, err)
	require.NoError(t, w.Notify("c", nil))
	require.NoError(t, w.Reply(json.RawMessage(`"q"`), nil, nil))
	require.NoError(t, w.Reply(nil, nil, Errorf(ParseError, "no")))
	r := NewReader(&buf)
	m, err := r.Read()
	require.NoError(t, err)
	assert.Equal(t, id, string(m.ID))
	m, err = r.Read()
	require.NoError(t, err)
	assert.Equal(t, "c", m.Method)
	m, err = r.Read()
	require.NoError(t, err)
	assert.Equal(t, `"q"`, string(m.ID))
	assert.Equal(t, "null", string(m.Result))
	m, err = r.Read()
	require.NoError(t, err)
	assert.Nil(t, m.ID)
	assert.Equal(t, ParseError, m.Error.Code)
	assert.Equal(t, io.EOF, func() error { _, err := r.Read(); return err }())
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(framed(`{"jsonrpc":"2.0","id":1,"method":"x","params":{}}`)))
	f.Add([]byte("Content-Length: 3\n\n{}x\n\nContent-Length: 99999999999999\r\n\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := NewReader(bytes.NewReader(data))
		for range len(data) + 2 {
			_, err := r.Read()
			if bad := (*Error)(nil); err != nil && !errors.As(err, &bad) {
				return // the end
			}
		}
		t.Error("messages without bytes")
	})
}
