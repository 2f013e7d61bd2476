package task

import "context"

// memberContext is the context of a task. It says to which crew the task belongs; Group.Context does not, since
// the body of Run is no worker.
type memberContext struct {
	*scope
	crew *crew // nil in a group without limit
}

// crewKey asks a context for the crew of the innermost task.
type crewKey struct{}

// memberOf asks a context whether it belongs to a task of crew, or to something such a task has started and waits for.
type memberOf struct{ crew *crew }

func (m *memberContext) Value(key any) any {
	if m.crew != nil {
		switch k := key.(type) {
		case crewKey:
			return m.crew
		case memberOf:
			if k.crew == m.crew {
				return true
			}
		}
	}
	return m.scope.Value(key)
}

func crewOf(ctx context.Context) *crew {
	c, _ := ctx.Value(crewKey{}).(*crew)
	return c
}

func isMemberContext(ctx context.Context, c *crew) bool { return ctx.Value(memberOf{c}) != nil }

// isTask reports whether the caller runs on a goroutine of the crew, and there is something to wait for.
func (c *crew) isTask() bool {
	c.mu.Lock()
	id, pending := c.id, c.pending
	c.mu.Unlock()
	return pending > 0 && onStack(id)
}
