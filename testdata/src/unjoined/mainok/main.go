// Command mainok serves until it is interrupted.
package main

import (
	"log"
	"net/http"
	"os"
	"time"
)

func main() {
	go report("out")
	srv := &http.Server{ReadHeaderTimeout: time.Second}
	log.Fatal(srv.ListenAndServe())
}

func report(name string) { _ = os.WriteFile(name, nil, 0o600) }
