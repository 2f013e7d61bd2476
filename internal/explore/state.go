package explore

// A cell is one value at one path of an object.
type cell struct {
	path int32
	val  Value
}

// An object is one thing on the heap. Objects are shared between states and
// copied before the first write of a newer state.
type object struct {
	epoch   int64
	site    int32 // index into Program.Sites, or -1
	global  int32 // global number + 1, or 0
	env     bool  // made by unknown code: unset cells are unknown
	escaped bool  // unknown code can reach it
	muted   bool  // of no interest in this slice
	sync    bool  // tracked: it is, or holds, synchronisation state

	cells []cell
	ch    *channel // for channels, contexts and timers
}

// A channel is the state of a channel, timer or context object.
type channel struct {
	cap    int32 // -1 unknown: never full
	buf    []Value
	closed bool
	timer  timerState
	ctx    bool
	fires  bool  // a context that may end at any time
	never  bool  // a context that never ends
	done   bool  // the context has ended
	parent int32 // enclosing context object or -1
}

type timerState uint8

const (
	noTimer timerState = iota
	timerArmed
	timerTicking
	timerDead // fired or stopped: never again
)

func (o *object) get(path int32) (Value, bool) {
	for i := range o.cells {
		if o.cells[i].path == path {
			return o.cells[i].val, true
		}
	}
	return Value{}, false
}

// set writes a cell; the caller owns o. Cells stay sorted by path.
func (o *object) set(path int32, v Value) {
	i := 0
	for i < len(o.cells) && o.cells[i].path < path {
		i++
	}
	if i < len(o.cells) && o.cells[i].path == path {
		o.cells[i].val = v
		return
	}
	o.cells = append(o.cells, cell{})
	copy(o.cells[i+1:], o.cells[i:])
	o.cells[i] = cell{path, v}
}

// A deferred call waits in a frame.
type deferred struct {
	fn   Value
	args []Value
	pos  Pos
}

// A frame is one activation.
type frame struct {
	epoch  int64
	fn     *Func
	block  int32
	pc     int32
	regs   []Value // index 0 is unused
	defers []deferred
	// unwind: the frame runs its defers because of a panic or Goexit.
	unwind bool
	// recovered: a deferred call has ended the panic.
	recovered bool
	// deferCall: the frame is a deferred call of the frame below.
	deferCall bool
	deferPos  Pos
	// returned: a call has just come back; the paths through it meet here.
	returned bool
}

type panicState uint8

const (
	calm panicState = iota
	panicking
	exiting // runtime.Goexit
)

// A goroutine of a state.
type goroutine struct {
	epoch  int64
	id     int32
	pos    Pos // of its go statement
	from   Pos // of the call that started it, if the library has the go statement
	frames []*frame
	ready  bool // stands before a visible operation
	panics panicState
	// announced: a pending RWMutex.Lock already blocks new readers.
	announced bool
	// cond: the cond (object, path) it is a waiter of.
	condObj, condPath int32
	waiting           bool
	signalled         bool
}

func (g *goroutine) top() *frame { return g.frames[len(g.frames)-1] }

// instr is the instruction a ready goroutine stands before.
func (g *goroutine) instr() *Instr {
	f := g.top()
	return &f.fn.Blocks[f.block].Instrs[f.pc]
}

// A fact is what a branch learned: symbol sym compares with val by op. Facts are
// a list that states share, newest first. Most symbols have none, so each fact
// tells which symbols it and those before it can be about.
type fact struct {
	prev *fact
	sym  int32
	op   Cmp
	val  Value
	syms symset // of all facts from here on
	eqs  symset // of those that say what a symbol is equal to
}

// A symset is a set of symbols that may hold more than was put into it.
type symset uint64

func symsetOf(sym int32) symset { return 1 << (uint32(sym) % 64) }

func (f *fact) about(sym int32) bool { return f != nil && f.syms&symsetOf(sym) != 0 }

func (f *fact) equates(sym int32) bool { return f != nil && f.eqs&symsetOf(sym) != 0 }

// push puts a fact in front of f.
func (f *fact) push(sym int32, op Cmp, v Value) *fact {
	n := &fact{prev: f, sym: sym, op: op, val: v, syms: symsetOf(sym)}
	if op == Eq {
		n.eqs = n.syms
	}
	if f != nil {
		n.syms |= f.syms
		n.eqs |= f.eqs
	}
	return n
}

// Evidence lists the assumptions on the way to a state.
type Evidence uint16

