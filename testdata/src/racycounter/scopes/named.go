package scopes

import "sync"

// An operation is a function type with a name: literals are converted to it.
type operation func(name string) error

func eachShard(names []string, local, remote operation) error {
	for _, n := range names {
		op := remote
		if n == "" {
			op = local
		}
		if err := op(n); err != nil {
			return err
		}
	}
	return nil
}

func once(name string, op operation) error {
	if name == "" {
		return nil
	}
	return op(name)
}

// CountBad retells a search that counted its shards in the members of a group.
func CountBad(names []string) (int, error) {
	var wg sync.WaitGroup
	found := 0
	err := eachNamed(names, func(name string) error {
		wg.Go(func() { found++ }) // want `found is incremented by several goroutines at once`
		return nil
	})
	wg.Wait()
	return found, err
}

func eachNamed(names []string, op operation) error {
	for _, n := range names {
		if err := op(n); err != nil {
			return err
		}
	}
	return nil
}

// OnceOk starts one goroutine, which is waited for.
func OnceOk(name string) (int, error) {
	var wg sync.WaitGroup
	found := 0
	err := once(name, func(string) error {
		wg.Go(func() { found++ })
		return nil
	})
	wg.Wait()
	return found, err
}

// PlainOk counts where it is called.
func PlainOk(names []string) (int, error) {
	found := 0
	err := eachShard(names, func(string) error {
		found++
		return nil
	}, func(string) error { return nil })
	return found, err
}
