package accesses

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/annotations"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// A Guard is the lock that protects a field or package variable, inferred from
// which lock is held at its accesses.
type Guard struct {
	Field   access.Class // the field or variable
	Content bool         // what it holds, rather than itself
	Lock    access.Class
	Name    string // of the lock, as a guarded access names it
	// Stated is set if the declaration names the lock: then nothing was inferred.
	Stated *annotations.Contract
	Sites  []*Site
	Held   int     // accesses with the lock
	Writes int     // of these, writes
	Bare   int     // accesses without it
	Bad    []*Site // accesses without it that may run in parallel with others
	Shared []*Site // writes while it is held for reading only
}

// Ratio is the share of accesses with the lock.
func (g *Guard) Ratio() float64 { return float64(g.Held) / float64(g.Held+g.Bare) }

// A Site is an access as guard inference sees it.
type Site struct {
	*Access
	Base    *access.Path   // the object whose field it is; nil for package variables
	Held    []model.LockOp // locks of the object, its owners or the package that are held
	May     []access.Class // classes of all locks that may be held
	exposed bool           // see keepExposed
	lock    string         // the guard's name here, where a contract names it
	skip    bool           // says nothing: fresh object, constructor, test
	blind   bool           // the locks held there are not known
	// Call is the call that should have been made under the lock, when the access
	// is in a helper whose other callers hold it.
	Call ssa.CallInstruction
}

// Guards lists the guards of the package's fields and variables, in order of first access.
func (a *Analysis) Guards() []*Guard {
	if a.guardsDone {
		return a.guards
	}
	a.guardsDone = true
	var order []Key
	sites := make(map[Key][]*Site)
	for _, x := range a.all {
		s, k := a.site(x)
		if s == nil {
			continue
		}
		if sites[k] == nil {
			order = append(order, k)
		}
		sites[k] = append(sites[k], s)
	}
	for _, k := range order {
		a.infer(k, sites[k])
	}
	return a.guards
}

// site prepares an access for inference; elements count as content of the field
// that holds them.
func (a *Analysis) site(x *Access) (*Site, Key) {
	p, content := x.Path, x.Content
	for p.Parent() != nil && isElem(p) {
		p, content = p.Parent(), true
	}
	if p.Class() == "" || x.Atomic || pointee(x) || a.readOut(x) {
		return nil, Key{}
	}
	if x.Foreign != nil && !x.own && !token.IsExported(lastSelector(p)) {
		return nil, Key{} // who may touch it is the business of its own package
	}
	isGlobal := p.Root().Kind == access.Global && p.Depth() == 0
	if !isGlobal && p.Parent() == nil || isLockType(p, x) {
		return nil, Key{}
	}
	s := &Site{Access: x}
	if !isGlobal {
		s.Base = p.Parent()
	}
	set := a.locks.HeldAt(x.Instr)
	if !set.Known {
		// In a function too large to follow: only that it happens is known.
		s.skip, s.blind = true, true
		return s, Key{Class: p.Class(), Content: content}
	}
	held, _ := a.heldAt(x)
	outer, may := a.callerLocks(x.Fn)
	held = append(held[:len(held):len(held)], outer...)
	held = append(held, a.handedOver(x.Instr)...)
	s.May = append(s.May, may...)
	for _, op := range held {
		if a.near(op.Path, p, isGlobal) && !op.Path.HasPrefix(p) {
			s.Held = append(s.Held, op)
		}
		s.May = append(s.May, op.Path.Class())
	}
	for _, op := range set.May {
		s.May = append(s.May, op.Path.Class())
	}
	s.skip = a.silent(s)
	return s, Key{Class: p.Class(), Content: content}
}

// near reports whether a lock belongs to the object of a location, to one that
// contains it, or, for package variables, to the same package.
func (a *Analysis) near(lock, p *access.Path, isGlobal bool) bool {
	if lock.Class() == "" {
		return false
	}
	if isGlobal {
		return lock.Root().Kind == access.Global && lock.Depth() <= 1
	}
	owner := lock.Parent()
	if owner != nil && isElem(lock) {
		owner = owner.Parent() // one of several locks, each for a part of the data
	}
	return owner != nil && p.HasPrefix(owner) || lock.Root().Kind == access.Global && p.Root().Kind == access.Global
}

func isLockType(p *access.Path, x *Access) bool {
	if x.Addr == nil {
		return false
	}
	t := x.Addr.Type()
	if ptr, ok := t.Underlying().(*types.Pointer); ok {
		t = ptr.Elem()
	}
	n := access.NamedOf(t)
	if n == nil || n.Obj().Pkg() == nil {
		return false
	}
	switch n.Obj().Pkg().Path() {
	case "sync", "sync/atomic", api.DefaultRuntime + "/lock", api.DefaultRuntime + "/gate":
		return true
	}
	return false
}

// thresholds of inference. Fields need clear evidence; contents of maps and slices
// less, as does a lock named after the field: nobody reads a map unlocked on purpose.
const (
	minRatio, minHeld         = 0.75, 3
	minRatioSure, minHeldSure = 0.55, 2
	minRatioBeside            = 0.65
)

