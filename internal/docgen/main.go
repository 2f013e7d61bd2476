// Command docgen writes docs/analyzers: one page per analyzer, from the analyzer's package comment, the registry of codes and the
// canary file, and an index. Run it with `make docs`; a test fails while the pages are stale.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	root := flag.String("root", ".", "root `directory` of the repository")
	flag.Parse()
	if err := write(*root); err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

func write(root string) error {
	pages, err := generate(root)
	if err != nil {
		return err
	}
	dir := filepath.Join(root, pagesDir)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	stale, err := leftOver(dir, pages)
	if err != nil {
		return err
	}
	for _, name := range stale {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	for _, p := range pages {
		if err := os.WriteFile(filepath.Join(dir, p.name), p.text, 0o666); err != nil {
			return err
		}
	}
	return nil
}
