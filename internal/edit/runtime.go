package edit

// The runtime module, to which some fixes rewrite, and the version of it that
// they need: what -fix adds to a go.mod that has no requirement yet.
const (
	RuntimeModule  = "github.com/conclint/conclint/runtime"
	RuntimeVersion = "v0.1.0"
)
