package report

import (
	"slices"
	"strings"
	"sync"
)

// Tier says who sees a code.
type Tier uint8

const (
	// Default codes are on for everybody: at least nine reports in ten are right on real code.
	Default Tier = iota
	// Strict codes are opt-in.
	Strict
)

func (t Tier) String() string {
	if t == Strict {
		return "strict"
	}
	return "default"
}

// Claim says what a right report of a code asserts.
type Claim uint8

const (
	// Defect: a feasible interleaving with a bad end can be named.
	Defect Claim = iota
	// Hazard: an unbounded wait, width or loss, whose missing bound is named and is absent up the stack.
	Hazard
	// Policy is an opinion about style; its tier is always Strict.
	Policy
)

func (c Claim) String() string {
	return [...]string{"defect", "hazard", "policy"}[c]
}

// CodeInfo is one row of the registry.
type CodeInfo struct {
	Code     string // "relock/rlock": analyzer, slash, check; stable for ever
	Analyzer string // "relock"
	Check    string // "rlock"
	Title    string // what is wrong, one line, lower case, no period
	Claim    Claim
	Tier     Tier
	Page     string // URL of the section that explains the code
}

// PageBase is the directory, as a URL, of the pages that explain analyzers.
const PageBase = "https://github.com/conclint/conclint/blob/main/docs/analyzers/"

// PageOf returns the URL of an analyzer's page.
func PageOf(analyzer string) string { return PageBase + analyzer + ".md" }

// Codes of the engine root, which speaks about the analysis itself.
const (
	CodeInternalError = "engine/internal-error"
	CodeBudget        = "engine/budget"
	CodeStats         = "engine/stats"
	CodeSuppression   = "engine/suppression"
	CodeAnnotation    = "engine/annotation"
	CodeWhy           = "engine/why"
	CodeGraph         = "engine/graph"
)

// check is a row of an analyzer's block below.
type check struct {
	name  string
	claim Claim
	tier  Tier
	title string
}

