package main

import (
	"strings"
	"testing"
)

// Every contender must do its work for any number of operations; those that can check themselves panic if they did not.
func TestContendersWork(t *testing.T) {
	for _, r := range rows() {
		for _, c := range r.contenders() {
			for _, n := range []int{1, 7, 2100} {
				if strings.Contains(r.name, "10 us") && n > 100 {
					continue
				}
				c.run(n)
			}
		}
	}
}

func TestJudge(t *testing.T) {
	r := row{name: "r", goal: goal{ratio: 1.5, allocs: 1, bytes: 64}, peers: []contender{{name: "slow"}, {name: "fast"}}}
	floor := measurement{ns: 100, n: 10000}
	for _, c := range []struct {
		ours measurement
		pass bool
	}{
		{measurement{ns: 150, allocs: 1, bytes: 64, n: 10000}, true},
		{measurement{ns: 151, allocs: 1, bytes: 64, n: 10000}, false},
		{measurement{ns: 10, allocs: 1.1, bytes: 64, n: 10000}, false},
		{measurement{ns: 10, allocs: 1, bytes: 80, n: 10000}, false},
		{measurement{ns: 10, allocs: 1.1, bytes: 70, n: 100}, true}, // what one run costs is forgiven
	} {
		res := r.judge([]measurement{floor, c.ours, {ns: 300, n: 1}, {ns: 200, n: 1}})
		if res.pass != c.pass {
			t.Errorf("%+v: pass = %v, want %v", c.ours, res.pass, c.pass)
		}
		if s := res.String(); !strings.Contains(s, "\tfast 200\t2.00\t") {
			t.Errorf("the best peer is missing in %q", s)
		}
	}
	free := row{goal: goal{ns: 2, allocs: -1}}
	if !free.judge([]measurement{{ns: 1, n: 1}, {ns: 2, allocs: 9, n: 1}}).pass || free.judge([]measurement{{ns: 1, n: 1}, {ns: 3, n: 1}}).pass {
		t.Error("a goal in nanoseconds alone is judged wrongly")
	}
}

func TestCalibrate(t *testing.T) {
	total := 0
	n := calibrate(func(n int) { total += spin(1, n*100) & 1; total += n }, aRun)
	if n < 100 {
		t.Errorf("%d operations of some 50 ns in a run", n)
	}
}
