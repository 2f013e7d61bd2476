package explore

// Pos is an opaque source position; 0 is none.
type Pos int

// Reg names a register of a frame, counted from 1, or with a negative number a
// constant of the function. Parameters come first, then free variables, then
// everything else. The zero Reg is the absent operand.
type Reg int32

// ConstReg is the operand that names constant i of the function.
func ConstReg(i int) Reg { return Reg(-1 - i) }

// Op is the operation of an [Instr].
type Op uint8

// Local operations: no other goroutine sees when they happen.
const (
	OpNop         Op = iota
	OpMove           // Dst = A
	OpOpaque         // Dst = fresh symbol with flags N
	OpAlloc          // Dst = pointer to a new object of site N
	OpMakeChan       // Dst = channel of site N and capacity A
	OpMakeMap        // Dst = map of site N
	OpMakeSlice      // Dst = slice of site N and length A
	OpClosure        // Dst = function N bound to Args
	OpField          // Dst = address of selector N of *A
	OpIndexAddr      // Dst = address of A[B]
	OpFieldVal       // Dst = selector N of the struct value A
	OpLoad           // Dst = *A; Zero is the zero value, N flags of a fresh symbol
	OpStore          // *A = B
	OpGlobal         // Dst = pointer to global N
	OpBin            // Dst = A cmp B, cmp = N
	OpArith          // Dst = A + B (N = 0) or A - B (N = 1)
	OpNot            // Dst = !A
	OpIface          // Dst = A as an interface of dynamic type N
	OpAssert         // Dst = A.(type N); CommaOk
	OpExtract        // Dst = result N of tuple A
	OpTuple          // Dst = (Args)
	OpUnknowns       // Dst = N unknown results
	OpLen            // Dst = len(A)
	OpAppend         // Dst = append(A, Args...) of site N
	OpAppendSlice    // Dst = append(A, B...) of site N
	OpSlice          // Dst = A[B:C]
	OpMapGet         // Dst = A[B]; CommaOk; Zero
	OpMapSet         // A[B] = C
	OpMapDelete      // delete(A, B)
	OpRange          // Dst = iterator over the map A
	OpNext           // Dst = (ok, key, value) of iterator A
	OpEscape         // Args become known to unknown code
	OpKeep           // the client of a type scope holds A
	OpAtomic         // atomic access N to *A with B and C
	OpCtxNew         // Dst = context below A, N = CtxCancel or CtxTimeout
	OpCtxDone        // Dst = done channel of A
	OpCancelFunc     // Dst = cancel function of context A; N = the prelude's cancel
	OpTimer          // Dst = timer of kind N
	OpReadLocker     // Dst = A.RLocker()
	OpCall           // Dst = function N(Args), or function value A, or method N of A: see CallKind
	OpRunDefers      // run the deferred calls of this frame
	OpRecover        // Dst = recover()
	OpReturn         // return Args
	OpPanic          // explicit panic
	OpExit           // the process ends
	OpGoexit         // the goroutine ends, running its defers
	OpJump           // to Succs[0]
	OpIf             // to Succs[0] if A else Succs[1]

	firstVisible
	// Visible operations: a goroutine stops before each of them.
	OpSend      // A <- B
	OpRecv      // Dst = <-A; CommaOk
	OpClose     // close(A)
	OpSelect    // Cases; N = 1 with default; Dst = (index, ok, value…)
	OpLock      // *A, N is a LockMode; Dst = result of the try modes
	OpAdd       // wait group *A += B
	OpWait      // wait for *A
	OpOnceBegin // Dst = this goroutine runs the once *A
	OpOnceEnd   // the once *A is done
	OpCondEnter // become a waiter of *A
	OpCondPark  // block until signalled
	OpSignal    // wake a waiter of *A; N = 1: all
	OpCancel    // cancel context A
	OpCtxErr    // Dst = A.Err()
	OpTimerStop // Dst = A.Stop(); N = 1: Reset
	OpTimerFire // block until timer A fires
	OpYield     // nothing: what follows may happen at any later time
	OpCtxFire   // block until context A is done, Dst = nothing
	lastVisible
)

func (op Op) visible() bool { return op > firstVisible && op < lastVisible }

// LockMode selects the operation of [OpLock].
type LockMode = int32

// The lock operations.
const (
	Lock LockMode = iota
	Unlock
	RLock
	RUnlock
	TryLock
	TryRLock
	RWLock   // Lock of an RWMutex: announces itself first
	RWUnlock // Unlock of an RWMutex
)

// Kinds of contexts and timers.
const (
	CtxCancel     int32 = iota // ends by its cancel function only
	CtxTimeout                 // may also end at any time
	CtxBackground              // never ends
)
const (
	TimerOnce int32 = iota
	TimerTick
)

// Atomic accesses of [OpAtomic].
const (
	AtomicLoad int32 = iota
	AtomicStore
	AtomicAdd
	AtomicSwap
	AtomicCAS
)

// CallKind says how the callee of an [OpCall] is found.
type CallKind uint8

const (
	CallStatic  CallKind = iota // function N
	CallValue                   // function value A
	CallMethod                  // method N of interface value A; A is passed first
	CallUnknown                 // outside the program: Args escape, results are unknown
)

// CallMode says when the callee runs.
type CallMode uint8

const (
	CallNow CallMode = iota
	CallGo
	CallDefer
)

// An Edge leads to a block and carries the values of its phis.
type Edge struct {
	Block int32
	Moves []Move
}

