package model

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/conclint/conclint/internal/access"
)

// The wire form of facts is a table of strings followed by varints. gob, which
// the analysis framework would use, sends type descriptors for every object:
// it needed eight times the bytes on a server of 70,000 lines.
//
// Equal values have equal bytes: nothing here iterates over a map.

// An Encoder builds the wire form of one fact.
type Encoder struct {
	index map[string]uint64
	table []string
	body  []byte
	owner func(access.Root) (param int, ok bool)
}

// NewEncoder returns an encoder for a fact about a function; owner tells which
// roots are that function's own parameters. It may be nil for facts without paths.
func NewEncoder(owner func(access.Root) (param int, ok bool)) *Encoder {
	return &Encoder{index: make(map[string]uint64), owner: owner}
}

// Bytes is the wire form of all that was written.
func (e *Encoder) Bytes() []byte {
	out := binary.AppendUvarint(nil, uint64(len(e.table)))
	for _, s := range e.table {
		out = binary.AppendUvarint(out, uint64(len(s)))
		out = append(out, s...)
	}
	return append(out, e.body...)
}

// Uint writes a non-negative number.
func (e *Encoder) Uint(n int) { e.body = binary.AppendUvarint(e.body, uint64(n)) }

// Int writes a number.
func (e *Encoder) Int(n int64) { e.body = binary.AppendVarint(e.body, n) }

// Bool writes a truth value.
func (e *Encoder) Bool(b bool) {
	if b {
		e.body = append(e.body, 1)
	} else {
		e.body = append(e.body, 0)
	}
}

// String writes a string, once per fact.
func (e *Encoder) String(s string) {
	i, ok := e.index[s]
	if !ok {
		i = uint64(len(e.table))
		e.index[s] = i
		e.table = append(e.table, s)
	}
	e.body = binary.AppendUvarint(e.body, i)
}

// The kinds of paths on the wire.
const (
	wireNone = iota
	wireClass
	wireParam
	wireGlobal
)

// Path writes a path in terms that callers elsewhere understand: from a
// parameter or a global; of anything else only the class is left.
func (e *Encoder) Path(p *access.Path) {
	if p == nil {
		e.Uint(wireNone)
		return
	}
	root := p.Root()
	if i, ok := e.param(root); ok {
		e.Uint(wireParam)
		e.Uint(i)
	} else if root.Kind == access.Global {
		e.Uint(wireGlobal)
		e.String(root.Key)
	} else {
		e.Uint(wireClass)
		e.String(string(p.Class()))
		return
	}
	sels := p.Selectors()
	e.Uint(len(sels))
	for _, s := range sels {
		e.String(s)
	}
	e.String(string(p.Class()))
}

func (e *Encoder) param(root access.Root) (int, bool) {
	if root.Kind != access.Param || e.owner == nil {
		return 0, false
	}
	return e.owner(root)
}

// A Scope gives the decoder the paths to build on.
type Scope struct {
	Paths *access.Table
	Param func(i int) *access.Path
}

// A Decoder reads the wire form of one fact. After an error all reads return
// zero values; ask Err once at the end.
type Decoder struct {
	table []string
	body  []byte
	scope Scope
	err   error
}

// ErrCorrupt is wrapped by the errors of decoders.
var ErrCorrupt = errors.New("corrupt fact")

// NewDecoder returns a decoder of data.
func NewDecoder(data []byte, scope Scope) *Decoder {
	d := &Decoder{body: data, scope: scope}
	n := d.Uint()
	if n > len(data) {
		d.fail("string table of %d entries", n)
		return d
	}
	d.table = make([]string, 0, n)
	for range n {
		size := d.Uint()
		if size > len(d.body) {
			d.fail("string of %d bytes", size)
			return d
		}
		d.table = append(d.table, string(d.body[:size]))
		d.body = d.body[size:]
	}
	return d
}

// Err is the first thing that was wrong with the data.
func (d *Decoder) Err() error { return d.err }

func (d *Decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: %s", ErrCorrupt, fmt.Sprintf(format, args...))
	}
	d.body = nil
}

// Uint reads a non-negative number.
func (d *Decoder) Uint() int {
	n, size := binary.Uvarint(d.body)
	if size <= 0 || n > 1<<31 {
		d.fail("bad number")
		return 0
	}
	d.body = d.body[size:]
	return int(n)
}

// Len reads the length of a list, which cannot be longer than the rest of the data.
func (d *Decoder) Len() int {
	n := d.Uint()
	if n > len(d.body)+1 {
		d.fail("list of %d elements", n)
		return 0
	}
	return n
}

// Int reads a number.
func (d *Decoder) Int() int64 {
	n, size := binary.Varint(d.body)
	if size <= 0 {
		d.fail("bad number")
		return 0
	}
	d.body = d.body[size:]
	return n
}

// Bool reads a truth value.
func (d *Decoder) Bool() bool {
	if len(d.body) == 0 {
		d.fail("missing truth value")
		return false
	}
	b := d.body[0] != 0
	d.body = d.body[1:]
	return b
}

// String reads a string.
func (d *Decoder) String() string {
	i := d.Uint()
	if i >= len(d.table) {
		d.fail("string %d of %d", i, len(d.table))
		return ""
	}
	return d.table[i]
}

// Path reads a path.
func (d *Decoder) Path() *access.Path {
	var base *access.Path
	switch kind := d.Uint(); kind {
	case wireNone:
		return nil
	case wireClass:
		return d.scope.Paths.Unknown(access.Class(d.String()))
	case wireParam:
		base = d.scope.Param(d.Uint())
	case wireGlobal:
		key := d.String()
		c := access.Class(key)
		base = d.scope.Paths.Root(access.Root{Kind: access.Global, Key: key}, c.Short(), c)
	default:
		d.fail("path of kind %d", kind)
		return nil
	}
	n := d.Len()
	sels := make([]string, n)
	for i := range sels {
		sels[i] = d.String()
	}
	class := access.Class(d.String())
	for i, s := range sels {
		c := access.Class("")
		if i == n-1 {
			c = class
		}
		base = d.scope.Paths.Select(base, s, c)
	}
	return base
}
