package ssabuild

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/flow"
)

// A Program is one package in SSA form with the indexes that the wings share.
// It is built once per package and not safe for concurrent use.
type Program struct {
	Fset  *token.FileSet
	Types *types.Package
	Info  *types.Info
	Files []*ast.File
	SSA   *ssa.Package
	API   *api.Table
	Paths *access.Table

	// Funcs are the functions with bodies: declared ones, their function literals
	// and the bodies of range-over-func loops, and the package initialiser with the
	// literals of package-level variables. They are in source order, parents first.
	Funcs []*ssa.Function

	getter  func(call *ssa.Call, result int) *access.Path // see [Program.SetGetter]
	isFresh func(call *ssa.Call, result int) bool         // see [Program.SetFresh]
	publish map[ssa.Value]bool

	alias       func(*access.Path) *access.Path                             // see [Program.SetAlias]
	fieldInit   func(call *ssa.Call, result int, field string) *access.Path // see [Program.SetFieldInit]
	fieldStores map[*ssa.Alloc]map[string][]*ssa.Store
	fieldsDone  bool

	number   map[*ssa.Function]int
	paths    map[ssa.Value]*access.Path
	stores   map[*ssa.Alloc]*cell
	makers   map[*ssa.Function]*ssa.MakeClosure
	targets  map[ssa.CallInstruction][]Target
	fields   map[*types.Var][]Target // functions stored into a field, at most maxFieldFuncs+1
	globals  map[*ssa.Global]*globalInit
	impls    map[*types.Func][]*types.Func
	declared []*types.Named // see [Program.ownTypes]
	order    [][]*ssa.Function
	callers  map[*ssa.Function][]ssa.CallInstruction // resolved any way
	named    map[*ssa.Function][]ssa.CallInstruction // named statically
}

// Build makes the SSA form of a type-checked package. noReturn tells which
// functions never return, so that a lock held at log.Fatal is not held after it.
func Build(fset *token.FileSet, files []*ast.File, pkg *types.Package, info *types.Info,
	noReturn func(*types.Func) bool, table *api.Table) *Program {
	prog := ssa.NewProgram(fset, ssa.BuilderMode(0))
	prog.SetNoReturn(func(fn *types.Func) bool {
		if noReturn(fn) {
			return true
		}
		eff, ok := table.Lookup(fn)
		return ok && (eff.Op == api.Exit || eff.Op == api.Goexit)
	})
	for _, imp := range pkg.Imports() {
		prog.CreatePackage(imp, nil, nil, true)
	}
	ssapkg := prog.CreatePackage(pkg, files, info, false)
	ssapkg.Build()

	p := &Program{
		Fset: fset, Types: pkg, Info: info, Files: files,
		SSA: ssapkg, API: table, Paths: access.NewTable(),
		number:  make(map[*ssa.Function]int),
		paths:   make(map[ssa.Value]*access.Path),
		stores:  make(map[*ssa.Alloc]*cell),
		makers:  make(map[*ssa.Function]*ssa.MakeClosure),
		targets: make(map[ssa.CallInstruction][]Target),
		fields:  make(map[*types.Var][]Target),
		globals: make(map[*ssa.Global]*globalInit),
		impls:   make(map[*types.Func][]*types.Func),
		publish: make(map[ssa.Value]bool),

		fieldStores: make(map[*ssa.Alloc]map[string][]*ssa.Store),
	}
	p.collect()
	p.index()
	return p
}

// collect lists the functions with bodies.
func (p *Program) collect() {
	var add func(fn *ssa.Function)
	add = func(fn *ssa.Function) {
		if _, dup := p.number[fn]; dup || fn.Blocks == nil {
			return
		}
		p.number[fn] = len(p.Funcs)
		p.Funcs = append(p.Funcs, fn)
		for _, anon := range fn.AnonFuncs {
			add(anon)
		}
	}
	if init := p.SSA.Func("init"); init != nil {
		add(init)
	}
	for _, file := range p.Files {
		for _, decl := range file.Decls {
			decl, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			obj, ok := p.Info.Defs[decl.Name].(*types.Func)
			if !ok {
				continue
			}
			if fn := p.SSA.Prog.FuncValue(obj); fn != nil {
				add(fn)
			}
		}
	}
}

// A cell is what is known of a local variable that lives in memory.
type cell struct {
	stores []*ssa.Store
}

// A globalInit is the initialiser of a package-level variable.
type globalInit struct {
	value   ssa.Value // stored by the package initialiser
	stores  int       // all stores in the package
	initial ssa.Value // what its declaration says
}

// index makes one pass over all instructions and records what later questions need.
func (p *Program) index() {
	for _, fn := range p.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case *ssa.MakeClosure:
					if f := instr.Fn.(*ssa.Function); f.Parent() != nil && p.makers[f] == nil {
						p.makers[f] = instr
					}
				case *ssa.Store:
					p.indexStore(instr)
				}
			}
		}
	}
}

func (p *Program) indexStore(st *ssa.Store) {
	switch addr := p.lexical(st.Addr).(type) {
	case *ssa.Alloc:
		c := p.stores[addr]
		if c == nil {
			c = new(cell)
			p.stores[addr] = c
		}
		c.stores = append(c.stores, st)
	case *ssa.Global:
		g := p.globals[addr]
		if g == nil {
			g = new(globalInit)
			p.globals[addr] = g
		}
		g.stores++
		g.value = st.Val
		if st.Parent().Synthetic != "" { // the package's initialisation
			g.initial = st.Val
		}
	case *ssa.FieldAddr:
		a, ok := p.lexical(addr.X).(*ssa.Alloc)
		if f := FieldOf(addr); ok && f != nil {
			if p.fieldStores[a] == nil {
				p.fieldStores[a] = make(map[string][]*ssa.Store)
			}
			p.fieldStores[a][f.Name()] = append(p.fieldStores[a][f.Name()], st)
		}
	}
}

