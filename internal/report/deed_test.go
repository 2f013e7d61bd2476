package report

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDeedOf(t *testing.T) {
	for text, want := range map[string]Deed{
		"locks h.mu":                                                {Verb: Lock, Takes: "h.mu"},
		"read-locks s.mu":                                           {Verb: Lock, Takes: "s.mu", Shared: true},
		"locks h.mu again and waits for ever":                       {Verb: Lock, Waits: true, For: "h.mu"},
		"locks h.mu and waits as long":                              {Verb: Lock, Waits: true, For: "h.mu"},
		"waits to lock a.bank.mu":                                   {Verb: Wait, Waits: true, For: "a.bank.mu"},
		"waits to lock s.mu for writing, behind G1":                 {Verb: Wait, Waits: true, For: "s.mu"},
		"would end the wait here, but waits to lock p.mu before":    {Waits: true, For: "p.mu", Helps: true},
		"with the two exchanged, holds b.mu and waits to lock a.mu": {Takes: "b.mu", Waits: true, For: "a.mu"},
		"returns without releasing h.mu":                            {Verb: Return, Keeps: "h.mu"},
		"goes on to the next element without releasing s.mu":        {Keeps: "s.mu"},
		"returns":                               {Verb: Return},
		"returns from the wait for wg":          {Verb: Return},
		"p.wg.Wait, and waits":                  {Waits: true},
		"sends on done and waits for ever":      {Verb: Send, Waits: true},
		"sends on c, G2 receives":               {Verb: Send, Meets: "G2"},
		"selects and waits for ever":            {Verb: Receive, Waits: true},
		"starts G2":                             {Verb: Start, Starts: "G2"},
		"registers a handler, which runs as G1": {Verb: Start, Starts: "G1"},
		"reads n":                               {Verb: Read},
		"writes n from the old value; the change of G2 is lost": {Verb: Write},
		"increments s.n at the same time":                       {Verb: Write},
		"closes c again and panics":                             {Verb: Panic},
		"waits for the result of G2":                            {Verb: Wait, Meets: "G2", Waits: true},
		"waits in http.Get for as long as it takes":             {Verb: Wait, Waits: true},
		"goes on with err != nil":                               {},
		"sees the context end":                                  {},
		"is still at work":                                      {},
		"":                                                      {},
	} {
		assert.Equal(t, want, DeedOf(text), text)
	}
}