// blocks lists the checks of each analyzer, one block per analyzer.
// A new check is one line in its analyzer's block.
var blocks = []struct {
	analyzer string
	checks   []check
}{
	{"racycounter", []check{
		{"incdec", Defect, Default, "a variable is incremented or decremented by several goroutines without a common lock"},
		{"update", Defect, Default, "a variable is updated from its own value by several goroutines without a common lock"},
		{"checkset", Defect, Default, "a variable is tested and then set by several goroutines without a common lock"},
		{"mixed", Defect, Default, "a variable is accessed both through sync/atomic and plainly"},
	}},
	{"racycapture", []check{
		{"local", Defect, Default, "a captured variable is written in a goroutine while another access may run in parallel"},
		{"err", Defect, Default, "an error variable of the enclosing function is assigned in a goroutine"},
		{"result", Defect, Default, "a named result is written in a goroutine that may outlive the function"},
		{"loopvar", Defect, Default, "a goroutine captures a loop variable that all iterations share"},
		{"container", Defect, Default, "a captured map or slice is changed in a goroutine while another access may run in parallel"},
		{"gated", Defect, Strict, "a captured variable is assigned where a flag first lets goroutines start that read it"},
	}},
	{"racyfield", []check{
		{"unguarded", Defect, Default, "a field guarded by a lock elsewhere is accessed without it"},
		{"global", Defect, Default, "a package variable guarded by a lock elsewhere is accessed without it"},
		{"rlockwrite", Defect, Default, "a field is written while its lock is held for reading only"},
		{"container", Defect, Default, "the contents of a guarded map or slice are accessed without the lock"},
		{"escape", Defect, Default, "a guarded map or slice is returned and used after the lock is released"},
		{"needlock", Defect, Default, "a function that needs its caller to hold a lock is called without it"},
		{"contract", Defect, Default, "a written locking contract is violated"},
		{"parallel", Defect, Default, "a field is accessed by two goroutines at once without a common lock, and one writes"},
		{"minority", Defect, Strict, "a field usually accessed under a lock is accessed without it"},
	}},
	{"lockorder", []check{
		{"cycle", Defect, Default, "locks are taken in conflicting orders"},
		{"sameclass", Defect, Default, "two instances of one type are locked in either order"},
		{"instances", Defect, Strict, "locks are taken in conflicting orders if objects of one type, most likely different ones, are the same"},
		{"long", Defect, Strict, "three or more locks of different types are taken in a circle"},
	}},
	{"relock", []check{
		{"lock", Defect, Default, "a mutex is locked again while it is held"},
		{"call", Defect, Default, "a call locks a mutex that its caller holds"},
		{"rlock", Defect, Default, "a read lock is taken again while it is held, which deadlocks with a waiting writer"},
		{"upgrade", Defect, Default, "a read lock is upgraded to a write lock while it is held"},
		{"once", Defect, Default, "a sync.Once is entered from inside its own function"},
		{"callback", Defect, Default, "a callback run under a lock takes the same lock"},
	}},
	{"unreleased", []check{
		{"return", Defect, Default, "a return leaves a lock held that other paths release"},
		{"loop", Defect, Default, "a loop iteration ends with a lock held that others release"},
		{"exit", Defect, Default, "a goroutine ends with a lock held"},
		{"panic", Defect, Default, "a recovered panic leaves a lock held"},
		{"mode", Defect, Default, "a lock is released in the wrong mode"},
		{"notheld", Defect, Default, "a lock is released that is not held"},
		{"deferlock", Defect, Default, "a deferred call locks where it should unlock"},
		{"contract", Defect, Default, "a function does not leave a lock as its annotation says"},
		{"token", Defect, Default, "a semaphore token or group slot is not given back on some path"},
	}},
	{"heldwait", []check{
		{"deadlock", Defect, Default, "a wait under a lock needs a goroutine that takes the same lock"},
		{"chan", Hazard, Strict, "a channel operation may block for ever while a lock is held"},
		{"wait", Hazard, Strict, "a wait may block for ever while a lock is held"},
		{"sleep", Hazard, Default, "a sleep happens while a lock is held"},
		{"io", Hazard, Default, "network, process or database work happens while a lock is held"},
		{"callback", Hazard, Strict, "user code is called while a lock is held"},
		{"file", Policy, Strict, "file input or output happens while a lock is held"},
	}},
	{"unjoined", []check{
		{"signal", Defect, Default, "a goroutine announces its end and nobody waits for it on some path"},
		{"test", Defect, Default, "a test returns before a goroutine that it started"},
		{"main", Defect, Default, "the program may exit before the goroutine has done its work"},
		{"writes", Hazard, Strict, "nothing can wait for a goroutine whose work matters"},
	}},
	{"stuckchan", []check{
		{"send", Defect, Default, "a goroutine may block for ever on a send"},
		{"recv", Defect, Default, "a goroutine may block for ever on a receive"},
		{"range", Defect, Default, "a goroutine may range for ever over a channel that is never closed"},
		{"select", Defect, Default, "a goroutine may block for ever in a select"},
		{"nil", Defect, Default, "a goroutine blocks for ever on a nil channel"},
		{"dropped", Defect, Default, "the goroutine behind a returned channel leaks when the caller drops it"},
		{"assumed", Defect, Strict, "a goroutine may block for ever under an assumption about its callers"},
	}},
	{"chanclose", []check{
		{"double", Defect, Default, "a channel may be closed twice"},
		{"send", Defect, Default, "a channel may be sent on after it is closed"},
		{"receiver", Defect, Default, "a receiver closes a channel that senders still use"},
		{"nil", Defect, Default, "a nil channel is closed"},
		{"assumed", Defect, Strict, "a channel may be closed twice under an assumption about its callers"},
	}},
	{"wgmisuse", []check{
		{"addinside", Defect, Default, "Add is called inside the goroutine that it should announce"},
		{"missingdone", Defect, Default, "a path of the goroutine skips Done"},
		{"notdeferred", Hazard, Default, "a panic or early return may skip Done"},
		{"addafterwait", Defect, Default, "Add may run after Wait has started"},
		{"negative", Defect, Default, "the counter of a wait group becomes negative"},
		{"copied", Defect, Default, "a wait group is copied"},
		{"selfwait", Defect, Default, "a goroutine waits for itself"},
		{"assumed", Defect, Strict, "a wait group is misused under an assumption about its callers"},
	}},
	{"condmisuse", []check{
		{"noloop", Defect, Default, "Cond.Wait is not called in a loop that tests its condition"},
		{"nolock", Defect, Default, "Cond.Wait is called without its lock"},
		{"nosignal", Defect, Default, "nothing ever wakes those who wait on a condition variable"},
		{"predicate", Defect, Default, "the condition is changed without the lock, so that a wake-up can be lost"},
	}},
	{"losterror", []check{
		{"go", Hazard, Default, "the error result of a function started with go is lost"},
		{"unread", Defect, Default, "an error assigned in a goroutine is never read after the join"},
		{"wait", Defect, Default, "the error of a group's Wait is ignored"},
		{"nowait", Defect, Default, "a group collects errors and nobody calls Wait"},
		{"slots", Defect, Default, "an error channel has fewer slots than senders"},
		{"drain", Defect, Default, "an error channel is never drained"},
		{"raced", Defect, Default, "a select may prefer the signal that all is done to an error that is waiting"},
		{"outerctx", Hazard, Default, "a group's function uses the context around the group instead of the group's own"},
		{"future", Hazard, Default, "the future of a pool's task is dropped, and its error with it"},
		{"forgotten", Hazard, Strict, "a goroutine leaves on an error and tells nobody"},
		{"blank", Hazard, Strict, "a goroutine discards an error with a blank assignment"},
	}},
	{"lostpanic", []check{
		{"unprotected", Policy, Strict, "a panic in this goroutine ends the process although its siblings recover"},
	}},
	{"nosemaphore", []check{
		{"perelement", Hazard, Default, "one goroutine per element of data of unbounded size, with no limit"},
		{"permessage", Hazard, Default, "one goroutine per message of an unbounded stream, with no limit"},
		{"size", Defect, Default, "a limit or capacity makes no sense"},
		{"configured", Hazard, Strict, "one goroutine per element of configuration or structure, with no limit"},
	}},
	{"notimeout", []check{
		{"client", Hazard, Default, "a network request has no timeout"},
		{"server", Hazard, Default, "a server has no read timeout"},
		{"dial", Hazard, Default, "a connection is dialled without timeout"},
		{"conn", Hazard, Default, "an answer is read from a connection with no deadline"},
		{"query", Hazard, Default, "a database or remote call is not bounded by the request that waits for it"},
		{"exec", Hazard, Default, "a command is run without context in code that serves requests"},
		{"request", Hazard, Default, "a request waits for an external result with no timeout"},
		{"local", Policy, Strict, "a server for this machine alone has no read timeout"},
		{"cli", Policy, Strict, "a command-line program waits with no timeout"},
	}},
	{"ctxignored", []check{
		{"background", Hazard, Default, "a fresh context is passed on although the caller's is at hand"},
		{"blocks", Hazard, Default, "a function takes a context and blocks without looking at it"},
		{"loop", Hazard, Default, "a function takes a context and loops without looking at it"},
		{"unused", Policy, Strict, "a function takes a context and never uses it"},
	}},
	{"spinwait", []check{
		{"busy", Defect, Default, "a loop burns a processor until a flag changes"},
		{"lockfree", Policy, Strict, "a lock-free algorithm burns a processor until a counter catches up"},
		{"poll", Hazard, Default, "a loop polls a flag that another goroutine sets"},
		{"default", Defect, Default, "a loop spins on a select whose default does nothing"},
		{"closed", Defect, Default, "a loop goes on receiving from a channel that is closed"},
		{"sleepsync", Defect, Default, "a sleep stands where a goroutine should be waited for"},
	}},
	{"engine", []check{
		{"internal-error", Defect, Default, "the analysis failed inside and said nothing about a function"},
		{"budget", Hazard, Default, "the analysis gave up on a function or scope to stay fast"},
		{"stats", Hazard, Default, "counters of the analysis of one package"},
		{"suppression", Hazard, Default, "a suppression comment is malformed, names an unknown code or suppresses nothing"},
		{"annotation", Hazard, Default, "an annotation names a lock that is not known"},
		{"why", Hazard, Default, "why the analysis is silent at a place"},
		{"graph", Hazard, Default, "a piece of the pictures of conclint graph"},
	}},
}

