// Conclint finds concurrency bugs in Go code. See docs/index.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/conclint/conclint/analyzers"
	"github.com/conclint/conclint/internal/driver"
	"github.com/conclint/conclint/internal/gopls"
	"github.com/conclint/conclint/internal/lsp"
)

func main() {
	settings := new(analyzers.Settings)
	settings.Engine.Std = true // under go vet those of the standard library are units of their own, seen only when asked for
	suite := analyzers.New(settings)
	tool := &driver.Tool{Engine: suite.Engine, Reporters: suite.Reporters, RegisterFlags: settings.RegisterFlags}
	os.Exit(dispatch(tool, os.Args[1:]))
}

// modes are those beside the tool behind go vet and the standalone linter;
// the first argument names them.
var modes = map[string]func(ctx context.Context, tool *driver.Tool, args []string) int{
	"gopls": func(ctx context.Context, tool *driver.Tool, args []string) int {
		return gopls.Main(ctx, tool, args, os.Stdout, os.Stderr)
	},
	"lsp": func(ctx context.Context, tool *driver.Tool, args []string) int {
		return lsp.Main(ctx, tool, args, os.Stdin, os.Stdout, os.Stderr)
	},
}

func dispatch(tool *driver.Tool, args []string) int {
	if len(args) == 0 || driver.IsUnit(args) || modes[args[0]] == nil {
		return tool.Main(args)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return modes[args[0]](ctx, tool, args[1:])
}
