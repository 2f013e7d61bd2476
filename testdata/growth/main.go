// Growth writes Go modules of a chosen size whose concurrency grows in one direction only, to measure how the cost of the analysis grows:
//
//	go run ./testdata/growth -shape chain -n 1000 -o DIR
//
// Shapes: chain, n functions in n/20 packages that call each other in a row with a lock held further up; fan, n callers of one locked
// counter in n/20 packages that all import the same one; goroutines, n functions that each start, feed and wait for two goroutines; blocks, one function of n
// branches with a lock taken in every tenth; locks, one function that takes n locks; nest, one function of n nested branches.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"log"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	shape := flag.String("shape", "chain", "chain, fan, goroutines, blocks, locks or nest")
	n := flag.Int("n", 100, "size")
	out := flag.String("o", "", "directory to write to")
	flag.Parse()
	log.SetFlags(0)
	write, ok := shapes[*shape]
	if !ok || *n < 1 || *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	m := module{dir: *out}
	m.file("go.mod", "module growth\n\ngo 1.26\n")
	write(&m, *n)
	if m.err != nil {
		log.Fatal(m.err)
	}
}

var shapes = map[string]func(m *module, n int){
	"chain": chain, "fan": fan, "goroutines": goroutines, "blocks": blocks, "locks": locks, "nest": nest,
}

// module writes files until one fails.
type module struct {
	dir string
	err error
}

func (m *module) file(name, text string) {
	if m.err != nil {
		return
	}
	data := []byte(text)
	if strings.HasSuffix(name, ".go") {
		if data, m.err = format.Source(data); m.err != nil {
			return
		}
	}
	name = filepath.Join(m.dir, filepath.FromSlash(name))
	if m.err = os.MkdirAll(filepath.Dir(name), 0o777); m.err == nil {
		m.err = os.WriteFile(name, data, 0o666)
	}
}

const perPackage = 20

// chain: each function locks its own mutex and calls the next under it, so that the last one's locks are in every summary above.
func chain(m *module, n int) {
	packages := max(1, n/perPackage)
	for p := range packages {
		var b bytes.Buffer
		fmt.Fprintf(&b, "package p%d\n\nimport (\n\"sync\"\n", p)
		if p > 0 {
			fmt.Fprintf(&b, "next \"growth/p%d\"\n", p-1)
		}
		fmt.Fprint(&b, ")\n\ntype Store struct {\nmu sync.Mutex\nn int\n}\n")
		for i := range perPackage {
			fmt.Fprintf(&b, "\nfunc (s *Store) Step%d(to chan<- int) {\ns.lock()\ndefer s.unlock()\ns.n++\n", i)
			switch {
			case i > 0:
				fmt.Fprintf(&b, "new(Store).Step%d(to)\n", i-1)
			case p > 0:
				fmt.Fprintf(&b, "new(next.Store).Step%d(to)\n", perPackage-1)
			default:
				fmt.Fprint(&b, "select {\ncase to <- s.n:\ndefault:\n}\n")
			}
			fmt.Fprint(&b, "}\n")
		}
		fmt.Fprint(&b, "\nfunc (s *Store) lock() { s.mu.Lock() }\n\nfunc (s *Store) unlock() { s.mu.Unlock() }\n")
		m.file(fmt.Sprintf("p%d/p.go", p), b.String())
	}
}

// fan: everybody uses the same counter.
func fan(m *module, n int) {
	m.file("counter/counter.go", `package counter

import "sync"

type Counter struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *Counter) Add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n[name]++
}

func (c *Counter) With(f func(map[string]int)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(c.n)
}
`)
	for p := range max(1, n/perPackage) {
		var b bytes.Buffer
		fmt.Fprintf(&b, "package p%d\n\nimport (\n\"sync\"\n\"growth/counter\"\n)\n\nvar shared = new(counter.Counter)\n", p)
		for i := range perPackage {
			fmt.Fprintf(&b, "\nfunc Use%d(names []string) (most int) {\nvar wg sync.WaitGroup\nfor i := range 4 {\nwg.Go(func() { shared.Add(names[i]) })\n}\nwg.Wait()\n"+
				"shared.With(func(all map[string]int) {\nfor _, n := range all {\nmost = max(most, n)\n}\n})\nreturn most\n}\n", i)
		}
		m.file(fmt.Sprintf("p%d/p.go", p), b.String())
	}
}

// goroutines: work for the interleaving explorer.
func goroutines(m *module, n int) {
	for p := range max(1, n/perPackage) {
		var b bytes.Buffer
		fmt.Fprintf(&b, "package p%d\n\nimport (\n\"context\"\n\"errors\"\n)\n", p)
		for i := range perPackage {
			fmt.Fprintf(&b, "\nfunc Fetch%d(ctx context.Context, get func() (int, error)) (int, error) {\nvalues := make(chan int, 1)\nfailures := make(chan error, 1)\n"+
				"go func() {\nv, err := get()\nif err != nil {\nfailures <- err\nreturn\n}\nvalues <- v\n}()\n"+
				"select {\ncase v := <-values:\nreturn v, nil\ncase err := <-failures:\nreturn 0, errors.Join(err, ctx.Err())\ncase <-ctx.Done():\nreturn 0, ctx.Err()\n}\n}\n", i)
		}
		m.file(fmt.Sprintf("p%d/p.go", p), b.String())
	}
}

const head = "package p\n\nimport \"sync\"\n\ntype Table struct {\nmu sync.Mutex\nrows map[int]int\n}\n\n"

// blocks: one long function.
func blocks(m *module, n int) {
	var b bytes.Buffer
	fmt.Fprint(&b, head+"func (t *Table) Decide(x []int) (sum int) {\n")
	for i := range n {
		if i%10 == 0 {
			fmt.Fprintf(&b, "if x[%d] > sum {\nt.mu.Lock()\nsum += t.rows[%d]\nt.mu.Unlock()\n}\n", i, i)
		} else {
			fmt.Fprintf(&b, "if x[%d] > sum {\nsum += %d\n}\n", i, i)
		}
	}
	fmt.Fprint(&b, "return sum\n}\n")
	m.file("p/p.go", b.String())
}

// locks: one function that takes many locks, with a way out after each.
func locks(m *module, n int) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%svar all [%d]Table\n\nfunc Everything(stop func() bool) {\n", head, n)
	for i := range n {
		fmt.Fprintf(&b, "all[%d].mu.Lock()\ndefer all[%d].mu.Unlock()\nif stop() {\nreturn\n}\n", i, i)
	}
	fmt.Fprint(&b, "}\n")
	m.file("p/p.go", b.String())
}

// nest: branches within branches, each with a lock that is given back on the way out.
func nest(m *module, n int) {
	var b bytes.Buffer
	fmt.Fprint(&b, head+"func (t *Table) Dig(x []int) (sum int) {\n")
	for i := range n {
		fmt.Fprintf(&b, "if x[%d] > 0 {\nt.mu.Lock()\nsum += x[%d]\nt.mu.Unlock()\n", i, i)
	}
	fmt.Fprint(&b, strings.Repeat("}\n", n)+"return sum\n}\n")
	m.file("p/p.go", b.String())
}
