package engine

import (
	"flag"

	"github.com/conclint/conclint/internal/api"
)

// RegisterFlags adds the settings to a flag set, so that they are parsed into c.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	fs.BoolVar(&c.Stats, "debug.stats", c.Stats, "report counters of the analysis as diagnostics")
	fs.StringVar(&c.Why, "debug.why", c.Why, "say why the place FILE:LINE is silent")
	fs.BoolVar(&c.Graph, "debug.graph", c.Graph, "report the lock order and the goroutines as diagnostics, for conclint graph")
	fs.StringVar(&c.Runtime, "runtime", c.Runtime, "import path of the runtime module, if it was moved")
	fs.Var(&api.RowsFlag{Rows: &c.Extra}, "api.rows", "`rows` that say what functions of yours do: path.(Type).Method = block, ctx=0; path.Func = spawn, func=1; …")
}