const (
	EvBoundOne    Evidence = 1 << iota // a loop or count was taken to be 1
	EvBoundMany                        // a loop or count was taken to be 2
	EvCtxEnds                          // a context ended at its own time
	EvTimer                            // a timer fired
	EvBranch                           // a condition on unknown data went one way
	EvOutside                          // unknown code took part in a communication
	EvPanics                           // a callback was taken to panic
	EvMapAbsent                        // a lookup in a tracked map was taken to miss
	EvUncounted                        // a Wait returned whose count cannot be followed
	EvForeignWait                      // unknown code that may have waited for others returned
	EvInexact                          // a wait group was raised by a constant that is not kept exactly
)

// A state of the machine. A state is mutable until it has been forked or
// stored; then the epoch changes and shared parts are copied on write.
type state struct {
	epoch   int64
	heap    []*object
	facts   *fact
	gors    []*goroutine
	globals []int32 // pairs global, object
	nsym    int32
	nextGor int32
	kept    Value // what the client of a type scope holds
	ev      Evidence
	notes   *note
}

// A note is one branch decision since the previous step, newest first.
type note struct {
	prev  *note
	gor   int32
	pos   Pos
	taken bool
}

// fork returns a copy that shares everything; both sides copy on write.
func (m *Machine) fork(s *state) *state {
	t := *s
	t.heap = append(make([]*object, 0, len(s.heap)+4), s.heap...)
	t.gors = append(make([]*goroutine, 0, len(s.gors)+2), s.gors...)
	t.globals = s.globals[:len(s.globals):len(s.globals)]
	s.globals = t.globals
	m.epoch++
	s.epoch = m.epoch
	m.epoch++
	t.epoch = m.epoch
	return &t
}

// own returns object id of s ready for writing.
func (s *state) own(id int32) *object {
	o := s.heap[id]
	if o.epoch == s.epoch {
		return o
	}
	c := *o
	c.epoch = s.epoch
	c.cells = append(make([]cell, 0, len(o.cells)+1), o.cells...)
	if o.ch != nil {
		ch := *o.ch
		ch.buf = append([]Value(nil), ch.buf...)
		c.ch = &ch
	}
	s.heap[id] = &c
	return &c
}

// gor returns goroutine i of s ready for writing.
func (s *state) gor(i int) *goroutine {
	g := s.gors[i]
	if g.epoch == s.epoch {
		return g
	}
	c := *g
	c.epoch = s.epoch
	c.frames = append(make([]*frame, 0, len(g.frames)+2), g.frames...)
	s.gors[i] = &c
	return &c
}

// frame returns the top frame of goroutine i ready for writing.
func (s *state) frame(i int) *frame {
	g := s.gor(i)
	return s.frameAt(g, len(g.frames)-1)
}

func (s *state) frameAt(g *goroutine, k int) *frame {
	f := g.frames[k]
	if f.epoch == s.epoch {
		return f
	}
	c := *f
	c.epoch = s.epoch
	c.regs = append([]Value(nil), f.regs...)
	c.defers = f.defers[:len(f.defers):len(f.defers)]
	g.frames[k] = &c
	return &c
}

func (s *state) newObject(site int32) int32 {
	s.heap = append(s.heap, &object{epoch: s.epoch, site: site})
	return int32(len(s.heap) - 1)
}

func (s *state) symbol(flags uint8) Value {
	s.nsym++
	return Value{Kind: KUnk, Flag: flags, A: s.nsym}
}

// learn records a fact.
func (s *state) learn(sym int32, op Cmp, v Value) {
	s.facts = s.facts.push(sym, op, v)
}

// resolve replaces symbols whose value is known.
func (s *state) resolve(v Value) Value {
	for v.Kind == KUnk {
		next, ok := s.valueOf(v.A)
		if !ok {
			return v
		}
		v = next
	}
	return v
}

func (s *state) valueOf(sym int32) (Value, bool) {
	for f := s.facts; f.equates(sym); f = f.prev {
		if f.sym == sym && f.op == Eq {
			return f.val, true
		}
	}
	return Value{}, false
}

// decide evaluates a condition on a symbol from the facts.
func (s *state) decide(v Value, op Cmp, c Value) (result, known bool) {
	v = s.resolve(v)
	if v.Kind != KUnk {
		return compare(v, op, c)
	}
	if r, ok := compare(v, op, c); ok {
		return r, true
	}
	for f := s.facts; f.about(v.A); f = f.prev {
		if f.sym != v.A || !same(f.val, c) {
			continue
		}
		if f.op == op {
			return true, true
		}
		if f.op == negate(op) {
			return false, true
		}
	}
	return false, false
}
