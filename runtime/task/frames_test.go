package task

import (
	"context"
	"math/rand/v2"
	"testing"
)

func TestFramesSpellTheirNumbers(t *testing.T) {
	for range 200 {
		ids := make(lineage, 1+rand.IntN(3))
		for i := range ids {
			ids[i] = crewID(1 + rand.IntN(maxCrewIDs-1))
		}
		called := false
		under(&ids, func() {
			called = true
			for _, id := range ids {
				if !onStack(id) {
					t.Errorf("%#x is not found under %#x", id, ids)
				}
				for _, other := range []crewID{id ^ 1, id<<4 | id>>12, ^id} {
					if other != ids[0] && other != ids[len(ids)/2] && other != ids[len(ids)-1] && onStack(other) {
						t.Errorf("%#x is found under %#x", other, ids)
					}
				}
				done := make(chan bool)
				go func() { done <- onStack(id) }()
				if <-done {
					t.Error("another goroutine counts as the caller")
				}
			}
		})
		if !called || onStack(ids[0]) {
			t.Error("body not called, or the frames outlive it")
		}
	}
	if onStack(0) {
		t.Error("nobody is found")
	}
}

func TestFramesOnDeepStacks(t *testing.T) {
	var descend func(depth int) bool
	descend = func(depth int) bool {
		if depth > 0 {
			return descend(depth - 1)
		}
		return onStack(77) && !onStack(78)
	}
	for _, depth := range []int{0, 50, 58, 59, 60, 61, 62, 63, 64, 65, 250, 5000} {
		under(&lineage{77}, func() {
			if !descend(depth) {
				t.Errorf("not found below %d frames", depth)
			}
		})
	}
}

func TestCrewNumbersAreUniqueAndReusedLate(t *testing.T) {
	live := map[crewID]bool{}
	var order []crewID
	for range 10_000 {
		if len(order) > 0 && rand.IntN(3) == 0 {
			returnCrewID(order[0])
			delete(live, order[0])
			order = order[1:]
			continue
		}
		id := takeCrewID()
		if id == 0 || live[id] {
			t.Fatalf("number %d handed out twice", id)
		}
		live[id] = true
		order = append(order, id)
	}
	for _, id := range order {
		returnCrewID(id)
	}
	a := takeCrewID()
	returnCrewID(a)
	if b := takeCrewID(); a == b {
		t.Error("a number is reused at once")
	} else {
		returnCrewID(b)
	}
}

func TestCrewNumbersRunOut(t *testing.T) {
	var all []crewID
	for id := takeCrewID(); id != 0; id = takeCrewID() {
		all = append(all, id)
	}
	defer func() {
		for _, id := range all {
			returnCrewID(id)
		}
	}()
	if len(all) < maxCrewIDs/2 {
		t.Errorf("only %d numbers", len(all))
	}
	// Groups still work, but their tasks wait like anybody else.
	n := 0
	err := Run(t.Context(), func(g *Group) error {
		for range 50 {
			g.Go(func(context.Context) error { n++; return nil })
		}
		return nil
	}, Limit(1))
	if err != nil || n != 50 {
		t.Error(err, n)
	}
}
