package repaired

import "sync"

type mailbox struct {
	mu   sync.Mutex
	cond *sync.Cond
	mail []string
}

func newMailbox() *mailbox {
	m := &mailbox{}
	m.cond = sync.NewCond(&m.mu)
	return m
}

// Take tests its condition again whenever it is woken.
func (m *mailbox) Take() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.mail) == 0 {
		m.cond.Wait()
	}
	s := m.mail[0]
	m.mail = m.mail[1:]
	return s
}

func (m *mailbox) Put(s string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mail = append(m.mail, s)
	m.cond.Signal()
}
