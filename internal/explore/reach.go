package explore

// walk visits every object reachable from v through values, cells, bindings and
// buffers. visit returns false to stop below an object.
func (m *Machine) walk(s *state, v Value, visit func(id int32) bool) {
	switch v.Kind {
	case KUnk:
		if r, ok := s.valueOf(v.A); ok {
			m.walk(s, r, visit)
		}
		return
	case KPtr, KSlice, KMap, KIter, KLocker:
		m.walkObject(s, v.A, visit)
	case KCtx, KChan:
		// Whoever holds a context can wait for it; only its cancel function,
		// which is bound to a pointer, can end it.
		if s.heap[v.A].ch.ctx && !m.throughCtx {
			return
		}
		m.walkObject(s, v.A, visit)
	}
	for _, x := range v.X {
		m.walk(s, x, visit)
	}
}

func (m *Machine) walkObject(s *state, id int32, visit func(id int32) bool) {
	if !visit(id) {
		return
	}
	o := s.heap[id]
	for k := range o.cells {
		m.walk(s, o.cells[k].val, visit)
	}
	if o.ch != nil {
		for _, v := range o.ch.buf {
			m.walk(s, v, visit)
		}
		if o.ch.parent >= 0 {
			m.walkObject(s, o.ch.parent, visit)
		}
	}
}

// escape tells that unknown code may reach v from now on.
func (m *Machine) escape(s *state, v Value) {
	if v.isConst() || v.Kind == KNone {
		return
	}
	m.walk(s, v, func(id int32) bool {
		return m.markOnce(id)
	})
	for _, id := range m.marked {
		if !s.heap[id].escaped {
			s.own(id).escaped = true
		}
	}
	m.endMarks()
}

// markOnce marks id in the current round and reports whether it was new.
func (m *Machine) markOnce(id int32) bool {
	for int(id) >= len(m.marks) {
		m.marks = append(m.marks, make([]int64, 64)...)
	}
	if m.marks[id] == m.markRound {
		return false
	}
	m.marks[id] = m.markRound
	m.marked = append(m.marked, id)
	return true
}

func (m *Machine) endMarks() {
	m.markRound++
	m.marked = m.marked[:0]
}

// tracked reports whether v leads to synchronisation state of this scope. With
// own set, what unknown code knows does not count.
func (m *Machine) tracked(s *state, v Value, own bool) bool {
	if v.isConst() || v.Kind == KNone {
		return false
	}
	found := false
	m.throughCtx = true
	m.walk(s, v, func(id int32) bool {
		if found || !m.markOnce(id) {
			return false
		}
		o := s.heap[id]
		if o.sync && !o.env && !(own && o.escaped) {
			found = true
		}
		return !found
	})
	m.throughCtx = false
	m.endMarks()
	return found
}

// owned reports whether v leads to an object of this scope that unknown code
// does not know.
func (m *Machine) owned(s *state, v Value) bool {
	found := false
	m.walk(s, v, func(id int32) bool {
		o := s.heap[id]
		if !o.env && !o.escaped {
			found = true
		}
		return !found && m.markOnce(id)
	})
	m.endMarks()
	return found
}
