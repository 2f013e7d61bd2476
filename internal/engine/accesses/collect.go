package accesses

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// collect lists the accesses of one function.
func (a *Analysis) collect(fn *ssa.Function) {
	live := a.liveBlocks(fn)
	declares := fn == a.prog.SSA.Func("init") // what package-level declarations say
	for _, b := range fn.Blocks {
		if !live[b.Index] {
			continue
		}
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Store:
				if !declares || !a.fillsTable(instr) {
					a.store(instr)
				}
			case *ssa.UnOp:
				if instr.Op == token.MUL {
					a.load(instr)
				}
			case *ssa.MapUpdate:
				if x := a.content(instr, instr.Map, model.WriteAccess, ""); x.Path != nil {
					x.Index = instr.Key
					a.classifyMap(x, instr)
				}
			case *ssa.Lookup:
				if isMap(instr.X.Type()) {
					a.content(instr, instr.X, model.ReadAccess, "").Index = instr.Index
				}
			case *ssa.Range:
				if isMap(instr.X.Type()) {
					a.content(instr, instr.X, model.ReadAccess, "")
				}
			case ssa.CallInstruction:
				if _, isGo := instr.(*ssa.Go); !isGo {
					a.call(instr)
				}
				a.foreign(instr)
			}
		}
	}
}

func (a *Analysis) add(x *Access) *Access {
	x.Fn = x.Instr.Parent()
	if !x.Pos.IsValid() {
		x.Pos = ssabuild.InstrPos(x.Instr)
	}
	x.order = len(a.all)
	a.all = append(a.all, x)
	return x
}

// location is the path of the memory at an address. A local variable is its own
// location even if it is known to hold one value; locals that never leave their
// function's frame have none.
func (a *Analysis) location(addr ssa.Value) *access.Path {
	switch v := a.prog.Lexical(addr).(type) {
	case *ssa.Alloc:
		if !v.Heap {
			return nil
		}
		return a.prog.CellPath(v)
	case *ssa.FieldAddr:
		// The field itself, not what it is known to have been set to.
		return a.prog.FieldPath(a.prog.Path(v.X), v.X.Type(), ssabuild.FieldOf(v))
	case *ssa.Global, *ssa.IndexAddr, *ssa.Parameter:
		return a.prog.Path(addr)
	case *ssa.FreeVar, *ssa.UnOp, *ssa.Phi, *ssa.Call, *ssa.Extract:
		return a.prog.Path(addr)
	}
	return nil
}

func (a *Analysis) store(st *ssa.Store) {
	path := a.location(st.Addr)
	if path == nil || a.initial(st) || toItself(st) {
		return
	}
	x := a.add(&Access{Instr: st, Path: path, Addr: st.Addr, Kind: model.WriteAccess, Content: behind(st.Addr), Index: indexOf(st.Addr)})
	a.classify(x, st)
}

// fillsTable notes that a declaration sets an element of an array, and reports whether a store does. It comes before all
// code that mentions the array, so that nothing else is to be said of it, and tables of generated code have a hundred thousand.
func (a *Analysis) fillsTable(st *ssa.Store) bool {
	elem, ok := st.Addr.(*ssa.IndexAddr)
	if !ok {
		return false
	}
	if c := access.ElemClass(a.prog.Path(elem.X).Class()); c != "" {
		a.filled[c] = true
	}
	return true
}

// toItself reports whether a store puts back what it has just loaded, as a return
// statement with the names of the results does: no code is generated for it.
func toItself(st *ssa.Store) bool {
	load, ok := st.Val.(*ssa.UnOp)
	_, local := st.Addr.(*ssa.Alloc)
	return ok && local && load.Op == token.MUL && load.X == st.Addr
}

// initial reports whether a store initialises the variable it declares, before
// anybody else can see it.
func (a *Analysis) initial(st *ssa.Store) bool {
	al, ok := st.Addr.(*ssa.Alloc)
	if !ok {
		return false
	}
	if al.Block() == st.Block() {
		for _, instr := range st.Block().Instrs {
			if instr == ssa.Instruction(st) {
				break
			}
			if mk, ok := instr.(*ssa.MakeClosure); ok {
				for _, b := range mk.Bindings {
					if b == ssa.Value(al) {
						return false
					}
				}
			}
		}
		// The first store after the allocation, with nothing captured in between.
		return firstStore(al) == st
	}
	return false
}

func firstStore(al *ssa.Alloc) *ssa.Store {
	after := false
	for _, instr := range al.Block().Instrs {
		if instr == ssa.Instruction(al) {
			after = true
		}
		if st, ok := instr.(*ssa.Store); ok && after && st.Addr == ssa.Value(al) {
			return st
		}
	}
	return nil
}

func (a *Analysis) load(u *ssa.UnOp) {
	if path := a.location(u.X); path != nil {
		a.add(&Access{Instr: a.evaluated(u), Path: path, Addr: u.X, Kind: model.ReadAccess, Content: behind(u.X), Index: indexOf(u.X), Pos: u.Pos()})
	}
}

