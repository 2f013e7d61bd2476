package annotations

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/pattern"
)

// Read collects the contracts of a package. Files without the words cost a
// search through their comments.
func Read(fset *token.FileSet, files []*ast.File, pkg *types.Package, info *types.Info) *Index {
	x := &Index{
		vars:   make(map[*types.Var][]Contract),
		funcs:  make(map[*types.Func][]Contract),
		forced: make(map[string]map[int]bool),
		fset:   fset,
	}
	r := &reader{Index: x, pkg: pkg, info: info}
	for _, f := range files {
		if r.speaks(f) {
			r.file(f)
		}
	}
	x.canonicalGuards()
	return x
}

type reader struct {
	*Index
	pkg  *types.Package
	info *types.Info
}

// speaks reports whether a file states any contract, and notes its forced lines.
func (r *reader) speaks(f *ast.File) bool {
	found := false
	for _, g := range f.Comments {
		for _, c := range g.List {
			if strings.Contains(c.Text, "+check") {
				found = true
				r.force(c)
			} else if !found && mentionsGuard(c.Text) {
				found = prose.MatchString(c.Text) || protects.MatchString(c.Text)
			}
		}
	}
	return found
}

func (r *reader) force(c *ast.Comment) {
	for i, line := range strings.Split(c.Text, "\n") {
		name, _, _ := strings.Cut(annotation(line), ":")
		if name != "checklocksforce" {
			continue
		}
		p := r.fset.Position(c.Pos())
		if r.forced[p.Filename] == nil {
			r.forced[p.Filename] = make(map[int]bool)
		}
		r.forced[p.Filename][p.Line+i] = true
	}
}

func (r *reader) file(f *ast.File) {
	for _, decl := range f.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if fn, ok := r.info.Defs[decl.Name].(*types.Func); ok {
				r.function(fn, decl)
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				if ts, ok := spec.(*ast.TypeSpec); ok {
					if tn, ok := r.info.Defs[ts.Name].(*types.TypeName); ok {
						r.typeAliases(tn, ts.Doc)
						if !decl.Lparen.IsValid() {
							r.typeAliases(tn, decl.Doc)
						}
					}
				}
				if vs, ok := spec.(*ast.ValueSpec); ok && decl.Tok == token.VAR {
					for _, name := range vs.Names {
						if v, ok := r.info.Defs[name].(*types.Var); ok {
							r.variable(v, vs.Doc, vs.Comment)
							if !decl.Lparen.IsValid() {
								r.variable(v, decl.Doc)
							}
						}
					}
				}
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok {
			if tn, ok := r.info.Defs[spec.Name].(*types.TypeName); ok {
				r.structType(spec.Type, tn.Type())
			}
			return false // nested ones are handled by structType
		}
		return true
	})
}

// structType reads the fields of a struct type and of structs nested in it.
func (r *reader) structType(e ast.Expr, t types.Type) {
	st, ok := e.(*ast.StructType)
	if !ok {
		return
	}
	for i, f := range st.Fields.List {
		for _, name := range f.Names {
			if v, ok := r.info.Defs[name].(*types.Var); ok {
				r.field(v, t, f)
			}
		}
		r.protector(t, st.Fields.List, i)
		if len(f.Names) == 0 {
			continue // an embedded field guards; it is not guarded
		}
		if nested, ok := f.Type.(*ast.StructType); ok {
			r.structType(nested, r.info.TypeOf(nested))
		}
	}
}

func (r *reader) field(v *types.Var, owner types.Type, f *ast.Field) {
	start := Ref{From: Object, Type: owner}
	for _, l := range lines(f.Doc, f.Comment) {
		r.guard(v, l, func(name string) (Ref, bool) {
			if ref, ok := r.walk(start, strings.Split(name, ".")); ok {
				return ref, true
			}
			return r.global(name)
		})
	}
}

