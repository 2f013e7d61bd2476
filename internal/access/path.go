package access

import (
	"strings"
)

// RootKind says what a path starts from.
type RootKind uint8

// The kinds of roots. The zero value means that nothing is known.
const (
	Unknown RootKind = iota // a location that nobody can name; only its class may be known
	Param                   // parameter Index of function Owner; the receiver is parameter 0
	Cell                    // local variable Owner (an allocation), shared by closures
	Global                  // package-level variable Key
	Value                   // the result of an instruction Owner (call, phi, make)
)

// A Root is the start of a path. Roots are comparable; Owner is an opaque
// identity (the engine puts functions and instructions there).
type Root struct {
	Kind  RootKind
	Index int    // of Param, and of the result of a multi-valued Value
	Key   string // of Global: "pkgpath.name"
	Owner any
}

// MaxDepth bounds the selectors of a path. Longer chains come from recursive
// data (list.next.next…) whose depth carries no information about identity.
const MaxDepth = 8

// Elem is the selector of a container element with unknown index.
const Elem = "[]"

// A Path is an interned location: within one [Table], equal paths are the same pointer.
type Path struct {
	root    Root
	parent  *Path
	sel     string // field name, Elem or "[3]"; "" for a bare root
	class   Class
	id      int
	depth   int
	inexact bool
	indexed bool   // some element of the path has an index, see [Table.Element]
	index   any    // of an element
	name    string // display name of a root
}

// A Class names a kind of location: "pkgpath.Type.field", "pkgpath.global", with
// [Elem] appended for elements of a container. It is stable across packages and runs.
type Class string

// Short is the class as a user would write it, without the package path: "Type.field".
func (c Class) Short() string {
	s := string(c)
	if i := strings.LastIndexByte(s, '/'); i >= 0 {
		s = s[i+1:]
	}
	if i := strings.IndexByte(s, '.'); i >= 0 {
		s = s[i+1:]
	}
	return s
}

// Pkg is the import path of the package that declares the class.
func (c Class) Pkg() string {
	s := string(c)
	start := strings.LastIndexByte(s, '/') + 1
	if i := strings.IndexByte(s[start:], '.'); i >= 0 {
		return s[:start+i]
	}
	return ""
}

// A Table interns the paths of one package. It is not safe for concurrent use.
type Table struct {
	roots    map[Root]*Path
	selected map[selection]*Path
	elements map[element]*Path
	size     int
}

// A selection is a path's parent and its selector.
type selection struct {
	parent *Path
	sel    string
}

// An element is a container and the identity of an index.
type element struct {
	parent *Path
	index  any
}

// NewTable returns an empty table.
func NewTable() *Table {
	return &Table{roots: make(map[Root]*Path), selected: make(map[selection]*Path), elements: make(map[element]*Path)}
}

// Root returns the path that is just r, shown to users as name. class is that
// of the location itself: of a global, its key; otherwise usually empty.
func (t *Table) Root(r Root, name string, class Class) *Path {
	if p, ok := t.roots[r]; ok {
		return p.seenAs(class)
	}
	p := t.add(Path{root: r, name: name, class: class, inexact: r.Kind == Unknown})
	t.roots[r] = p
	return p
}

// Unknown is the location of which only the class is known. It equals itself
// as a pointer but is never the same instance as anything, see [Same].
func (t *Table) Unknown(class Class) *Path {
	return t.Root(Root{Kind: Unknown, Key: string(class)}, class.Short(), class)
}

// Select returns the path of field or element sel of p, with the class of that location.
// Selecting from a path of MaxDepth, or an element with unknown index, gives an inexact path.
func (t *Table) Select(p *Path, sel string, class Class) *Path {
	if p.depth >= MaxDepth {
		return t.Unknown(class)
	}
	k := selection{p, sel}
	if q, ok := t.selected[k]; ok {
		return q.seenAs(class)
	}
	q := t.add(Path{
		root: p.root, parent: p, sel: sel, class: class, depth: p.depth + 1,
		inexact: p.inexact || sel == Elem, indexed: p.indexed,
	})
	t.selected[k] = q
	return q
}

// Element returns the path of the element of p at an index of which only the
// identity is known: the same index means the same element, for as long as the
// index keeps its value. index must be comparable and not nil.
func (t *Table) Element(p *Path, index any, class Class) *Path {
	if p.depth >= MaxDepth {
		return t.Unknown(class)
	}
	k := element{p, index}
	if q, ok := t.elements[k]; ok {
		return q.seenAs(class)
	}
	q := t.add(Path{
		root: p.root, parent: p, sel: Elem, class: class, depth: p.depth + 1,
		inexact: p.inexact, indexed: true, index: index,
	})
	t.elements[k] = q
	return q
}

