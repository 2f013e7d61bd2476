// Command proof holds the measurements behind the figures this project states about itself:
//
//	go run ./internal/proof corpus   recall and false alarms on labelled bugs (make corpus)
//	go run ./internal/proof audit    reports on public modules, judged one by one (make audit)
//	go run ./internal/proof sample   draws the reports to read next
//	go run ./internal/proof bench    time and memory beside other tools (make bench)
//	go run ./internal/proof fixcheck applies every offered fix to a copy: it compiles, removes its finding, adds none (make fixcheck)
//	go run ./internal/proof racetests   the race family on the tests of Go's race detector
//	go run ./internal/proof robust   internal errors and differences between runs on much code (make robust)
//	go run ./internal/proof growth   how time and facts grow with the code (make growth)
//	go run ./internal/proof compare  who reports what beside other tools, for docs/comparison.md (make compare)
//	go run ./internal/proof recall   labelled bugs found, beside other tools (make recall)
//	go run ./internal/proof evidence runs the others and keeps their output in docs/evidence.md (make evidence)
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"syscall"

	"github.com/conclint/conclint/internal/proof/audit"
	"github.com/conclint/conclint/internal/proof/bench"
	"github.com/conclint/conclint/internal/proof/compare"
	"github.com/conclint/conclint/internal/proof/corpus"
	"github.com/conclint/conclint/internal/proof/evidence"
	"github.com/conclint/conclint/internal/proof/fixcheck"
	"github.com/conclint/conclint/internal/proof/growth"
	"github.com/conclint/conclint/internal/proof/racetests"
	"github.com/conclint/conclint/internal/proof/robust"
)

func main() {
	if fixcheck.IsRecorder() {
		os.Exit(fixcheck.Recorder(os.Args[1:]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	commands := map[string]evidence.Measure{
		"corpus": corpus.Command,
		"audit":  audit.Command,
		"sample": audit.Sample,
		"bench":  bench.Command,

		"fixcheck":  fixcheck.Command,
		"racetests": racetests.Command,
		"robust":    robust.Command,
		"growth":    growth.Command,
		"compare":   compare.Command,
		"recall":    compare.Recall,
	}
	commands["evidence"] = evidence.Command(maps.Clone(commands))
	var run evidence.Measure
	if len(os.Args) > 1 {
		run = commands[os.Args[1]]
	}
	if run == nil {
		fmt.Fprintln(os.Stderr, "usage: proof corpus|audit|sample|bench|fixcheck|racetests|robust|growth|compare|recall|evidence [flags]; -h after a command shows its flags")
		os.Exit(2)
	}
	if err := run(ctx, os.Args[2:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "proof:", err)
		os.Exit(1)
	}
}
