// Command bench measures the runtime module against a floor and its peers, all in one process and in turns, and says which goals it reaches.
//
//	go run .                 # all rows, about a minute
//	go run . -row semaphore  # rows whose name matches
//	go run . -rounds 200     # more rounds: the best of each contender counts
//	go run . -check          # exit with 1 if a goal is missed
//
// The floor is what a careful programmer would write by hand for just that operation, or the cheapest thing the machine can do of that kind.
// Times vary with the machine and with what else runs on it; the ratios to the floor are what the goals are about. The column cpu is the ratio of
// processor times. Where goroutines wait for each other, reaching the goal by either ratio counts, since the other programs of a busy machine
// decide how long they wait.
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"text/tabwriter"
)

func main() {
	rounds := flag.Int("rounds", 40, "rounds per row; each contender runs once in each")
	only := flag.String("row", "", "measure only rows whose name matches this regular expression")
	check := flag.Bool("check", false, "exit with status 1 if a goal is missed")
	flag.Parse()
	pattern, err := regexp.Compile(*only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench: -row:", err)
		os.Exit(2)
	}
	if *rounds < 1 {
		fmt.Fprintln(os.Stderr, "bench: -rounds must be at least 1")
		os.Exit(2)
	}
	fmt.Printf("%s %s/%s, GOMAXPROCS %d, best of %d interleaved rounds; ns and allocations per operation\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), *rounds)
	missed, measured := 0, 0
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "operation\tfloor\tours\tratio\tcpu\tgoal\t\tallocs\tbytes\tbest peer\tratio\tfloor is; other contenders")
	for _, row := range rows() {
		if !pattern.MatchString(row.name) {
			continue
		}
		result := row.measure(*rounds)
		measured++
		if !result.pass {
			missed++
		}
		fmt.Fprintln(w, result)
		fmt.Fprintf(os.Stderr, "\r%-60s", row.name)
	}
	fmt.Fprintf(os.Stderr, "\r%-60s\r", "")
	w.Flush()
	fmt.Printf("\n%d of %d goals reached\n", measured-missed, measured)
	if *check && missed > 0 {
		os.Exit(1)
	}
}
