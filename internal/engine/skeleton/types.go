package skeleton

import (
	"go/types"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/conclint/conclint/internal/explore"
)

// A typeTable answers what the compiler asks about types, and numbers them.
type typeTable struct {
	ids     typeutil.Map // type -> int32
	list    []types.Type
	carry   typeutil.Map // type -> bool
	sync    typeutil.Map
	peer    typeutil.Map
	ctx     typeutil.Map
	methods map[*types.Func]int32
	byID    []*types.Func
}

func newTypeTable() *typeTable {
	return &typeTable{methods: make(map[*types.Func]int32)}
}

// id numbers dynamic types; the two mutex types have fixed numbers.
func (t *typeTable) id(typ types.Type) int32 {
	if p, ok := types.Unalias(typ).(*types.Pointer); ok {
		switch syncName(p.Elem()) {
		case "Mutex":
			return explore.TypeMutex
		case "RWMutex":
			return explore.TypeRWMutex
		}
	}
	if v := t.ids.At(typ); v != nil {
		return v.(int32)
	}
	id := explore.TypeUser + int32(len(t.list))
	t.list = append(t.list, typ)
	t.ids.Set(typ, id)
	return id
}

func (t *typeTable) typ(id int32) types.Type {
	if i := int(id - explore.TypeUser); i >= 0 && i < len(t.list) {
		return t.list[i]
	}
	return nil
}

func (t *typeTable) method(m *types.Func) int32 {
	if id, ok := t.methods[m]; ok {
		return id
	}
	id := int32(len(t.byID))
	t.byID = append(t.byID, m)
	t.methods[m] = id
	return id
}

// syncName is the name of a type of package sync, "" for others.
func syncName(t types.Type) string {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() == nil || n.Obj().Pkg().Path() != "sync" {
		return ""
	}
	return n.Obj().Name()
}

func isNamed(t types.Type, pkg, name string) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == pkg && n.Obj().Name() == name
}

func isContext(t types.Type) bool { return isNamed(t, "context", "Context") && types.IsInterface(t) }

var errorType = types.Universe.Lookup("error").Type()

// plain reports whether values of a type are mere data: neither they nor
// conditions on them are followed.
func plain(t types.Type) bool { return plainWithin(t, maxNesting) }

// maxNesting bounds the walk into a type, which may contain itself: type L []L.
const maxNesting = 16

func plainWithin(t types.Type, depth int) bool {
	if depth == 0 {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&(types.IsString|types.IsFloat|types.IsComplex) != 0
	case *types.Struct:
		if !isStdValue(t) {
			return false
		}
		for i := range u.NumFields() {
			if !plainWithin(u.Field(i).Type(), depth-1) {
				if b, ok := u.Field(i).Type().Underlying().(*types.Basic); !ok || b.Kind() == types.UnsafePointer {
					return false
				}
			}
		}
		return true
	}
	return false
}

// plainContainer reports whether a container holds nothing but data. Its length
// still counts: two loops over it run equally often.
func plainContainer(t types.Type) bool { return containerWithin(t, maxNesting) }

func containerWithin(t types.Type, depth int) bool {
	if depth == 0 {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Slice:
		return plainElem(u.Elem(), depth)
	case *types.Array:
		return plainElem(u.Elem(), depth)
	case *types.Map:
		return plainElem(u.Elem(), depth) && plainElem(u.Key(), depth)
	}
	return false
}

// plainElem: numbers inside containers are data too.
func plainElem(t types.Type, depth int) bool {
	if b, ok := t.Underlying().(*types.Basic); ok {
		return b.Kind() != types.UnsafePointer
	}
	return plainWithin(t, depth-1) || containerWithin(t, depth-1)
}

// isStdValue: structs of other packages made of data only, such as time.Time.
func isStdValue(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "time"
}

// carries reports whether a value of type t may lead to a synchronisation
// object: a channel, function or interface, or something that contains one.
func (t *typeTable) carries(typ types.Type) bool {
	if v := t.carry.At(typ); v != nil {
		return v.(bool)
	}
	t.carry.Set(typ, false) // recursive types add nothing by themselves
	r := t.carries1(typ)
	t.carry.Set(typ, r)
	return r
}

func (t *typeTable) carries1(typ types.Type) bool {
	if isContext(typ) || types.Identical(typ, errorType) {
		return false // a context gives no power over itself; errors are data
	}
	switch u := typ.Underlying().(type) {
	case *types.Chan, *types.Signature, *types.Interface:
		return true
	case *types.Pointer:
		return t.carries(u.Elem())
	case *types.Slice:
		return t.carries(u.Elem())
	case *types.Array:
		return t.carries(u.Elem())
	case *types.Map:
		return t.carries(u.Elem()) || t.carries(u.Key())
	case *types.Struct:
		if t.holdsSync(typ) {
			return true
		}
		for i := range u.NumFields() {
			if t.carries(u.Field(i).Type()) {
				return true
			}
		}
	case *types.Tuple:
		for i := range u.Len() {
			if t.carries(u.At(i).Type()) {
				return true
			}
		}
	}
	return false
}

// holdsSync reports whether an object of type t itself contains
// synchronisation state (not through pointers).
func (t *typeTable) holdsSync(typ types.Type) bool {
	if v := t.sync.At(typ); v != nil {
		return v.(bool)
	}
	t.sync.Set(typ, false)
	r := false
	switch u := typ.Underlying().(type) {
	case *types.Struct:
		switch syncName(typ) {
		case "Mutex", "RWMutex", "WaitGroup", "Once", "Cond":
			r = true
		}
		if isNamed(typ, "golang.org/x/sync/errgroup", "Group") {
			r = true
		}
		for i := 0; i < u.NumFields() && !r; i++ {
			r = t.holdsSync(u.Field(i).Type())
		}
	case *types.Array:
		r = t.holdsSync(u.Elem())
	}
	t.sync.Set(typ, r)
	return r
}

// zero is the zero value of a type as the machine knows it.
func zero(typ types.Type) explore.Value {
	switch u := typ.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsBoolean != 0:
			return explore.Bool(false)
		case u.Info()&types.IsInteger != 0:
			return explore.Int(0)
		}
		return explore.Str(0)
	case *types.Struct, *types.Array:
		return explore.ZeroAgg()
	}
	return explore.Nil()
}

// leads reports whether a value of type t may lead to anything that the explorer
// follows: what it carries, and contexts.
func (t *typeTable) leads(typ types.Type) bool {
	if _, ok := typ.(*types.Tuple); !ok && !t.carries(typ) {
		return t.hasContext(typ, maxNesting)
	}
	return true
}

func (t *typeTable) hasContext(typ types.Type, depth int) bool {
	if isContext(typ) || depth == 0 {
		return true
	}
	if v := t.ctx.At(typ); v != nil {
		return v.(bool)
	}
	t.ctx.Set(typ, false)
	r := false
	switch u := typ.Underlying().(type) {
	case *types.Pointer:
		r = t.hasContext(u.Elem(), depth-1)
	case *types.Slice:
		r = t.hasContext(u.Elem(), depth-1)
	case *types.Array:
		r = t.hasContext(u.Elem(), depth-1)
	case *types.Map:
		r = t.hasContext(u.Elem(), depth-1) || t.hasContext(u.Key(), depth-1)
	case *types.Struct:
		for i := 0; i < u.NumFields() && !r; i++ {
			r = t.hasContext(u.Field(i).Type(), depth-1)
		}
	}
	t.ctx.Set(typ, r)
	return r
}