var registry = sync.OnceValue(func() []CodeInfo {
	var all []CodeInfo
	for _, b := range blocks {
		for _, c := range b.checks {
			all = append(all, CodeInfo{
				Code:     b.analyzer + "/" + c.name,
				Analyzer: b.analyzer,
				Check:    c.name,
				Title:    c.title,
				Claim:    c.claim,
				Tier:     c.tier,
				Page:     PageOf(b.analyzer) + "#" + c.name,
			})
		}
	}
	slices.SortFunc(all, func(a, b CodeInfo) int { return strings.Compare(a.Code, b.Code) })
	return all
})

// Codes returns the whole registry, sorted by code. The caller owns the slice.
func Codes() []CodeInfo { return slices.Clone(registry()) }

// Lookup finds the row of a code.
func Lookup(code string) (CodeInfo, bool) {
	all := registry()
	i, ok := slices.BinarySearchFunc(all, code, func(c CodeInfo, code string) int { return strings.Compare(c.Code, code) })
	if !ok {
		return CodeInfo{}, false
	}
	return all[i], true
}

// CodesOf returns the rows of one analyzer, sorted; none if there is no such analyzer.
func CodesOf(analyzer string) []CodeInfo {
	var out []CodeInfo
	for _, c := range registry() {
		if c.Analyzer == analyzer {
			out = append(out, c)
		}
	}
	return out
}

// Match reports whether a pattern selects a code. A pattern is a code
// ("relock/rlock"), an analyzer ("relock"), either with * for any run of
// characters ("racy*", "*/assumed"), or "all".
func Match(pattern string, info CodeInfo) bool {
	if pattern == "all" {
		return true
	}
	if strings.Contains(pattern, "/") {
		return glob(pattern, info.Code)
	}
	return glob(pattern, info.Analyzer)
}

func glob(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	s, ok := strings.CutPrefix(s, parts[0])
	if !ok {
		return false
	}
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(s, p)
		if i < 0 {
			return false
		}
		s = s[i+len(p):]
	}
	return strings.HasSuffix(s, parts[len(parts)-1])
}
