package explore

// Kind says what a [Value] is.
type Kind uint8

const (
	KNone   Kind = iota // no value: a dead or never written register
	KUnk                // symbol A
	KInt                // the integer A
	KBool               // A is 0 or 1
	KStr                // string constant number A
	KNil                // nil of any type
	KPtr                // object A, path B
	KChan               // channel object A; a context or timer object when used as its channel
	KFunc               // function A with bindings X
	KCtx                // context object A
	KSlice              // backing object A, length B
	KMap                // map object A
	KIter               // iterator object A
	KAgg                // struct or array value: X = path, value, path, value…; B = 1 if the rest is unknown
	KTuple              // results X
	KIface              // dynamic type A holding X[0]
	KCond               // symbol A compared by B with X[0]
	KLocker             // read side of the RWMutex at object A, path B

	// Kinds that only cells hold.
	kTaint // everything below this path is unknown
	kMutex // A = writer (goroutine+1), B = announced writers, X = readers
	kWait  // wait group: A = counter, B = 1 if it can no longer be counted
	kOnce  // A = 0 fresh, 1 running, 2 done; B = runner (goroutine+1)
)

// Flags of a symbol.
const (
	FNonNil  uint8 = 1 << iota // known not to be nil
	FDerived                   // result of arithmetic that cannot be matched with a count
)

// A Value is immutable; X is never written after construction.
type Value struct {
	Kind Kind
	Flag uint8
	A, B int32
	X    []Value
}

// Cmp is a comparison operator.
type Cmp = int32

// The comparisons of [OpBin] and of conditions on symbols.
const (
	Eq Cmp = iota
	Ne
	Lt
	Ge
	Gt
	Le
)

// negate returns the operator that holds exactly when op does not.
func negate(op Cmp) Cmp { return op ^ 1 }

// Dynamic types with a meaning of their own; programs number theirs from TypeUser.
const (
	TypeMutex int32 = iota + 1
	TypeRWMutex
	TypeUser
)

// Int returns the integer constant n.
func Int(n int) Value { return Value{Kind: KInt, A: int32(n)} }

// Bool returns the constant b.
func Bool(b bool) Value {
	if b {
		return Value{Kind: KBool, A: 1}
	}
	return Value{Kind: KBool}
}

// Str returns the string constant with the given number; equal numbers mean equal strings.
func Str(id int) Value { return Value{Kind: KStr, A: int32(id)} }

// Nil is the nil of every type.
func Nil() Value { return Value{Kind: KNil} }

// FuncVal returns the function f without bindings.
func FuncVal(f *Func) Value { return Value{Kind: KFunc, A: f.ID} }

// ZeroAgg is the zero value of a struct or array.
func ZeroAgg() Value { return Value{Kind: KAgg} }

func (v Value) isConst() bool {
	switch v.Kind {
	case KInt, KBool, KStr, KNil:
		return true
	}
	return false
}

// same reports whether two values are the same value for sure.
func same(a, b Value) bool {
	if a.Kind != b.Kind || a.A != b.A || a.B != b.B || len(a.X) != len(b.X) {
		return false
	}
	for i := range a.X {
		if !same(a.X[i], b.X[i]) {
			return false
		}
	}
	return true
}

// compare evaluates a op b if the values decide it.
func compare(a Value, op Cmp, b Value) (result, known bool) {
	if a.Kind == KInt && b.Kind == KInt {
		switch op {
		case Eq:
			return a.A == b.A, true
		case Ne:
			return a.A != b.A, true
		case Lt:
			return a.A < b.A, true
		case Ge:
			return a.A >= b.A, true
		case Gt:
			return a.A > b.A, true
		default:
			return a.A <= b.A, true
		}
	}
	if op != Eq && op != Ne {
		return false, false
	}
	if eq, ok := equal(a, b); ok {
		return eq == (op == Eq), true
	}
	return false, false
}

// equal compares by identity. Values of different known kinds differ: the
// compiler only compares values of one static type.
func equal(a, b Value) (eq, known bool) {
	if a.Kind == KNone || b.Kind == KNone || a.Kind == KCond || b.Kind == KCond {
		return false, false
	}
	if a.Kind == KUnk || b.Kind == KUnk {
		u, o := a, b
		if u.Kind != KUnk {
			u, o = b, a
		}
		if o.Kind == KUnk {
			return true, u.A == o.A
		}
		if o.Kind == KNil && u.Flag&FNonNil != 0 {
			return false, true
		}
		return false, false
	}
	if a.Kind != b.Kind {
		return false, true
	}
	switch a.Kind {
	case KAgg, KTuple, KFunc:
		return false, false
	case KIface:
		if a.A != b.A {
			return false, true
		}
		return equal(a.X[0], b.X[0])
	case KSlice, KMap:
		return false, false
	}
	return a.A == b.A && a.B == b.B, true
}
