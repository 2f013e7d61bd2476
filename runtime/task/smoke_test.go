package task

import ("testing";"context";"slices";"fmt";"errors")

func TestSmoke(t *testing.T) {
	ctx := context.Background()
	for _, o := range [][]Option{nil, {Limit(2)}, {Limit(1)}} {
		n := make([]int, 1000)
		if err := Run(ctx, func(g *Group) error { for i := range n { g.Go(func(context.Context) error { n[i]++; return nil }) }; return nil }, o...); err != nil { t.Fatal(err) }
		for i := range n { if n[i] != 1 { t.Fatal(i) } }
		out, err := Map(ctx, n, func(_ context.Context, i int) (int, error) { return i+1, nil }, o...)
		if err != nil || slices.Max(out) != 2 || slices.Min(out) != 2 { t.Fatal(out, err) }
		sum := 0
		for i, r := range InOrder(ctx, slices.Values(n), func(_ context.Context, i int) (int, error) { return i+1, nil }, o...) { sum += r.Value; _ = i }
		if sum != 2000 { t.Fatal(sum) }
		sum = 0
		for i, r := range AsCompleted(ctx, slices.Values(n), func(_ context.Context, i int) (int, error) { return i+1, nil }, o...) { sum += r.Value; _ = i }
		if sum != 2000 { t.Fatal(sum) }
		for range AsCompleted(ctx, slices.Values(n), func(_ context.Context, i int) (int, error) { return i+1, nil }, o...) { break }
		p := NewPool(o...)
		f := Submit(ctx, p, func(ctx context.Context) (string, error) {
			f := Submit(ctx, p, func(context.Context) (int, error) { return 1, nil })
			v, err := f.Await(ctx)
			return fmt.Sprint(v), err
		})
		if v, err := f.Await(ctx); v != "1" || err != nil { t.Fatal(v, err) }
		p.Close()
		e := errors.New("x")
		if err := Each(ctx, slices.Values(n), func(context.Context, int) error { return e }, o...); err != e { t.Fatal(err) }
	}
}
