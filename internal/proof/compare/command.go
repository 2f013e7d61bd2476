package compare

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/proof/audit"
	"github.com/conclint/conclint/internal/proof/finding"
	"github.com/conclint/conclint/internal/proof/modules"
)

// DefaultModules are compared when none are named.
var DefaultModules = []string{
	"github.com/IBM/sarama@v1.61.1:.",
	"github.com/caddyserver/caddy/v2@v2.11.9",
	"github.com/coredns/coredns@v1.15.0:./core/dnsserver,./plugin/dnstap,./plugin/file,./plugin/forward,./plugin/health,./plugin/metrics,./plugin/pprof,./plugin/ready,./plugin/transfer",
	"github.com/hashicorp/memberlist@v0.7.0:.",
	"github.com/hashicorp/raft@v1.8.0",
	"github.com/hashicorp/serf@v0.11.0:./serf",
	"github.com/nats-io/nats-server/v2@v2.15.2",
	"github.com/prometheus/prometheus@v0.316.0",
	"github.com/segmentio/kafka-go@v0.4.51:.",
	"github.com/syncthing/syncthing@v1.30.0:./lib/connections,./lib/discover,./lib/model",
	"github.com/valyala/fasthttp@v1.68.0:.",
	"go.etcd.io/etcd/server/v3@v3.7.3",
	"google.golang.org/grpc@v1.85.0",
}

// Command is `proof compare`. Its arguments are modules, path@version, or some of their packages, path@version:./a,./b.
func Command(ctx context.Context, args []string, w io.Writer) error {
	flags := flag.NewFlagSet("compare", flag.ContinueOnError)
	bin := flags.String("conclint", "bin/conclint", "the `binary` under test")
	cacheDir := flags.String("cache", "", "`directory` for copies of modules, other tools and what they say (default conclint-corpus in the user's cache directory)")
	document := flags.String("o", "", "the `file` whose generated part is replaced; empty prints it")
	judged := flags.String("records", "testdata/corpus/comparison.tsv", "`file` of the judged reports of other tools")
	audited := flags.String("audit", "testdata/corpus/audit", "`directory` of the judged reports of conclint")
	unread := flags.Int("unread", 0, "print instead how `many` reports per family, tool and module to read next: records to be completed")
	only := flags.String("tools", "", "only these tools of the list: names separated by commas")
	cases := flags.Bool("testdata", true, "run the tools on the project's own test data too")
	if err := flags.Parse(args); err != nil {
		return err
	}
	conclint, err := modules.Built(*bin)
	if err != nil {
		return err
	}
	cache, err := modules.Cache(*cacheDir)
	if err != nil {
		return err
	}
	records, err := loadRecords(*judged)
	if err != nil {
		return err
	}
	own, err := audit.Load(*audited)
	if err != nil {
		return err
	}
	peers, lacking := available(ctx, cache, *only)
	names := flags.Args()
	if len(names) == 0 {
		names = DefaultModules
	}
	slices.Sort(names)
	var sides []*side
	for _, module := range names {
		s, err := look(ctx, conclint, module, peers, cache)
		if err != nil {
			return err
		}
		sides = append(sides, s)
	}
	if *unread > 0 {
		printUnread(w, sides, peers, records, *unread)
		return nil
	}
	var out bytes.Buffer
	t := tables{w: &out, sides: sides, peers: peers, records: records, own: own}
	t.head(lacking)
	t.summary()
	t.families()
	if *cases {
		data, err := testdata(ctx, peers, cache)
		if err != nil {
			return err
		}
		t.testdata(data)
	}
	t.judgements()
	if *document == "" {
		_, err := w.Write(out.Bytes())
		return err
	}
	return replaceGenerated(*document, out.String())
}

// available installs the peers, or those of a list of names, and returns those that can be had.
func available(ctx context.Context, cache, only string) (peers []*Peer, lacking []string) {
	for i := range Peers {
		p := &Peers[i]
		if only != "" && !slices.Contains(strings.Split(only, ","), p.Name) {
			continue
		}
		if p.Pkg != "" {
			if _, err := modules.Install(ctx, filepath.Join(cache, "bin"), p.Pkg); err != nil {
				fmt.Fprintf(os.Stderr, "%s is left out: %v\n", p.Name, err)
				lacking = append(lacking, p.Name+" "+p.Version())
				continue
			}
		}
		peers = append(peers, p)
	}
	return peers, lacking
}

// look runs all tools on a module.
func look(ctx context.Context, conclint, subject string, peers []*Peer, cache string) (*side, error) {
	module, list, some := strings.Cut(subject, ":")
	packages := []string{"./..."}
	if some {
		packages = strings.Split(list, ",")
	}
	dir, err := modules.Prepare(ctx, module, cache)
	if err != nil {
		return nil, err
	}
	s := &side{module: module, subject: subject, reports: map[string][]Report{}, sources: &sources{dir: dir, files: map[string]*spans{}}}
	fmt.Fprintf(os.Stderr, "%s: conclint\n", module)
	report, err := finding.Tool{Path: conclint, Env: []string{"GOWORK=off"}}.Run(ctx, dir, packages...)
	if err != nil {
		return nil, err
	}
	if report.Trouble != "" {
		return nil, fmt.Errorf("%s: %s", module, report.Trouble)
	}
	s.findings = slices.DeleteFunc(report.Findings, func(f finding.Finding) bool { return strings.HasSuffix(f.File, "_test.go") })
	for _, p := range peers {
		fmt.Fprintf(os.Stderr, "%s: %s\n", module, p.Name)
		if s.reports[p.Name], err = p.cached(ctx, subject, packages, dir, cache); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// printUnread draws, per family, tool and module, reports of the others that conclint does not give and nobody has read.
func printUnread(w io.Writer, sides []*side, peers []*Peer, records []record, n int) {
	seen := map[string]bool{}
	for i := range records {
		seen[records[i].key()] = true
	}
	for i := range families {
		fam := &families[i]
		for _, p := range peers {
			for _, s := range sides {
				reports := slices.DeleteFunc(s.of(fam, p.Name), func(r Report) bool {
					return s.see(r) != missed || seen[key(s.module, p.Name, r)]
				})
				slices.SortFunc(reports, func(a, b Report) int {
					return strings.Compare(rank(s.module, p.Name, a), rank(s.module, p.Name, b))
				})
				for _, r := range reports[:min(n, len(reports))] {
					fmt.Fprintf(w, "%s\t%s:%d\t%s\t%s\t?\t%s\n", s.module, r.File, r.Line, p.Name, r.Rule, strings.Join(strings.Fields(r.Message), " "))
				}
			}
		}
	}
}

const (
	beginGenerated = "<!-- written by make compare: begin -->\n"
	endGenerated   = "<!-- written by make compare: end -->\n"
)

// replaceGenerated puts text between the markers of a document and leaves what is around them.
func replaceGenerated(name, text string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(data), beginGenerated)
	_, after, ok2 := strings.Cut(rest, endGenerated)
	if !ok || !ok2 {
		return errors.New(name + " has no markers for the generated part")
	}
	return os.WriteFile(name, []byte(before+beginGenerated+"\n"+strings.TrimSpace(text)+"\n\n"+endGenerated+after), 0o666)
}
