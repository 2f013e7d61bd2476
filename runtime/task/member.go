package task

import "context"

// memberContext is the context of a task. It says to which crew the task belongs; Group.Context does not, since
// the body of Run is no worker.
type memberContext struct {
	*scope
	crew    *crew    // nil in a group without limit
	lineage *lineage // nil in a group whose tasks bear no number of their own
}

// lineage is the number of a crew or group, and those of the crews and groups whose tasks created it.
type lineage []crewID

// child returns the lineage of a crew or group numbered id that a task of l created; l is nil outside of tasks.
func (l *lineage) child(id crewID) *lineage {
	ids := lineage{id}
	if l != nil {
		ids = append(ids, *l...)
	}
	return &ids
}

// lineageKey asks a context for the lineage of the innermost task.
type lineageKey struct{}

// memberOf asks a context whether it belongs to a task of crew, or to something such a task has started and waits for.
type memberOf struct{ crew *crew }

func (m *memberContext) Value(key any) any {
	switch k := key.(type) {
	case lineageKey:
		if m.lineage != nil {
			return m.lineage
		}
	case memberOf:
		if k.crew == m.crew {
			return true
		}
	}
	return m.scope.Value(key)
}

// lineageOf returns the lineage that goroutines started with ctx belong to, nil if there is none.
func lineageOf(ctx context.Context) *lineage {
	l, _ := ctx.Value(lineageKey{}).(*lineage)
	return l
}

func isMemberContext(ctx context.Context, c *crew) bool { return ctx.Value(memberOf{c}) != nil }

// isTask reports whether the caller runs on a goroutine of the crew, and there is something to wait for.
func (c *crew) isTask() bool {
	c.mu.Lock()
	id, pending := c.id, c.pending
	c.mu.Unlock()
	return pending > 0 && onStack(id)
}
