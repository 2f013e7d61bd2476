package task

import (
	"bytes"
	"fmt"
	"io"
	"runtime/pprof"
	"strings"
	"time"
)

// Dump writes what the process is doing: first the named tasks and services that are running, then the stacks of all goroutines,
// equal ones grouped, those of named tasks first. It stops the program for as long as a goroutine profile takes.
func Dump(w io.Writer) error {
	var out bytes.Buffer
	now := time.Now()
	list := List()
	fmt.Fprintf(&out, "named tasks: %d\n", len(list))
	for _, info := range list {
		fmt.Fprintf(&out, "  #%d %s", info.ID, info.Name)
		if info.Group != "" && info.Group != info.Name {
			fmt.Fprintf(&out, " in %s", info.Group)
		}
		fmt.Fprintf(&out, ", for %v\n", now.Sub(info.Started).Round(time.Millisecond))
	}
	var profile bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		return err
	}
	named, other := splitProfile(profile.String())
	for _, g := range append(named, other...) {
		fmt.Fprintf(&out, "\n%s\n", g)
	}
	_, err := w.Write(out.Bytes())
	return err
}

// splitProfile takes the text form of a goroutine profile apart: groups of goroutines with equal stacks, separated by blank lines, some with a
// line of labels.
func splitProfile(profile string) (named, other []string) {
	_, groups, _ := strings.Cut(profile, "\n") // the first line holds the total
	for g := range strings.SplitSeq(strings.TrimSpace(groups), "\n\n") {
		count, rest, _ := strings.Cut(g, " @ ")
		addresses, rest, _ := strings.Cut(rest, "\n")
		_ = addresses
		labels, frames, hasLabels := strings.Cut(rest, "\n")
		if !strings.HasPrefix(labels, "# labels: ") {
			labels, frames, hasLabels = "", rest, false
		}
		head := count + " goroutines"
		if count == "1" {
			head = "1 goroutine"
		}
		if hasLabels && strings.Contains(labels, `"`+labelKey+`":`) {
			named = append(named, head+" "+strings.TrimPrefix(labels, "# labels: ")+"\n"+frames)
		} else {
			other = append(other, head+"\n"+frames)
		}
	}
	return named, other
}
