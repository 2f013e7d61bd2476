// Command cli is run by a person, who can end it.
package main

import (
	"net/http"
	"os"
	"os/exec"
)

func main() {
	resp, err := http.Get(os.Args[1]) // want `http.Get has no timeout`
	if err != nil {
		os.Exit(1)
	}
	resp.Body.Close()
	_ = exec.Command("true").Run()
}