// Alias makes p another name of q: from now on, what led to p leads to q. It comes before anything is kept under p.
func (t *Table) Alias(p, q *Path) {
	switch {
	case p.parent == nil:
		t.roots[p.root] = q
	case p.index != nil:
		t.elements[element{p.parent, p.index}] = q
	default:
		t.selected[selection{p.parent, p.sel}] = q
	}
}

// Indexes lists the indexes of the path's elements that have one, outermost last.
func (p *Path) Indexes() []any {
	if !p.indexed {
		return nil
	}
	var out []any
	for ; p != nil; p = p.parent {
		if p.index != nil {
			out = append(out, p.index)
		}
	}
	return out
}

// Generalise replaces the elements whose index is not among those kept by
// elements of unknown index.
func (t *Table) Generalise(p *Path, keep func(index any) bool) *Path {
	if p == nil || !p.indexed {
		return p
	}
	parent := t.Generalise(p.parent, keep)
	switch {
	case p.index == nil:
		return t.Select(parent, p.sel, p.class)
	case keep(p.index):
		return t.Element(parent, p.index, p.class)
	}
	return t.Select(parent, Elem, p.class)
}

// add gives a new path its number.
func (t *Table) add(p Path) *Path {
	p.id = t.size
	t.size++
	return &p
}

// seenAs gives a path its class if it was first seen without its type, through a fact.
func (p *Path) seenAs(class Class) *Path {
	if p.class == "" {
		p.class = class
	}
	return p
}

// Root of the path.
func (p *Path) Root() Root { return p.root }

// RootPath is the path's root as a path.
func (p *Path) RootPath() *Path {
	for p.parent != nil {
		p = p.parent
	}
	return p
}

// Parent is the path without its last selector, nil for a bare root.
func (p *Path) Parent() *Path { return p.parent }

// Selector is the last selector: a field name, [Elem], "[3]", or "" for a bare root.
func (p *Path) Selector() string { return p.sel }

// Selectors are the selectors from the root outwards.
func (p *Path) Selectors() []string {
	out := make([]string, p.depth)
	for q := p; q.parent != nil; q = q.parent {
		out[q.depth-1] = q.sel
	}
	return out
}

// Class of the location, "" when its type says nothing.
func (p *Path) Class() Class { return p.class }

// Exact reports whether the path names one instance; paths through elements
// with unknown index and unknown roots do not.
func (p *Path) Exact() bool { return !p.inexact }

// ID is the path's dense number in its table, in order of first use. Use it for sorting and keys.
func (p *Path) ID() int { return p.id }

// Depth is the number of selectors.
func (p *Path) Depth() int { return p.depth }

// HasPrefix reports whether p is q or lies inside q.
func (p *Path) HasPrefix(q *Path) bool {
	for ; p != nil; p = p.parent {
		if p == q {
			return true
		}
	}
	return false
}

// Rebase replaces the prefix from of p by to; ok is false if from is no prefix.
func (t *Table) Rebase(p, from, to *Path) (_ *Path, ok bool) {
	if p == from {
		return to, true
	}
	if p.parent == nil {
		return nil, false
	}
	parent, ok := t.Rebase(p.parent, from, to)
	if !ok {
		return nil, false
	}
	if p.index != nil {
		return t.Element(parent, p.index, p.class), true
	}
	return t.Select(parent, p.sel, p.class), true
}

// Same reports whether p and q certainly are the same instance.
func Same(p, q *Path) bool { return p == q && p != nil && !p.inexact }

// String is the path as the user's source spells it, such as "s.mu" or "shards[].mu".
func (p *Path) String() string {
	var b strings.Builder
	p.write(&b)
	return b.String()
}

func (p *Path) write(b *strings.Builder) {
	if p.parent == nil {
		switch {
		case p.name != "":
			b.WriteString(p.name)
		case p.class != "":
			b.WriteString(p.class.Short())
		default:
			b.WriteString("?")
		}
		return
	}
	if p.parent.parent == nil && p.parent.name == "" {
		// A value without a name: the class tells the reader more than "?.mu".
		if p.class != "" {
			b.WriteString(p.class.Short())
			return
		}
	}
	p.parent.write(b)
	if !strings.HasPrefix(p.sel, "[") {
		b.WriteByte('.')
	}
	b.WriteString(p.sel)
}
