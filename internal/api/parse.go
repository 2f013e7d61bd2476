package api

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ErrRow is wrapped by all errors of [ParseRows].
var ErrRow = errors.New("bad row")

// ParseRows reads rows that a user adds to the table. Rows are separated by
// semicolons or line ends; # begins a comment that reaches to the line's end:
//
//	example.com/kv.(Client).Get = block, kind=network, ctx=0
//	example.com/pool.Submit     = spawn, func=1
//	example.com/jobs.Detach     = ctx-detach, ctx=0
//	example.com/bus.(Bus).Call  = none
//
// The left side names a function or a method, the latter by its receiver's type
// without pointer. The right side is an effect, see [Effects], and what it
// needs: func, arg and ctx number arguments from 0 without the receiver; kind
// says what a block waits for; bound (ctx, receiver, arg, request) what limits
// it; use (now, away, keep) how the function argument is treated; mode (read,
// write) and try belong to locks; instead names the function to use in its place.
func ParseRows(text string) (map[Key]Effect, error) {
	rows := make(map[Key]Effect)
	n := 0
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(strings.TrimRight(line, "\r\n"), "#")
		for part := range strings.SplitSeq(line, ";") {
			part = strings.TrimSpace(part)
			if part == "" {
				continue
			}
			n++
			k, e, err := parseRow(part)
			if err != nil {
				return nil, fmt.Errorf("%w %d, %q: %w", ErrRow, n, part, err)
			}
			if _, dup := rows[k]; dup {
				return nil, fmt.Errorf("%w %d, %q: %s has a row already", ErrRow, n, part, k)
			}
			rows[k] = e
		}
	}
	return rows, nil
}