// lexical resolves a captured variable to the enclosing function's variable, at any depth.
func (p *Program) lexical(v ssa.Value) ssa.Value {
	for {
		fv, ok := v.(*ssa.FreeVar)
		if !ok {
			return v
		}
		mk := p.makers[fv.Parent()]
		if mk == nil {
			return v
		}
		i := freeVarIndex(fv)
		if i < 0 || i >= len(mk.Bindings) {
			return v
		}
		v = mk.Bindings[i]
	}
}

func freeVarIndex(fv *ssa.FreeVar) int {
	for i, f := range fv.Parent().FreeVars {
		if f == fv {
			return i
		}
	}
	return -1
}

// Lexical is the variable of the outermost enclosing function that a captured
// variable stands for; other values are returned as they are.
func (p *Program) Lexical(v ssa.Value) ssa.Value { return p.lexical(v) }

// Maker is the instruction that makes the closure fn, nil for declared functions.
func (p *Program) Maker(fn *ssa.Function) *ssa.MakeClosure { return p.makers[fn] }

// StoresTo lists all stores to the whole of a local variable, in closures too.
func (p *Program) StoresTo(a *ssa.Alloc) []*ssa.Store {
	if c := p.stores[a]; c != nil {
		return c.stores
	}
	return nil
}

// Has reports whether fn is one of the package's functions with a body.
func (p *Program) Has(fn *ssa.Function) bool {
	_, ok := p.number[fn]
	return ok
}

// Number is fn's position in Funcs, for dense tables and stable order; -1 for others.
func (p *Program) Number(fn *ssa.Function) int {
	if i, ok := p.number[fn]; ok {
		return i
	}
	return -1
}

// Body is the function in this package that holds fn's code: fn itself, the
// origin of an instance, or nil when the code is elsewhere.
func (p *Program) Body(fn *ssa.Function) *ssa.Function {
	if fn == nil {
		return nil
	}
	if o := fn.Origin(); o != nil {
		fn = o
	}
	if p.Has(fn) {
		return fn
	}
	return nil
}

// Outermost is the declared function that contains fn.
func Outermost(fn *ssa.Function) *ssa.Function {
	for fn.Parent() != nil {
		fn = fn.Parent()
	}
	return fn
}

// Encloses reports whether inner is outer or one of its function literals, at any depth.
func Encloses(outer, inner *ssa.Function) bool {
	for ; inner != nil; inner = inner.Parent() {
		if inner == outer {
			return true
		}
	}
	return false
}

// IsRangeBody reports whether fn is the body of a range-over-func loop, whose
// returns and defers belong to the enclosing function.
func IsRangeBody(fn *ssa.Function) bool {
	_, ok := fn.Syntax().(*ast.RangeStmt)
	return ok && fn.Parent() != nil
}

// InTestFile reports whether fn is declared in a _test.go file.
func (p *Program) InTestFile(pos token.Pos) bool {
	if !pos.IsValid() {
		return false
	}
	name := p.Fset.Position(pos).Filename
	const suffix = "_test.go"
	return len(name) > len(suffix) && name[len(name)-len(suffix):] == suffix
}

// Order returns the strongly connected components of the call graph (static
// calls, function literals, go and defer, resolved interface and field calls),
// callees first.
func (p *Program) Order() [][]*ssa.Function {
	if p.order != nil {
		return p.order
	}
	succ := make([][]int, len(p.Funcs))
	p.callers = make(map[*ssa.Function][]ssa.CallInstruction)
	seenFrom := make([]*ssa.Function, len(p.Funcs)) // the last function that had an edge to each
	for i, fn := range p.Funcs {
		addTo := func(f *ssa.Function) {
			if j, ok := p.number[f]; ok && seenFrom[j] != fn {
				seenFrom[j] = fn
				succ[i] = append(succ[i], j)
			}
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case ssa.CallInstruction:
					for _, t := range p.Callees(instr) {
						if t.Fn != nil {
							addTo(t.Fn)
							p.callers[t.Fn] = append(p.callers[t.Fn], instr)
						}
					}
				case *ssa.MakeClosure:
					addTo(instr.Fn.(*ssa.Function))
				}
			}
		}
		for _, anon := range fn.AnonFuncs { // those without captures are plain values
			addTo(anon)
		}
	}
	for _, comp := range flow.SCC(len(p.Funcs), func(i int) []int { return succ[i] }) {
		fns := make([]*ssa.Function, len(comp))
		for i, j := range comp {
			fns[i] = p.Funcs[j]
		}
		p.order = append(p.order, fns)
	}
	return p.order
}

// Callers lists the calls in this package that may reach fn, in source order of their functions.
func (p *Program) Callers(fn *ssa.Function) []ssa.CallInstruction {
	p.Order()
	return p.callers[fn]
}

// SetGetter installs the knowledge of getters: a function that, for result i of a
// call, returns the location the result is, or nil. Paths resolved before stay as
// they are, so it is installed before the first path is asked for.
func (p *Program) SetGetter(f func(call *ssa.Call, result int) *access.Path) { p.getter = f }
