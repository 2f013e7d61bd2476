package skeleton

import (
	"go/token"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/explore"
)

// escape finds, before a scope is explored, what the root function lets go: the
// objects that reach its results, its parameters' objects or package variables.
// Walking back from there marks allocation sites (known to unknown code from
// birth) and constructor calls (not worth following). Constructors that start a
// whole subsystem are the dominant cost of exploring and never yield anything.
type escape struct {
	c      *Compiler
	marked map[ssa.Value]bool
	stored map[ssa.Value][]ssa.Value // base object -> values stored into it

	results, sinks []ssa.Value // what is returned; what is stored elsewhere
	calls          []ssa.CallInstruction
}

func (c *Compiler) escapes(fn *ssa.Function, results bool) (sites map[int32]bool, calls map[explore.Pos]bool) {
	e := c.flows(fn)
	if results {
		e.markAll(e.results)
	}
	e.markAll(e.sinks)
	sites, calls = make(map[int32]bool), make(map[explore.Pos]bool)
	for v := range e.marked {
		if s, ok := c.sites[v]; ok {
			sites[s] = true
		}
		if call, ok := v.(*ssa.Call); ok {
			calls[pos(call.Pos())] = true
		}
	}
	return sites, calls
}

// letsGo marks the values of fn that escape.
func (c *Compiler) letsGo(fn *ssa.Function) *escape {
	e := c.flows(fn)
	e.markAll(e.results)
	e.markAll(e.sinks)
	return e
}

func (e *escape) markAll(vs []ssa.Value) {
	for _, v := range vs {
		e.mark(v)
	}
}

// flows collects where the values of fn go; nothing is marked yet.
func (c *Compiler) flows(fn *ssa.Function) *escape {
	e := &escape{c: c, marked: make(map[ssa.Value]bool), stored: make(map[ssa.Value][]ssa.Value)}
	store := func(addr, val ssa.Value) {
		if !c.types.carries(val.Type()) {
			return
		}
		if base := c.baseOf(addr); base != nil {
			e.stored[base] = append(e.stored[base], val)
		} else {
			e.sinks = append(e.sinks, val)
		}
	}
	for _, b := range fn.Blocks {
		for _, in := range b.Instrs {
			switch in := in.(type) {
			case *ssa.Return:
				e.results = append(e.results, in.Results...)
			case *ssa.Store:
				store(in.Addr, in.Val)
			case *ssa.MapUpdate:
				store(in.Map, in.Value)
				store(in.Map, in.Key)
			case *ssa.Send:
				store(in.Chan, in.X)
			case ssa.CallInstruction:
				e.calls = append(e.calls, in)
			}
		}
	}
	return e
}

// baseOf is the local object that an address lies in, nil if it is not local.
func (c *Compiler) baseOf(v ssa.Value) ssa.Value {
	for range maxNesting {
		switch x := v.(type) {
		case *ssa.FieldAddr:
			v = x.X
		case *ssa.IndexAddr:
			v = x.X
		case *ssa.Slice:
			v = x.X
		case *ssa.ChangeType:
			v = x.X
		case *ssa.UnOp:
			if x.Op != token.MUL {
				return nil
			}
			v = x.X
			if cell, ok := v.(*ssa.Alloc); ok && len(c.prog.StoresTo(cell)) > 0 {
				// What a variable points to, a captured receiver for one, need not be local.
				if v = c.pointsTo(cell); v == nil {
					return nil
				}
			}
		case *ssa.Extract:
			v = x.Tuple
		case *ssa.Alloc, *ssa.MakeMap, *ssa.MakeSlice, *ssa.MakeChan, *ssa.Call:
			return v
		default:
			return nil
		}
	}
	return nil
}

// pointsTo is the value of a variable that is assigned once; for others the
// variable itself, unless something that is not local is assigned to it.
func (c *Compiler) pointsTo(cell *ssa.Alloc) ssa.Value {
	stores := c.prog.StoresTo(cell)
	if len(stores) == 1 {
		return stores[0].Val
	}
	for _, st := range stores {
		switch st.Val.(type) {
		case *ssa.Parameter, *ssa.FreeVar, *ssa.Global:
			return nil
		}
	}
	return cell
}

func (e *escape) mark(v ssa.Value) {
	if v == nil || e.marked[v] || !e.c.types.carries(v.Type()) {
		return
	}
	e.marked[v] = true
	switch v := v.(type) {
	case *ssa.Phi:
		for _, x := range v.Edges {
			e.mark(x)
		}
	case *ssa.ChangeType:
		e.mark(v.X)
	case *ssa.ChangeInterface:
		e.mark(v.X)
	case *ssa.MakeInterface:
		e.mark(v.X)
	case *ssa.Convert:
		e.mark(v.X)
	case *ssa.TypeAssert:
		e.mark(v.X)
	case *ssa.Slice:
		e.mark(v.X)
	case *ssa.Extract:
		e.mark(v.Tuple)
	case *ssa.FieldAddr:
		e.mark(v.X)
	case *ssa.IndexAddr:
		e.mark(v.X)
	case *ssa.Field:
		e.mark(v.X)
	case *ssa.Lookup:
		e.mark(v.X)
	case *ssa.UnOp:
		if v.Op == token.MUL {
			e.mark(v.X)
		}
	case *ssa.MakeClosure:
		for _, x := range v.Bindings {
			e.mark(x)
		}
	case *ssa.Call:
		for _, x := range v.Call.Args {
			e.mark(x)
		}
		e.markStored(v)
	case *ssa.Alloc, *ssa.MakeMap, *ssa.MakeSlice, *ssa.MakeChan:
		e.markStored(v)
	}
}

func (e *escape) markStored(base ssa.Value) {
	for _, x := range e.stored[base] {
		e.mark(x)
	}
}