// Move copies a register; the moves of an edge are simultaneous.
type Move struct{ Dst, Src Reg }

// Case is one communication of a select.
type Case struct {
	Send bool
	Chan Reg
	Val  Reg // sent value
	Zero Value
	Name string // the channel in the user's words
	Pos  Pos
}

// Instr is one instruction of a skeleton. Which fields matter depends on Op.
type Instr struct {
	Op      Op
	Call    CallKind
	Mode    CallMode
	CommaOk bool
	Bound   bool // a comparison that bounds a loop: unknown operands are made concrete
	ToIface bool // a type assertion to an interface type
	Follow  bool // a call that is followed whatever it is given
	Waits   bool // unknown code may wait for other goroutines here
	Inexact bool // B stands for a larger constant
	N       int32
	Dst     Reg
	A, B, C Reg
	Args    []Reg
	Cases   []Case
	Succs   []Edge
	Zero    Value
	Site    int32 // of what a context or timer operation creates
	Results int32 // number of results of a call; more than one makes a tuple
	Pos     Pos
	Name    string // the object in the user's words, for visible operations

	live    bitset // registers needed afterwards, Dst excluded; set for calls and visible operations
	endless bool   // a call in a loop that nothing counts
	joined  joined // of the runs that meet before it
}

// Block is a straight run of instructions; the last one transfers control.
type Block struct {
	Instrs []Instr

	live bitset // registers needed on entry
	join bool   // several edges lead here
}

// Func is the skeleton of one function.
type Func struct {
	ID      int32
	Name    string
	Pos     Pos
	Params  int
	Free    int
	Regs    int // highest register number
	Results int
	Consts  []Value
	Blocks  []Block
	// Recover is the block that returns the named results after a recovered
	// panic, or -1.
	Recover int32
	// Recovers: calls recover itself, so as a deferred call it ends a panic.
	Recovers bool
	// Creates: makes or returns synchronisation objects, so it is worth
	// entering even when no argument is tracked.
	Creates bool
	// Plain marks registers that hold mere data: if a skipped region would have
	// set one, it becomes unknown.
	Plain map[Reg]bool
	// Data marks registers whose type cannot lead to a synchronisation object.
	Data map[Reg]bool
	// Makes: creates synchronisation objects, so it is worth entering when it
	// is given an object of the scope that could take them.
	Makes bool
	// Touches: can reach an operation on a tracked value or keep one.
	Touches bool

	load   func(*Func)
	plain  bitset // of Plain
	origin int32  // the function that this is a variant of
	ready  bool
	whole  bool // there is no point in another variant
}

// Site describes an allocation.
type Site struct {
	Pos  Pos
	Name string // in the user's words: "done", "s.quit"
	// Sync: the object holds synchronisation state, so it is tracked.
	Sync bool
	// Escaped: known to unknown code from birth.
	Escaped bool
	// Peer: somebody may wait for the object, and not only for a lock in it.
	Peer bool
}

// Program is what the machine executes. It grows while skeletons are compiled
// on demand and is not safe for concurrent use.
type Program struct {
	Funcs []*Func
	Sites []Site

	// Method returns the function that implements the method for a dynamic
	// type, or nil. Implements reports whether a dynamic type satisfies a
	// type assertion.
	Method     func(typ, method int32) *Func
	Implements func(typ, target int32) bool

	paths    pathTable
	variants map[variantKey]*Func
}

// NewProgram returns an empty program.
func NewProgram() *Program {
	p := &Program{}
	p.paths.init()
	return p
}

// AddFunc registers a function whose body load fills in on first use. load may
// be nil if the body is already there.
func (p *Program) AddFunc(f *Func, load func(*Func)) *Func {
	f.ID = int32(len(p.Funcs))
	if f.load != nil || load != nil || !f.whole {
		f.origin = f.ID
	}
	f.load = load
	p.Funcs = append(p.Funcs, f)
	return f
}

// AddSite registers an allocation site and returns its number.
func (p *Program) AddSite(s Site) int32 {
	p.Sites = append(p.Sites, s)
	return int32(len(p.Sites) - 1)
}

// Ensure loads the body of f and returns f.
func (p *Program) Ensure(f *Func) *Func {
	if !f.ready {
		f.ready = true
		if f.load != nil {
			f.load(f)
		}
		f.liveness()
	}
	return f
}

// Path is an interned sequence of selectors; 0 is the empty one.
type pathTable struct {
	ids    map[[2]int32]int32
	parent []int32
	sel    []int32
}

func (t *pathTable) init() {
	t.ids = map[[2]int32]int32{}
	t.parent = []int32{-1}
	t.sel = []int32{0}
}

func (t *pathTable) child(path, sel int32) int32 {
	k := [2]int32{path, sel}
	if id, ok := t.ids[k]; ok {
		return id
	}
	id := int32(len(t.parent))
	t.ids[k] = id
	t.parent = append(t.parent, path)
	t.sel = append(t.sel, sel)
	return id
}

// below reports whether p equals or extends prefix.
func (t *pathTable) below(p, prefix int32) bool {
	for p > prefix {
		p = t.parent[p]
	}
	return p == prefix
}

// rebase replaces the prefix from of p by to.
func (t *pathTable) rebase(p, from, to int32) int32 {
	if p == from {
		return to
	}
	return t.child(t.rebase(t.parent[p], from, to), t.sel[p])
}
