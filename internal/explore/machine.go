package explore

// A Budget bounds one exploration. All counts are of deterministic events.
type Budget struct {
	States     int // global states
	Steps      int // instructions
	LocalSteps int // instructions between two visible operations
	Goroutines int // live goroutines
	Rescue     int // states of one rescue attempt
	Client     int // instructions for all pairs of calls of a type
}

// DefaultBudget is enough for scopes that a person could still follow.
func DefaultBudget() Budget {
	return Budget{States: 4000, Steps: 50_000, LocalSteps: 5_000, Goroutines: 8, Rescue: 150, Client: 200_000}
}

// Options switch reductions off, for tests that compare findings.
type Options struct {
	NoAmple     bool // do not run an independent step alone
	NoSymmetry  bool // do not identify states that differ by goroutine names
	NoRelevance bool // enter and spawn everything
	NoVariants  bool // walk functions whole
	Coarse      bool // count states that differ in data only as one from the start
	NoCoarse    bool // do not repeat, with less detail, what ran out of budget
}

// A Scope is one closed question to the machine.
type Scope struct {
	Entry *Func
	// Args are the arguments of Entry; missing ones are unknown.
	Args []Value
	// Process: Entry is main, and its return ends everything.
	Process bool
	// ResultsEscape: the caller of Entry keeps its results.
	ResultsEscape bool
	// Escaped lists allocation sites that unknown code knows from birth.
	Escaped map[int32]bool
	// Opaque lists calls of Entry itself, by position, that are not followed
	// because their results escape anyway.
	Opaque map[Pos]bool
	// Rescue lists functions that the client may still call with what it holds
	// (see OpKeep); what one of them wakes is not stuck.
	Rescue []*Func

	// From and To enclose the source of Entry, literals included: what is made
	// there is its own, see published.
	From, To Pos

	closers map[int32]bool // goroutines of a client that shut something down
}

func (sc *Scope) own(at Pos) bool { return sc.From <= at && at <= sc.To }

// Stats counts the work of a machine.
type Stats struct {
	Scopes int // explorations
	Over   int // explorations that ran out of states or steps
	Cut    int // explorations that left out runs with too many goroutines or rounds
	Narrow int // explorations that were too many to follow in full, see Result
	Coarse int // explorations that came to an end when states that differ in data counted as one, see Result
	Early  int // explorations that came to an end without what callees give away, see Result
	States int
	Steps  int
}

// A Machine explores scopes of one program. It is not safe for concurrent use.
type Machine struct {
	Program *Program
	Budget  Budget
	Options Options
	Stats   Stats

	scope       *Scope
	epoch       int64
	steps       int
	limit       int // of steps: the budget, or more for a search near its end
	over        bool
	cut         bool
	localOver   bool // the last local walk ran out of budget
	onlyBound   int  // every unknown count is this one; 0: try both
	narrow      bool // see sliced
	slice       *point
	points      []*point
	gone        map[int32]bool // sites of callees whose objects unknown code got hold of
	coarse      bool           // states that differ in data count as one
	early       map[int32]bool // sites whose objects unknown code knows from birth
	pending     []*state
	lastResults []Value

	marks      []int64
	marked     []int32
	markRound  int64
	throughCtx bool

	late map[*Func]*Func // calls of a client, see client

	enc encoder
}

// NewMachine returns a machine for p with the default budget.
func NewMachine(p *Program) *Machine {
	return &Machine{Program: p, Budget: DefaultBudget(), markRound: 1}
}

// Result is what an exploration found.
type Result struct {
	// Findings are in order of discovery, shortest witness first. Each is a run
	// of its own, so those found before a budget ran out count as much.
	Findings []*Finding
	Over     bool // a budget ran out: there may be more
	Cut      bool // runs with too many goroutines, or too many rounds of a loop that nothing counts, were left out
	// Narrow: a budget ran out at first. The scope was explored again once for each
	// object that its goroutines meet at, see sliced; Over tells whether that came
	// to an end.
	Narrow bool
	// Coarse: a budget ran out at first, and the scope came to an end when states
	// that differ in data only counted as one.
	Coarse bool
	// Early: a budget ran out at first, and the scope came to an end when every
	// unknown count was one as well, and what its callees give away belonged to
	// unknown code from birth, see published.
	Early  bool
	States int
	Steps  int
}

// manyStates is where states that differ only in data of unknown code begin to
// count as one: what makes them many then is what the code has seen of its
// surroundings, not what its goroutines do to each other.
const manyStates = 200

