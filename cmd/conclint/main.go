// Conclint finds concurrency bugs in Go code. See docs/index.md.
package main

import (
	"os"

	"github.com/conclint/conclint/analyzers"
	"github.com/conclint/conclint/internal/driver"
)

func main() {
	settings := new(analyzers.Settings)
	settings.Engine.Std = true // under go vet those of the standard library are units of their own, seen only when asked for
	suite := analyzers.New(settings)
	tool := &driver.Tool{Engine: suite.Engine, Reporters: suite.Reporters, RegisterFlags: settings.RegisterFlags}
	os.Exit(tool.Main(os.Args[1:]))
}
