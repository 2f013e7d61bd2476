package report

import (
	"encoding/json"
	"fmt"
)

// A GraphNote is a piece of the pictures that conclint graph draws. It travels as
// the message of an engine/graph diagnostic; one of its fields is set.
type GraphNote struct {
	Lock      *LockEdge  `json:"lock,omitempty"`
	Goroutine *Goroutine `json:"goroutine,omitempty"`
}

// A LockEdge says that a lock is taken while another is held.
type LockEdge struct {
	From     string   `json:"from"` // the class of the lock held: "example.com/m.Bank.mu"
	To       string   `json:"to"`
	FromName string   `json:"fromName"` // as the source spells it in Func
	ToName   string   `json:"toName"`
	FromRead bool     `json:"fromRead,omitempty"` // held for reading
	ToRead   bool     `json:"toRead,omitempty"`
	Func     string   `json:"func"` // the function that holds From
	At       string   `json:"at"`   // where it takes To, or calls what does: "file.go:12"
	Calls    []string `json:"calls,omitempty"`
	Circle   string   `json:"circle,omitempty"` // the key of the deadlock that the edge is a part of
	Weak     bool     `json:"weak,omitempty"`   // reached through an interface or a function in a field
	Test     bool     `json:"test,omitempty"`
}

// A Goroutine is one place that starts goroutines.
type Goroutine struct {
	Runs    string `json:"runs"`    // what runs
	RunsID  string `json:"runsID"`  // the name with the place where it is declared: literals have no names of their own
	Starter string `json:"starter"` // the function that starts it
	StartID string `json:"startID"`
	At      string `json:"at"`
	Kind    string `json:"kind"` // "goroutine", "timer callback", "handler", …
	Many    bool   `json:"many,omitempty"`
	Ends    bool   `json:"ends,omitempty"` // it ends by itself
	Waits   []Peer `json:"waits,omitempty"`
	Stops   []Peer `json:"stops,omitempty"`
	Errors  []Peer `json:"errors,omitempty"`
	Test    bool   `json:"test,omitempty"`
}

// A Peer is a place that deals with a goroutine; Func is empty if it is out of sight.
type Peer struct {
	Func string `json:"func,omitempty"`
	ID   string `json:"id,omitempty"` // as Goroutine.RunsID
	At   string `json:"at,omitempty"`
	How  string `json:"how"`
	Lost bool   `json:"lost,omitempty"`
}

// EncodeGraphNote writes a note on one line.
func EncodeGraphNote(n GraphNote) string {
	data, err := json.Marshal(n)
	if err != nil {
		panic(fmt.Sprintf("report: %v", err)) // strings and flags have a JSON form
	}
	return string(data)
}

// DecodeGraphNote is the inverse of [EncodeGraphNote].
func DecodeGraphNote(message string) (GraphNote, bool) {
	var n GraphNote
	err := json.Unmarshal([]byte(message), &n)
	return n, err == nil && (n.Lock != nil) != (n.Goroutine != nil)
}