// protector reads the other form of the sentence, which stands at the lock: "mu
// protects a and b", "mu protects the fields below" (to the next blank line).
func (r *reader) protector(owner types.Type, fields []*ast.Field, i int) {
	f := fields[i]
	lock := r.lockField(owner, f)
	if lock == nil {
		return
	}
	for _, l := range lines(f.Doc, f.Comment) {
		m := protects.FindStringSubmatch(l.text)
		if m == nil {
			continue
		}
		c := Contract{Mode: api.Write, Name: lock.Name(), Prose: true, Pos: l.pos, Ref: Ref{From: Object, Type: owner, Fields: []*types.Var{lock.Origin()}}}
		named := make(map[string]bool)
		for _, word := range strings.FieldsFunc(m[1], func(c rune) bool { return strings.ContainsRune(" ,;.&()", c) }) {
			named[word] = true
		}
		below := named["below"] || named["following"]
		last := r.fset.Position(f.End()).Line
		for j, g := range fields {
			if j > i && below {
				start := g.Pos()
				if g.Doc != nil {
					start = g.Doc.Pos()
				}
				below = r.fset.Position(start).Line <= last+1 && r.lockField(owner, g) == nil
				last = r.fset.Position(g.End()).Line
			}
			for _, name := range g.Names {
				if v, ok := r.info.Defs[name].(*types.Var); ok && j != i && (named[name.Name] || j > i && below) {
					r.vars[v] = append(r.vars[v], c)
				}
			}
		}
		return
	}
}

// lockField is the lock that a field declares, nil if it declares something else.
func (r *reader) lockField(owner types.Type, f *ast.Field) *types.Var {
	if len(f.Names) > 1 || !IsLock(r.info.TypeOf(f.Type)) {
		return nil
	}
	if len(f.Names) == 1 {
		v, _ := r.info.Defs[f.Names[0]].(*types.Var)
		return v
	}
	st, ok := structOf(owner)
	if !ok {
		return nil
	}
	for v := range st.Fields() {
		if v.Embedded() && v.Pos() >= f.Pos() && v.Pos() <= f.End() {
			return v
		}
	}
	return nil
}

func (r *reader) variable(v *types.Var, groups ...*ast.CommentGroup) {
	for _, l := range lines(groups...) {
		r.guard(v, l, r.global)
	}
}

// guard reads one line of the comment at a field or variable.
func (r *reader) guard(v *types.Var, l line, resolve func(string) (Ref, bool)) {
	name, arg, _ := strings.Cut(annotation(l.text), ":")
	c := Contract{Pos: l.pos, Mode: api.Write, Name: strings.TrimSpace(arg)}
	switch name {
	case "checklocks":
		ref, ok := resolve(c.Name)
		if !ok {
			r.problem(l.pos, "+checklocks names %s, which is no lock that is known here", c.Name)
			return
		}
		c.Ref = ref
	case "checkatomic":
		c.Kind = AtomicUse
	case "checklocksignore":
		c.Kind = Ignored
	case "":
		m := prose.FindStringSubmatch(l.text)
		if m == nil {
			return
		}
		c.Name, c.Prose = strings.Trim(m[1], "."), true
		ref, ok := resolve(c.Name)
		if !ok {
			return // prose may speak of anything
		}
		c.Ref = ref
	default:
		return
	}
	r.vars[v] = append(r.vars[v], c)
}

// functionKinds are the annotations of functions that name a lock.
var functionKinds = map[string]Contract{
	"checklocks":             {Kind: Holds, Mode: api.Write},
	"checklocksread":         {Kind: Holds, Mode: api.Read},
	"checklocksexclude":      {Kind: Excludes, Mode: api.Read}, // in no mode at all
	"checklocksexcludewrite": {Kind: Excludes, Mode: api.Write},
	"checklocksacquire":      {Kind: Acquires, Mode: api.Write},
	"checklocksacquireread":  {Kind: Acquires, Mode: api.Read},
	"checklocksrelease":      {Kind: Releases, Mode: api.Write},
	"checklocksreleaseread":  {Kind: Releases, Mode: api.Read},
}

func (r *reader) function(fn *types.Func, decl *ast.FuncDecl) {
	for _, l := range lines(decl.Doc) {
		name, arg, _ := strings.Cut(annotation(l.text), ":")
		if name == "checklocksignore" {
			r.funcs[fn] = append(r.funcs[fn], Contract{Kind: Ignored, Pos: l.pos})
			continue
		}
		resolve := func(name string) (Ref, bool) { return r.ofFunction(fn, name) }
		if from, to, ok := r.equation(l, resolve); ok {
			r.equates = true
			r.funcs[fn] = append(r.funcs[fn], Contract{Kind: Alias, Ref: from, Same: to, Pos: l.pos})
			continue
		}
		c, ok := functionKinds[name]
		if !ok {
			continue
		}
		c.Name, c.Pos = strings.TrimSpace(arg), l.pos
		if c.Ref, ok = r.ofFunction(fn, c.Name); !ok {
			r.problem(l.pos, "+%s names %s, which is no lock reached from a parameter, a result or a package variable", name, c.Name)
			continue
		}
		r.funcs[fn] = append(r.funcs[fn], c)
	}
}

