// Command maingo returns before its goroutine has written.
package main

import "os"

func main() {
	go report("out") // want `main may return before this goroutine has done its work: nothing waits for it, and the program ends`
}

func report(name string) { _ = os.WriteFile(name, nil, 0o600) }