type node struct {
	s      *state // nil once its steps were taken
	parent int32
	step   stepRecord
}

// A stepRecord is what the witness needs to know of a transition.
type stepRecord struct {
	t             transition
	gor, partner  int32 // goroutine names; partner -1 if none
	instr, pinstr *Instr
	fn, pfn       *Func
	notes         *note
	pos           Pos
}

// Explore runs a scope.
func (m *Machine) Explore(sc *Scope) Result {
	m.scope = sc
	m.Stats.Scopes++
	start := func() *state { return m.initial(sc) }
	m.points, m.gone = nil, map[int32]bool{}
	m.coarse = m.Options.Coarse
	res := m.searchFrom(m.Budget.States, start)
	if res.Over {
		m.narrower(&res, func() Result { return m.walkOnce(m.Budget.States, start) })
	}
	m.Stats.count(&res)
	return res
}

func (st *Stats) count(res *Result) {
	if res.Over {
		st.Over++
	}
	if res.Cut {
		st.Cut++
	}
	if res.Narrow {
		st.Narrow++
	}
	if res.Coarse {
		st.Coarse++
	}
	if res.Early {
		st.Early++
	}
}

// searchFrom searches from a state. Findings that guessed sizes are searched for
// again with one size for everything: what shows up then does not rest on sizes
// that happen to differ.
func (m *Machine) searchFrom(states int, start func() *state) Result {
	res := m.walkOnce(states, start)
	guessed := false
	for _, f := range res.Findings {
		guessed = guessed || f.GuessedBound
	}
	if !guessed {
		return res
	}
	over, cut := res.Over, res.Cut
	// With two of everything no two counts disagree, and two is no rare number.
	before := m.onlyBound
	m.onlyBound = 2
	again := map[string]bool{}
	for _, f := range m.walkOnce(states, start).Findings {
		again[f.key] = true
	}
	m.onlyBound = before
	for _, f := range res.Findings {
		if again[f.key] {
			f.GuessedBound = false
		}
	}
	res.Over, res.Cut = over, cut
	return res
}

func (m *Machine) walkOnce(states int, start func() *state) Result {
	m.steps, m.limit, m.over, m.cut = 0, m.Budget.Steps, false, false
	sr := search{m: m, budget: states, seen: visited{}, found: map[string]*Finding{}}
	sr.run(start())
	res := Result{Findings: sr.order, States: len(sr.nodes), Steps: m.steps, Over: m.over, Cut: m.cut}
	if m.slice != nil || m.early != nil {
		res.Findings = assumed(res.Findings)
	}
	m.Stats.States += res.States
	m.Stats.Steps += res.Steps
	return res
}

func (m *Machine) initial(sc *Scope) *state {
	m.epoch++
	s := &state{epoch: m.epoch}
	args := append([]Value(nil), sc.Args...)
	m.Program.Ensure(sc.Entry)
	for len(args) < sc.Entry.Params {
		args = append(args, s.symbol(0))
	}
	free := make([]Value, sc.Entry.Free)
	for k := range free {
		free[k] = s.symbol(FNonNil)
	}
	s.gors = []*goroutine{{epoch: s.epoch}}
	m.push(s, 0, sc.Entry, Value{Kind: KFunc, X: free}, args)
	return s
}

// A search is one breadth-first walk.
type search struct {
	m      *Machine
	budget int
	nodes  []node
	seen   visited
	found  map[string]*Finding
	order  []*Finding
	// rescue, if set, is asked about each transition and ends the search by
	// returning true.
	rescue  func(rec *stepRecord) bool
	rescued bool
	// visit, if set, looks at each state instead of the stuck test and says
	// whether to go on from it.
	visit func(s *state) bool
	// heavy marks operations behind which a local walk ran out of budget once:
	// they are not followed again, so that one big function does not use up
	// what the rest of the scope needs.
	heavy map[*Instr]bool
	// checked is the number of milestones that were looked at.
	checked int
}

// grain is how much states may differ and still count as one.
func (sr *search) grain() grain {
	switch {
	case sr.m.coarse:
		return noRefs
	case sr.m.narrow:
		return noData
	case len(sr.nodes) > manyStates:
		return noEnv
	}
	return exact
}

func (sr *search) add(s *state, parent int32, rec stepRecord) bool {
	g := sr.grain()
	key := sr.m.enc.keyAt(g, sr.m, s)
	if !sr.seen.add(key) {
		return false
	}
	if g > exact {
		sr.m.enc.key(sr.m, s) // a coarse walk does not reach everything
	}
	sr.m.enc.collect(s)
	sr.m.noteGone(s)
	rec.notes = s.notes
	s.notes = nil
	sr.nodes = append(sr.nodes, node{s, parent, rec})
	return true
}