// Effects lists the names of effects that a row may have, sorted.
func Effects() []string {
	out := make([]string, 0, len(opNames))
	for name := range opNames {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func parseRow(s string) (Key, Effect, error) {
	left, right, ok := strings.Cut(s, "=")
	if !ok {
		return Key{}, Effect{}, errors.New("want FUNCTION = EFFECT")
	}
	k, err := ParseKey(strings.TrimSpace(left))
	if err != nil {
		return Key{}, Effect{}, err
	}
	fields := strings.Split(right, ",")
	op := strings.TrimSpace(fields[0])
	e, ok := opNames[op]
	if !ok {
		return Key{}, Effect{}, fmt.Errorf("unknown effect %q: want one of %s", op, strings.Join(Effects(), ", "))
	}
	seen := make(map[string]bool)
	for _, f := range fields[1:] {
		name, value, _ := strings.Cut(f, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if seen[name] {
			return Key{}, Effect{}, fmt.Errorf("%q is given twice", name)
		}
		seen[name] = true
		if err := e.set(name, value); err != nil {
			return Key{}, Effect{}, err
		}
	}
	return k, e, e.complete(op, seen)
}

// complete fills in what follows from the rest, and refuses what makes no sense.
func (e *Effect) complete(op string, given map[string]bool) error {
	if e.Op == Block && e.Blocking == NotBlocking {
		e.Blocking = Network
	}
	if e.Op != Block && (given["kind"] || given["bound"]) {
		return fmt.Errorf("%s has no kind and no bound: only block has", op)
	}
	if e.Op == Block && e.Bound == Unbounded && e.Ctx != None {
		e.Bound = ByCtx
	}
	if e.Bound == ByCtx && e.Ctx == None {
		return errors.New("bound=ctx needs ctx=N")
	}
	if (e.Bound == ByArg || e.Bound == ByRequest) && e.Arg == None {
		return errors.New("bound=arg and bound=request need arg=N")
	}
	if e.Func == None && given["use"] {
		return errors.New("use needs func=N")
	}
	if e.Func != None && e.Use == NoFunc {
		e.Use = usual(e.Op)
	}
	if needsFunc(e.Op) && e.Func == None {
		return fmt.Errorf("%s needs func=N", op)
	}
	if (e.Op == Lock || e.Op == Unlock) && e.Mode == NoMode {
		e.Mode = Write
	}
	if e.Op != Lock && e.Op != Unlock && (given["mode"] || given["try"]) {
		return fmt.Errorf("%s has no mode: only lock and unlock have", op)
	}
	if e.Op == Unlock && e.Try {
		return errors.New("unlock cannot be a try")
	}
	return nil
}

// usual is how a function with an effect treats its func argument.
func usual(op Op) FuncUse {
	switch op {
	case Spawn, SpawnTimer, GroupGo, WgGo, PoolSubmit, Register, CtxAfter:
		return Keeps
	case ParallelDo:
		return CallsAway
	}
	return CallsNow
}

func needsFunc(op Op) bool {
	switch op {
	case Spawn, GroupGo, PoolSubmit, ParallelDo, OnceDo:
		return true
	}
	return false
}

func (e *Effect) set(name, value string) error {
	var err error
	switch name {
	case "func":
		e.Func, err = parseArg(value)
	case "arg":
		e.Arg, err = parseArg(value)
	case "ctx":
		e.Ctx, err = parseArg(value)
	case "kind":
		e.Blocking, err = pick(kindNames, value)
	case "bound":
		e.Bound, err = pick(boundNames, value)
	case "use":
		e.Use, err = pick(useNames, value)
	case "mode":
		e.Mode, err = pick(modeNames, value)
	case "try":
		if value != "" {
			return errors.New("try takes no value")
		}
		e.Try = true
	case "instead":
		if value == "" || strings.ContainsAny(value, " \t") {
			return fmt.Errorf("instead=%s names no function", value)
		}
		e.Instead = value
	default:
		return fmt.Errorf("unknown attribute %q: want one of arg, bound, ctx, func, instead, kind, mode, try, use", name)
	}
	if err != nil {
		return fmt.Errorf("%s=%s: %w", name, value, err)
	}
	return nil
}

// maxArgs bounds argument numbers: nobody writes a function with more.
const maxArgs = 64

func parseArg(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n >= maxArgs {
		return None, fmt.Errorf("want the number of an argument, from 0 to %d", maxArgs-1)
	}
	return n, nil
}

// A choice is one word of the rows' language.
type choice[T any] struct {
	name  string
	value T
}

func pick[T any](choices []choice[T], name string) (T, error) {
	var names []string
	for _, c := range choices {
		if c.name == name {
			return c.value, nil
		}
		names = append(names, c.name)
	}
	var zero T
	return zero, fmt.Errorf("want one of %s", strings.Join(names, ", "))
}

var (
	kindNames = []choice[Blocking]{
		{"network", Network}, {"process", Process}, {"database", Database},
		{"file", FileIO}, {"client", Client}, {"terminal", Terminal},
	}
	boundNames = []choice[Bound]{{"ctx", ByCtx}, {"receiver", ByReceiver}, {"arg", ByArg}, {"request", ByRequest}}
	useNames   = []choice[FuncUse]{{"now", CallsNow}, {"away", CallsAway}, {"keep", Keeps}}
	modeNames  = []choice[Mode]{{"read", Read}, {"write", Write}}
)

// opNames are the effects that users can give to their own functions: those
// that the engine can honour without knowing the type behind them.
var opNames = map[string]Effect{
	"none":         plain(NoOp),
	"lock":         plain(Lock),
	"unlock":       plain(Unlock),
	"once":         plain(OnceDo),
	"spawn":        plain(Spawn),
	"spawn-timer":  plain(SpawnTimer),
	"group-go":     plain(GroupGo),
	"group-wait":   plain(GroupWait),
	"group-limit":  plain(GroupLimit),
	"pool-submit":  plain(PoolSubmit),
	"parallel":     plain(ParallelDo),
	"register":     plain(Register),
	"acquire":      plain(SemAcquire),
	"release":      plain(SemRelease),
	"ctx-detach":   plain(CtxDetach),
	"ctx-deadline": plain(CtxDeadline),
	"ctx-cancel":   plain(CtxCancel),
	"ctx-value":    plain(CtxValue),
	"ctx-root":     plain(CtxRoot),
	"sleep":        plain(Sleep),
	"exit":         plain(Exit),
	"log":          plain(Log),
	"error":        plain(ErrorNew),
	"block":        plain(Block),
	"set-deadline": plain(SetDeadline),
	"close":        plain(Closer),
}

// ParseKey is the inverse of [Key.String]: "path.Func" or "path.(Type).Method".
func ParseKey(s string) (Key, error) {
	bad := fmt.Errorf("%q names no function: want import/path.Func or import/path.(Type).Method", s)
	i := strings.LastIndexByte(s, '.')
	if i <= 0 {
		return Key{}, bad
	}
	k := Key{Pkg: s[:i], Name: s[i+1:]}
	if pkg, ok := strings.CutSuffix(k.Pkg, ")"); ok {
		j := strings.LastIndex(pkg, ".(")
		if j <= 0 {
			return Key{}, bad
		}
		k.Pkg, k.Recv = pkg[:j], strings.TrimPrefix(pkg[j+2:], "*")
		if !isName(k.Recv) {
			return Key{}, bad
		}
	}
	if !isName(k.Name) || !isPath(k.Pkg) {
		return Key{}, bad
	}
	return k, nil
}

func isName(s string) bool {
	for i, r := range s {
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r > 0x7f && r != 0xfffd
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// isPath accepts what import paths are made of.
func isPath(s string) bool {
	for _, r := range s {
		if r <= ' ' || r == 0x7f || strings.ContainsRune("()=,;#\"'`\\", r) {
			return false
		}
	}
	return s != "" && s[0] != '.' && s[len(s)-1] != '/'
}

// A RowsFlag is a flag whose value is a set of rows; repeated flags add up.
type RowsFlag struct {
	Rows *map[Key]Effect
	text []string
}

// String is the text of the rows, as it was given.
func (f *RowsFlag) String() string { return strings.Join(f.text, "; ") }

// Set adds the rows of text.
func (f *RowsFlag) Set(text string) error {
	rows, err := ParseRows(text)
	if err != nil {
		return err
	}
	if *f.Rows == nil {
		*f.Rows = make(map[Key]Effect)
	}
	for k, e := range rows {
		(*f.Rows)[k] = e
	}
	if text = strings.TrimSpace(text); text != "" {
		f.text = append(f.text, text)
	}
	return nil
}
