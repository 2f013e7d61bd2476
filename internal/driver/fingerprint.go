package driver

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/conclint/conclint/internal/pattern"
)

// lineNumbers are those that messages hold: "conn.go:12", "(L14)".
var lineNumbers = pattern.New(`(\.go):\d+(?::\d+)?|\bL\d+\b`)

// fingerprint gives each finding an identity that survives changes elsewhere:
// lines that move, files that are renamed. It is a hash of code, package,
// enclosing declaration and message without line numbers, and, among equals,
// of the place in their order; or of code and key where there is a key.
// All findings of a run must be given, in order, whatever is shown of them.
func fingerprint(fs []*Finding) {
	seen := map[string]int{}
	for _, f := range fs {
		id := fmt.Sprintf("v1\x00%s\x00%s\x00%s\x00%s", f.Code, f.Package, f.Function, lineNumbers.ReplaceAllString(f.Message, "$1"))
		if f.Key != "" {
			id = fmt.Sprintf("v1\x00%s\x00%s", f.Code, f.Key)
		}
		f.identity = id
		n := seen[id]
		seen[id]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", id, n))
		f.Fingerprint = hex.EncodeToString(sum[:16])
	}
}
