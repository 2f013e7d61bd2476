// Package app gives callbacks to helpers that call them in goroutines.
package app

import (
	"time"

	"racycapture/chain/trees"
)

func namesOk(root *trees.Node) (names []string, err error) {
	err = trees.Walk(root, func(n *trees.Node) error {
		names = append(names, n.Name)
		return nil
	})
	return names, err
}

func lockedOk(root *trees.Node) map[string]bool {
	seen := make(map[string]bool)
	trees.Locked(root, func(n *trees.Node) { seen[n.Name] = true })
	return seen
}

func eachBad(root *trees.Node) []string {
	var names []string
	trees.Each(root, func(n *trees.Node) {
		names = append(names, n.Name) // want `names is updated by several goroutines at once`
	})
	return names
}

func ownBad(root *trees.Node) []string {
	var names []string
	trees.Own(root, func(n *trees.Node) {
		names = append(names, n.Name) // want `names is updated by several goroutines at once`
	})
	return names
}

func sharedBad(root *trees.Node) []string {
	var names []string
	trees.Shared(root, func(n *trees.Node) {
		names = append(names, n.Name) // want `names is updated by several goroutines at once`
	})
	return names
}

func laterBad(root *trees.Node) []string {
	var names []string
	trees.Later(root, func(n *trees.Node) {
		names = append(names, n.Name) // want `names is updated in a goroutine .* and read`
	})
	return names
}

func bothOk() (n, m int) {
	trees.Both(func() { n = 1 }, func() { m = 2 })
	return n, m
}

func countedOk() (n, m int) {
	trees.Counted(func() { n = 1 }, func() { m = 2 })
	return n, m
}

func startBad() int {
	var n int
	trees.Start(func() { n = 1 }) // want `n is written in a goroutine .* and read at app.go:\d+ without a common lock`
	return n
}

func withinOk() (last int) {
	trees.Within(time.Second, func() bool {
		last++
		return last > 3
	})
	return last
}

// One wait follows the other.
func twiceOk() (last int) {
	trees.Within(time.Second, func() bool {
		last = 1
		return true
	})
	trees.Within(time.Second, func() bool {
		last = 2
		return true
	})
	return last
}

func onlyNodeOk() (seen bool) {
	trees.EachOf([]*trees.Node{{Name: "a"}}, func(*trees.Node) { seen = true })
	return seen
}

func twoNodesBad() (seen bool) {
	trees.EachOf([]*trees.Node{{Name: "a"}, {Name: "b"}}, func(*trees.Node) {
		seen = true // want `seen is written by several goroutines at once`
	})
	return seen
}