func (sr *search) run(s *state) {
	m := sr.m
	for _, s := range m.settle(s) {
		sr.add(s, -1, stepRecord{gor: -1, partner: -1})
	}
	var ts []transition
	for at := 0; at < len(sr.nodes) && m.steps <= m.limit && !sr.rescued; at++ {
		if at > 0 {
			sr.nodes[at-1].s = nil
		}
		sr.extend(at)
		if len(sr.nodes) > sr.budget || sr.hopeless(at) {
			m.over = true
			return
		}
		s := sr.nodes[at].s
		var moves []bool
		ts, moves = m.enabled(s, ts[:0])
		switch {
		case sr.visit != nil:
			if !sr.visit(s) {
				continue
			}
		case sr.rescue == nil && sr.stuck(int32(at), moves):
			continue // the same place leaks again and again: nothing new behind it
		}
		few := m.ample(s, ts)
		fresh := true
		for _, t := range few {
			fresh = sr.expand(int32(at), t) && fresh
		}
		if len(few) < len(ts) && !fresh {
			for _, t := range ts {
				sr.expand(int32(at), t)
			}
		}
	}
}

// extend doubles the steps of a search that has little left to look at: of a
// growing number of states, most come to an end soon after that. Only a search
// with less detail, which has a scope to lose, gets them.
func (sr *search) extend(at int) {
	m := sr.m
	if m.coarse && sr.visit == nil && sr.rescue == nil && m.steps > m.limit/2 && (len(sr.nodes)-at)*8 < len(sr.nodes) {
		m.limit = 2 * m.Budget.Steps
	}
}

// A milestone is a part of the budget in steps, and how many of a hundred states
// may be left to look at by then in a search that still comes to an end: the states
// of one that does first grow in number and then shrink. The figures are those of
// the six audited modules, where these rules end three of four searches that run
// out of budget in a quarter of the time, and hardly one of the others.
type milestone struct{ steps, of, left int }

// fewStates are too few to tell how a search will go on.
const fewStates = 100

var (
	fullMilestones   = []milestone{{1, 4, 60}, {1, 2, 40}}
	coarseMilestones = []milestone{{1, 8, 50}, {1, 4, 38}, {1, 2, 31}}
)

// hopeless reports whether a search has so much left to look at that it will not
// come to an end.
func (sr *search) hopeless(at int) bool {
	m := sr.m
	if sr.visit != nil || sr.rescue != nil {
		return false
	}
	ms := fullMilestones
	if m.coarse && m.slice == nil {
		ms = coarseMilestones
	}
	for sr.checked < len(ms) && m.steps > m.Budget.Steps*ms[sr.checked].steps/ms[sr.checked].of {
		if len(sr.nodes) >= fewStates && (len(sr.nodes)-at)*100 > len(sr.nodes)*ms[sr.checked].left {
			return true
		}
		sr.checked++
	}
	return false
}

// expand applies a transition to a node; it reports whether that led to new
// states only, which is what an ample set needs not to ignore others for ever.
func (sr *search) expand(at int32, t transition) (fresh bool) {
	m := sr.m
	s := sr.nodes[at].s
	rec := stepRecord{t: t, gor: s.gors[t.g].id, partner: -1, instr: s.gors[t.g].instr()}
	rec.pos, rec.fn = s.gors[t.g].where()
	if t.partner >= 0 {
		rec.partner = s.gors[t.partner].id
		rec.pinstr = s.gors[t.partner].instr()
		_, rec.pfn = s.gors[t.partner].where()
	}
	if sr.rescue != nil && sr.rescue(&rec) {
		sr.rescued = true
		return true
	}
	if sr.heavy[rec.instr] {
		return false
	}
	n := m.fork(s)
	bad := m.apply(n, t)
	if bad != nil {
		if sr.rescue == nil {
			sr.report(at, &rec, bad)
		}
		if !bad.goesOn {
			return false // the end of the process must not hide what others do
		}
	}
	m.localOver = false
	nexts := m.settle(n)
	if m.localOver {
		if sr.heavy == nil {
			sr.heavy = map[*Instr]bool{}
		}
		sr.heavy[rec.instr] = true
	}
	fresh = len(nexts) > 0
	for _, next := range nexts {
		if m.slice != nil && m.slice.given(next) {
			continue
		}
		if !sr.add(next, at, rec) {
			fresh = false
		}
	}
	return fresh
}