// evaluated is when a load takes effect. In return x, g.Wait() the order of the
// variable and the call is not specified, and compilers read the variable last.
func (a *Analysis) evaluated(u *ssa.UnOp) ssa.Instruction {
	refs := *u.Referrers()
	if len(refs) != 1 {
		return u
	}
	ret, ok := refs[0].(*ssa.Return)
	if !ok || ret.Block() != u.Block() {
		return u
	}
	for _, j := range a.spawn.Joins(u.Parent()) {
		if j.Instr.Block() == u.Block() && spawn.Dominates(u, j.Instr) {
			return ret
		}
	}
	return u
}

// behind reports whether an address is a pointer kept in a field, variable of the
// package or element: what it points to is not the field.
func behind(addr ssa.Value) bool {
	load, ok := addr.(*ssa.UnOp)
	if !ok {
		return false
	}
	switch load.X.(type) {
	case *ssa.FieldAddr, *ssa.Global, *ssa.IndexAddr:
		return true
	}
	return false
}

func indexOf(addr ssa.Value) ssa.Value {
	if ia, ok := addr.(*ssa.IndexAddr); ok {
		return ia.Index
	}
	return nil
}

// content adds an access to the contents of a map, slice or object. After a swap
// (m := s.m; s.m = nil) the old contents belong to whoever took them out: then
// the access is of a value of its own.
func (a *Analysis) content(instr ssa.Instruction, container ssa.Value, kind model.AccessKind, method string) *Access {
	if a.takenOut(instr, container) {
		return &Access{Instr: instr}
	}
	return a.add(&Access{Instr: instr, Path: a.prog.Path(container), Addr: container, Kind: kind, Content: true, Method: method})
}

func isMap(t types.Type) bool {
	_, ok := t.Underlying().(*types.Map)
	return ok
}

// call adds the accesses of builtins, of sync/atomic functions, and of methods of
// standard types that are not safe for concurrent use.
func (a *Analysis) call(site ssa.CallInstruction) {
	common := site.Common()
	if b, ok := common.Value.(*ssa.Builtin); ok {
		a.builtin(site, b.Name(), common.Args)
		return
	}
	if eff, ok := a.prog.Effect(common); ok {
		if !eff.Package || len(common.Args) == 0 {
			return
		}
		kind := model.WriteAccess
		switch eff.Op {
		case api.AtomicLoad:
			kind = model.ReadAccess
		case api.AtomicStore, api.AtomicRMW, api.AtomicCAS:
		default:
			return
		}
		if path := a.location(common.Args[0]); path != nil {
			a.add(&Access{Instr: site, Path: path, Addr: common.Args[0], Kind: kind, Atomic: true, Content: behind(common.Args[0]), Index: indexOf(common.Args[0])})
		}
		return
	}
	if fn := ssabuild.StaticCallee(common); fn != nil && !common.IsInvoke() {
		if kind, ok := methodAccess(fn); ok {
			if recv := ssabuild.Receiver(common); recv != nil {
				a.content(site, recv, kind, fn.Name())
			}
		}
	}
}

func (a *Analysis) builtin(site ssa.CallInstruction, name string, args []ssa.Value) {
	switch name {
	case "delete":
		a.content(site, args[0], model.WriteAccess, name)
	case "clear":
		a.content(site, args[0], model.WriteAccess, name)
	case "len":
		if isMap(args[0].Type()) {
			a.content(site, args[0], model.ReadAccess, name)
		}
	}
}

// methodAccess tells what a method of a standard type that is not safe for
// concurrent use does to its receiver's contents.
func methodAccess(fn *types.Func) (model.AccessKind, bool) {
	if fn.Pkg() == nil {
		return 0, false
	}
	key := api.KeyOf(fn)
	reads, ok := unsafeTypes[key.Pkg+"."+key.Recv]
	if !ok {
		return 0, false
	}
	for _, r := range reads {
		if r == key.Name {
			return model.ReadAccess, true
		}
	}
	return model.WriteAccess, true
}

// unsafeTypes are standard types whose methods must not run at once on one
// value, with the methods that only read.
var unsafeTypes = map[string][]string{
	"bytes.Buffer":          {"Bytes", "Len", "Cap", "String", "Available"},
	"strings.Builder":       {"Len", "Cap", "String"},
	"container/list.List":   {"Len", "Front", "Back"},
	"container/ring.Ring":   {"Len"},
	"math/rand.Rand":        nil,
	"math/rand/v2.Rand":     nil,
	"bufio.Writer":          {"Available", "Buffered", "Size"},
	"bufio.Scanner":         {"Bytes", "Text", "Err"},
	"encoding/json.Encoder": nil,
	"encoding/json.Decoder": nil,
	"encoding/gob.Encoder":  nil,
	"encoding/csv.Writer":   nil,
	"net/url.Values":        {"Get", "Has", "Encode"},
	"net/http.Header":       {"Get", "Values", "Clone", "Write"},
	"math/big.Int":          {"Cmp", "Sign", "String", "Int64", "Uint64", "BitLen", "Bit", "Bytes", "IsInt64", "Text", "CmpAbs"},
}
