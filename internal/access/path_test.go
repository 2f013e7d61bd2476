package access_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/conclint/conclint/internal/access"
)

// owner stands for a function or an instruction: only its identity matters.
type owner struct{ int }

func TestPathsAreInterned(t *testing.T) {
	tab := access.NewTable()
	fn := &owner{1}
	recv := tab.Root(access.Root{Kind: access.Param, Owner: fn}, "s", "")
	mu := tab.Select(recv, "mu", "p.S.mu")
	assert.Same(t, mu, tab.Select(recv, "mu", "p.S.mu"))
	assert.True(t, access.Same(mu, tab.Select(recv, "mu", "p.S.mu")))
	assert.NotSame(t, mu, tab.Select(recv, "rw", "p.S.rw"))
	assert.Equal(t, "s.mu", mu.String())
	assert.Equal(t, []string{"mu"}, mu.Selectors())
	assert.Same(t, recv, mu.RootPath())
}

func TestSameNeedsOneInstance(t *testing.T) {
	tab := access.NewTable()
	a := tab.Root(access.Root{Kind: access.Param, Owner: &owner{1}}, "a", "")
	b := tab.Root(access.Root{Kind: access.Param, Index: 1, Owner: &owner{1}}, "b", "")
	am, bm := tab.Select(a, "mu", "p.S.mu"), tab.Select(b, "mu", "p.S.mu")
	assert.False(t, access.Same(am, bm), "two parameters are two instances")
	assert.Equal(t, am.Class(), bm.Class(), "of one class")

	shards := tab.Select(a, "shards", "p.S.shards")
	some := tab.Select(shards, access.Elem, "p.S.shards[]")
	assert.False(t, access.Same(some, some), "an element of unknown index is not even itself")
	first := tab.Select(shards, "[0]", "p.S.shards[]")
	assert.True(t, access.Same(first, first))

	u := tab.Unknown("p.S.mu")
	assert.False(t, access.Same(u, u))
	assert.Equal(t, am.Class(), u.Class())
}

func TestElementsOfOneIndexAreOneInstance(t *testing.T) {
	tab := access.NewTable()
	s := tab.Root(access.Root{Kind: access.Param, Owner: &owner{1}}, "s", "")
	i, j := &owner{10}, &owner{11}
	si := tab.Element(s, i, "")
	assert.True(t, access.Same(si, tab.Element(s, i, "")))
	assert.NotSame(t, si, tab.Element(s, j, ""))
	assert.Equal(t, []any{i}, tab.Select(si, "mu", "").Indexes())

	general := tab.Generalise(tab.Select(si, "mu", "c"), func(any) bool { return false })
	assert.False(t, general.Exact(), "without its index an element is any element")
	assert.Equal(t, "s[].mu", general.String())
	assert.Same(t, tab.Select(si, "mu", "c"), tab.Generalise(tab.Select(si, "mu", "c"), func(any) bool { return true }))
}

func TestRebase(t *testing.T) {
	tab := access.NewTable()
	p := tab.Root(access.Root{Kind: access.Param, Owner: &owner{1}}, "p", "")
	g := tab.Root(access.Root{Kind: access.Global, Key: "q.g"}, "g", "q.g")
	pm := tab.Select(tab.Select(p, "conn", "t.C.conn"), "mu", "t.D.mu")
	gm, ok := tab.Rebase(pm, p, g)
	assert.True(t, ok)
	assert.Equal(t, "g.conn.mu", gm.String())
	assert.Equal(t, pm.Class(), gm.Class(), "moving a path does not change its class")
	back, ok := tab.Rebase(gm, g, p)
	assert.True(t, ok)
	assert.Same(t, pm, back)
	_, ok = tab.Rebase(pm, g, p)
	assert.False(t, ok)
	assert.True(t, pm.HasPrefix(p))
	assert.False(t, p.HasPrefix(pm))
}

func TestDepthIsBounded(t *testing.T) {
	tab := access.NewTable()
	p := tab.Root(access.Root{Kind: access.Param, Owner: &owner{1}}, "n", "")
	for range access.MaxDepth + 5 {
		p = tab.Select(p, "next", "p.Node.next")
	}
	assert.LessOrEqual(t, p.Depth(), access.MaxDepth)
	assert.Equal(t, access.Class("p.Node.next"), p.Class())
}

func TestClassForReaders(t *testing.T) {
	assert.Equal(t, "Store.mu", access.Class("example.com/a/b.Store.mu").Short())
	assert.Equal(t, "example.com/a/b", access.Class("example.com/a/b.Store.mu").Pkg())
	assert.Equal(t, "mu", access.Class("p.mu").Short())
	assert.Equal(t, access.Class("p.S.shards[]"), access.ElemClass("p.S.shards"))
	assert.Equal(t, access.Class(""), access.ElemClass(""))
}

func TestAlias(t *testing.T) {
	tab := access.NewTable()
	fn := &owner{1}
	a := tab.Root(access.Root{Kind: access.Param, Owner: fn}, "a", "")
	b := tab.Root(access.Root{Kind: access.Param, Index: 1, Owner: fn}, "b", "")
	mu := tab.Select(b, "mu", "p.B.mu")
	tab.Alias(tab.Select(a, "mu", "p.A.mu"), mu)
	assert.Same(t, mu, tab.Select(a, "mu", "p.A.mu"))
	assert.Same(t, mu, tab.Select(b, "mu", "p.B.mu"), "the other name stays")
	assert.NotSame(t, mu, tab.Select(a, "rw", "p.A.rw"))

	one := tab.Element(a, 7, "p.A[]")
	tab.Alias(one, b)
	assert.Same(t, b, tab.Element(a, 7, "p.A[]"))
	assert.NotSame(t, b, tab.Element(a, 8, "p.A[]"))

	tab.Alias(a, b)
	assert.Same(t, b, tab.Root(access.Root{Kind: access.Param, Owner: fn}, "a", ""))
}
