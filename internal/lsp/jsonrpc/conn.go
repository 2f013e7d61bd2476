// Package jsonrpc speaks JSON-RPC 2.0 in the framing of the Language Server
// Protocol: headers, an empty line, a JSON text.
package jsonrpc

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Limits that no editor meets: what is longer is not for us.
const (
	maxHeader = 8 << 10
	maxBody   = 64 << 20
)

// Codes of errors, of JSON-RPC and of the Language Server Protocol.
const (
	ParseError     = -32700
	InvalidRequest = -32600
	MethodNotFound = -32601
	InvalidParams  = -32602
	InternalError  = -32603
	NotInitialized = -32002
)

// Error is an error as the peer sees it.
type Error struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (e *Error) Error() string { return fmt.Sprintf("%s (%d)", e.Message, e.Code) }

// Errorf returns an error with a code.
func Errorf(code int, format string, args ...any) *Error {
	return &Error{code, fmt.Sprintf(format, args...)}
}

// Message is a request, a notification or a response.
type Message struct {
	ID     json.RawMessage `json:"id"` // a number or a string; nil in a notification
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *Error          `json:"error"`
}

// IsRequest reports whether an answer is wanted.
func (m *Message) IsRequest() bool { return m.Method != "" && m.ID != nil }

// IsResponse reports whether this is an answer.
func (m *Message) IsResponse() bool { return m.Method == "" }

// Decode reads the parameters. Fields that are unknown are ignored, as the
// protocol wants; the error is for the peer.
func (m *Message) Decode(into any) error {
	if len(m.Params) == 0 {
		return nil
	}
	if err := json.Unmarshal(m.Params, into); err != nil {
		return Errorf(InvalidParams, "%s: %v", m.Method, err)
	}
	return nil
}

// Reader reads messages.
type Reader struct{ r *bufio.Reader }

// NewReader returns a reader from a stream.
func NewReader(r io.Reader) *Reader { return &Reader{bufio.NewReaderSize(r, maxHeader)} }

// Read returns the next message. An error of type *[Error] is about a message
// that is bad and has been consumed: it wants to be answered, and reading goes
// on. Any other error ends the stream, io.EOF where one message ends and no
// other begins.
func (r *Reader) Read() (*Message, error) {
	length, err := r.header()
	if err != nil {
		return nil, err
	}
	if length > maxBody {
		if _, err := io.CopyN(io.Discard, r.r, length); err != nil {
			return nil, unexpected(err)
		}
		return nil, Errorf(ParseError, "a message of %d bytes is too long", length)
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(r.r, body); err != nil {
		return nil, unexpected(err)
	}
	return parse(body)
}

// header reads up to the empty line and returns the length of what follows.
func (r *Reader) header() (int64, error) {
	length := int64(-1)
	var bad *Error
	for lines := 0; ; lines++ {
		line, err := r.r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) || lines > 100 {
			return 0, fmt.Errorf("a header is too long: this is no language client")
		}
		if err != nil {
			if lines == 0 && len(line) == 0 {
				return 0, err
			}
			return 0, unexpected(err)
		}
		text := strings.TrimRight(string(line), "\r\n")
		if text == "" {
			break
		}
		name, value, ok := strings.Cut(text, ":")
		switch {
		case !ok:
			bad = Errorf(ParseError, "header %q has no colon", text)
		case strings.EqualFold(strings.TrimSpace(name), "Content-Length"):
			n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			if err != nil || n < 0 || length >= 0 && n != length {
				bad = Errorf(ParseError, "header %q: want one length", text)
				continue
			}
			length = n
		}
	}
	if length >= 0 {
		return length, nil // a bad line beside it does no harm
	}
	if bad == nil {
		bad = Errorf(ParseError, "header Content-Length is missing")
	}
	return 0, bad
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func parse(body []byte) (*Message, error) {
	if !json.Valid(body) {
		return nil, Errorf(ParseError, "the message is not JSON")
	}
	var m struct {
		Version string `json:"jsonrpc"`
		Message
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, Errorf(InvalidRequest, "the message is no JSON-RPC object: %v", err)
	}
	if m.Version != "2.0" {
		return nil, Errorf(InvalidRequest, `the message is not of "jsonrpc": "2.0"`)
	}
	if bytes.Equal(m.ID, []byte("null")) {
		m.ID = nil
	}
	if m.ID != nil && m.ID[0] != '"' && m.ID[0] != '-' && (m.ID[0] < '0' || m.ID[0] > '9') {
		return nil, Errorf(InvalidRequest, "an id is a number or a string")
	}
	return &m.Message, nil
}

// Writer writes messages. It is not safe for concurrent use.
type Writer struct {
	w    io.Writer
	next int // the next request's id
}

// NewWriter returns a writer to a stream.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Notify sends a notification.
func (w *Writer) Notify(method string, params any) error {
	return w.write(struct {
		Version string `json:"jsonrpc"`
		Method  string `json:"method"`
		Params  any    `json:"params"`
	}{"2.0", method, params})
}

// Request sends a request and returns its id as the response will have it.
func (w *Writer) Request(method string, params any) (id string, err error) {
	w.next++
	return strconv.Itoa(w.next), w.write(struct {
		Version string `json:"jsonrpc"`
		ID      int    `json:"id"`
		Method  string `json:"method"`
		Params  any    `json:"params,omitempty"`
	}{"2.0", w.next, method, params})
}

// Reply answers a request. A nil id belongs to a message that could not be read.
func (w *Writer) Reply(id json.RawMessage, result any, failed *Error) error {
	if id == nil {
		id = json.RawMessage("null")
	}
	if failed != nil {
		return w.write(struct {
			Version string          `json:"jsonrpc"`
			ID      json.RawMessage `json:"id"`
			Error   *Error          `json:"error"`
		}{"2.0", id, failed})
	}
	return w.write(struct {
		Version string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Result  any             `json:"result"`
	}{"2.0", id, result})
}

func (w *Writer) write(message any) error {
	body, err := json.Marshal(message)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.w, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return err
}