// ofFunction resolves a lock named at a function.
func (r *reader) ofFunction(fn *types.Func, name string) (Ref, bool) {
	parts := strings.Split(name, ".")
	sig := fn.Signature()
	n := 0
	if recv := sig.Recv(); recv != nil {
		if recv.Name() == parts[0] {
			return r.walk(Ref{From: Param, Type: recv.Type()}, parts[1:])
		}
		n = 1
	}
	for i := range sig.Params().Len() {
		if p := sig.Params().At(i); p.Name() == parts[0] {
			return r.walk(Ref{From: Param, Index: n + i, Type: p.Type()}, parts[1:])
		}
	}
	for i := range sig.Results().Len() {
		if p := sig.Results().At(i); p.Name() == parts[0] {
			return r.walk(Ref{From: Result, Index: i, Type: p.Type()}, parts[1:])
		}
	}
	return r.global(name)
}

func (r *reader) global(name string) (Ref, bool) {
	parts := strings.Split(name, ".")
	v, ok := r.pkg.Scope().Lookup(parts[0]).(*types.Var)
	if !ok {
		return Ref{}, false
	}
	return r.walk(Ref{From: Global, Global: v, Type: v.Type()}, parts[1:])
}

// walk follows field names, through embedded fields too, to a lock.
func (r *reader) walk(ref Ref, names []string) (Ref, bool) {
	t := ref.Type
	for _, name := range names {
		obj, index, _ := types.LookupFieldOrMethod(t, true, r.pkg, name)
		if _, isVar := obj.(*types.Var); !isVar {
			return Ref{}, false
		}
		for _, i := range index {
			st, ok := structOf(t)
			if !ok {
				return Ref{}, false
			}
			f := st.Field(i)
			ref.Fields = append(ref.Fields, f.Origin())
			t = f.Type()
		}
	}
	return ref, IsLock(t)
}

func structOf(t types.Type) (*types.Struct, bool) {
	if p, ok := types.Unalias(t).Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	st, ok := types.Unalias(t).Underlying().(*types.Struct)
	return st, ok
}

// IsLock reports whether a value of the type, or what it points to, is a lock:
// it has Lock and Unlock.
func IsLock(t types.Type) bool {
	if n := access.NamedOf(t); n != nil && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "sync" {
		return n.Obj().Name() == "Mutex" || n.Obj().Name() == "RWMutex" || n.Obj().Name() == "Locker"
	}
	if _, isPtr := t.Underlying().(*types.Pointer); !isPtr && !types.IsInterface(t) {
		t = types.NewPointer(t)
	}
	set := types.NewMethodSet(t)
	return set.Lookup(nil, "Lock") != nil && set.Lookup(nil, "Unlock") != nil
}

func (r *reader) problem(pos token.Pos, format string, args ...any) {
	r.problems = append(r.problems, Problem{Pos: pos, Text: fmt.Sprintf(format, args...)})
}

// A line is one line of a comment.
type line struct {
	text string
	pos  token.Pos
}

func lines(groups ...*ast.CommentGroup) []line {
	var out []line
	for _, g := range groups {
		if g == nil {
			continue
		}
		for _, c := range g.List {
			for _, text := range strings.Split(c.Text, "\n") {
				out = append(out, line{text, c.Pos()})
			}
		}
	}
	return out
}

// annotation is the text after the plus sign of a line that is an annotation
// and nothing else, "" for other lines.
func annotation(text string) string {
	text = strings.TrimSpace(text)
	text = strings.TrimPrefix(text, "//")
	text = strings.TrimPrefix(text, "/*")
	text = strings.TrimSpace(strings.TrimSuffix(text, "*/"))
	if !strings.HasPrefix(text, "+check") {
		return ""
	}
	return text[1:]
}

// mentionsGuard reports whether text has a word of the sentences below. Hardly any comment has, and to search all of a package
// for the sentences themselves costs more than what follows.
func mentionsGuard(text string) bool {
	for i := range text {
		rest := text[i:]
		switch rest[0] {
		case 'g', 'G':
			if len(rest) >= len("guard") && strings.EqualFold(rest[:len("guard")], "guard") {
				return true
			}
		case 'p', 'P':
			if len(rest) >= len("protect") && strings.EqualFold(rest[:len("protect")], "protect") {
				return true
			}
		}
	}
	return false
}

// prose is the sentence by which most Go code states which lock guards a field.
var prose = pattern.New(`(?i)\b(?:guarded|protected)[ _-]?by:?\s*\(?\s*[` + "`" + `"']?([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)`)

// protects is that sentence at the lock.
var protects = pattern.New(`(?i)\b(?:protects|guards)\s+(.*)`)
