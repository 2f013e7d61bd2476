package api

import "sync"

var families = [][]row{syncRows, atomicRows, contextRows, timeRows, groupRows, runtimeRows, spawnRows, blockRows, clientRows, miscRows}

// builtin is the table of [New], filled from the rows of the files of this
// package, one per family, when it is first asked for: units of the standard
// library never do.
var builtin = sync.OnceValue(func() map[Key]Effect {
	n := 0
	for _, family := range families {
		for _, r := range family {
			n += len(r.names)
		}
	}
	m := make(map[Key]Effect, n)
	for _, family := range families {
		for _, r := range family {
			for _, name := range r.names {
				m[Key{r.pkg, r.recv, name}] = r.effect
			}
		}
	}
	return m
})

// A row gives several functions of one package and receiver the same effect.
type row struct {
	pkg, recv string
	names     []string
	effect    Effect
}

func names(ns ...string) []string { return ns }

// plain is an effect without arguments of interest.
func plain(op Op) Effect { return Effect{Op: op, Func: None, Arg: None, Ctx: None} }

// locking is a lock operation on the receiver.
func locking(op Op, mode Mode) Effect {
	e := plain(op)
	e.Mode = mode
	return e
}

func try(mode Mode) Effect {
	e := locking(Lock, mode)
	e.Try = true
	return e
}

// calling is an effect with func argument fn treated as use.
func calling(op Op, fn int, use FuncUse) Effect {
	e := plain(op)
	e.Func, e.Use = fn, use
	return e
}

// sized is an effect whose count, size or duration is argument arg.
func sized(op Op, arg int) Effect {
	e := plain(op)
	e.Arg = arg
	return e
}

// withCtx is e with its context in argument ctx.
func (e Effect) withCtx(ctx int) Effect {
	e.Ctx = ctx
	return e
}

// onArg0 is e as a package function whose subject is argument 0.
func (e Effect) onArg0() Effect {
	e.Package = true
	return e
}

// ofTask is e as an operation of the conclint runtime.
func (e Effect) ofTask() Effect {
	e.Task = true
	return e
}

// insteadUse is e with the name of its bounded counterpart.
func (e Effect) insteadUse(name string) Effect {
	e.Instead = name
	return e
}

// waits is a blocking operation of the given kind and bound.
func waits(b Blocking, bound Bound) Effect {
	e := plain(Block)
	e.Blocking, e.Bound = b, bound
	return e
}