// infer finds the lock that guards a group of accesses, if there is one.
func (a *Analysis) infer(k Key, sites []*Site) {
	if c, ok := a.statedGuard(sites); ok {
		a.guards = append(a.guards, a.enforce(k, c, sites))
		return
	}
	count := make(map[access.Class]int)
	var order []access.Class
	for _, s := range sites {
		if s.skip {
			continue
		}
		for _, op := range s.Held {
			c := op.Path.Class()
			if count[c] == 0 {
				order = append(order, c)
			}
			count[c]++
		}
	}
	var best *Guard
	for _, c := range order {
		g := a.guardOf(k, c, sites)
		if best == nil || g.Held > best.Held || g.Held == best.Held && g.Writes > best.Writes {
			best = g
		}
	}
	if best == nil {
		return
	}
	if best.Writes == 0 && !blindWrite(sites) {
		best.Shared = a.sharedWrites(best, sites)
		if len(best.Shared) > 0 {
			a.guards = append(a.guards, best)
		}
		return
	}
	sure := k.Content || namedAfter(best.Lock, k.Class)
	best.Bad = a.bad(best, sites)
	best.Shared = a.sharedWrites(best, sites)
	need, held := minRatio, minHeld
	if sure {
		need, held = minRatioSure, minHeldSure
	}
	if dedicated(best.Lock, k.Class) {
		need, held = 0, minHeldSure // the lock has no other purpose, however often it is forgotten
	}
	if best.Held < held || best.Ratio() < need {
		// Weak statistics are enough for an access right beside the lock's own
		// critical section: there the function itself shows what it protects.
		bad := best.Bad
		best.Bad = keepBeside(a, best)
		if best.Held < held || best.Ratio() < min(need, minRatioBeside) {
			best.Bad = a.keepExposed(best, bad)
		}
	}
	a.guards = append(a.guards, best)
}

// blindWrite reports whether there is a write of which the locks are not known.
func blindWrite(sites []*Site) bool {
	for _, s := range sites {
		if s.blind && s.Write() {
			return true
		}
	}
	return false
}

func (a *Analysis) guardOf(k Key, lock access.Class, sites []*Site) *Guard {
	g := &Guard{Field: k.Class, Content: k.Content, Lock: lock, Sites: sites}
	for _, s := range sites {
		if s.skip {
			continue
		}
		op, ok := s.holds(lock)
		switch {
		case ok && (op.Mode == api.Write || !s.Write()):
			g.Held++
			if g.Name == "" {
				g.Name = op.Path.String()
			}
			if s.Write() {
				g.Writes++
			}
		case ok, s.mayHold(lock):
		default:
			if _, helped := a.unlockedCalls(g, s); helped {
				g.Held++
				if s.Write() {
					g.Writes++
				}
				continue
			}
			g.Bare++
		}
	}
	return g
}

func (s *Site) holds(lock access.Class) (model.LockOp, bool) {
	for _, op := range s.Held {
		if op.Path.Class() == lock {
			return op, true
		}
	}
	return model.LockOp{}, false
}

func (s *Site) mayHold(lock access.Class) bool {
	for _, c := range s.May {
		if c == lock {
			return true
		}
	}
	return false
}

// sharedWrites lists the writes under a read lock that no other lock protects.
func (a *Analysis) sharedWrites(g *Guard, sites []*Site) []*Site {
	var out []*Site
	for _, s := range sites {
		if s.skip || !s.Write() {
			continue
		}
		op, ok := s.holds(g.Lock)
		if !ok || op.Mode != api.Read {
			continue
		}
		exclusive := false
		for _, h := range s.Held {
			exclusive = exclusive || h.Mode == api.Write
		}
		if _, sole := a.soleThread(s.Fn); sole {
			continue // one goroutine does it, and nobody else writes under the read lock
		}
		if !exclusive && len(s.May) <= 2*len(s.Held) {
			out = append(out, s)
		}
	}
	return out
}

// namedAfter reports whether a lock's name says which field it guards: connsMu for conns.
func namedAfter(lock, field access.Class) bool {
	l, f := lastName(lock), lastName(field)
	for _, word := range []string{"mutex", "lock", "rwmu", "mtx", "mu"} {
		l = strings.ReplaceAll(l, word, "")
	}
	l = strings.Trim(l, "_")
	return len(l) >= 2 && strings.HasPrefix(f, strings.TrimSuffix(l, "s"))
}

func lastName(c access.Class) string {
	s := string(c)
	return strings.ToLower(s[strings.LastIndexByte(s, '.')+1:])
}

// keepBeside keeps the bad sites whose function takes the guard itself, elsewhere.
func keepBeside(a *Analysis, g *Guard) []*Site {
	var out []*Site
	for _, s := range g.Bad {
		if s.Call == nil && a.takes(s.Fn, g.Lock) {
			out = append(out, s)
		}
	}
	return out
}

// keepExposed keeps the bad reads that users of the type make happen by an exported
// method, if goroutines of this package are what writes the field, always under
// the lock, and another method reads it so: then both sides are known to exist,
// however many methods forget the lock.
func (a *Analysis) keepExposed(g *Guard, bad []*Site) []*Site {
	if g.Held-g.Writes < 1 || g.Writes < 1 {
		return nil
	}
	background := false
	for _, w := range g.Sites {
		if w.skip || !w.Write() {
			continue
		}
		if _, ok := w.holds(g.Lock); !ok {
			return nil
		}
		background = background || a.spawn.Spawned(w.Fn)
	}
	if !background {
		return nil
	}
	var out []*Site
	for _, s := range bad {
		if s.Call == nil && !s.Write() && a.ofReceiver(s) && a.spawn.Outside(s.Fn) && !a.spawn.Spawned(s.Fn) {
			s.exposed = true
			out = append(out, s)
		}
	}
	return out
}

// takes reports whether fn itself acquires a lock of the class.
func (a *Analysis) takes(fn *ssa.Function, lock access.Class) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			if eff, ok := a.prog.Effect(call.Common()); ok && eff.Op == api.Lock {
				if a.prog.Path(ssabuild.Receiver(call.Common())).Class() == lock {
					return true
				}
			}
		}
	}
	return false
}
