package driver

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// overlay gives the go command changed texts of files that stay as they are on
// disk. It names positions in the backing files, which real undoes.
type overlay struct {
	dir   string            // scratch directory
	keep  bool              // it outlives this overlay
	json  string            // the file for -overlay
	names map[string]string // backing file -> file
}

// newOverlay writes the texts to a scratch directory of its own, which close
// removes, or to one that is given and stays. In the same directory a file has
// the same backing file, so that what did not change since the last overlay is
// not analysed again.
func newOverlay(dir string, texts map[string][]byte) (*overlay, error) {
	o := &overlay{dir: dir, keep: dir != "", names: map[string]string{}}
	if dir == "" {
		tmp, err := os.MkdirTemp("", "conclint-overlay-")
		if err != nil {
			return nil, err
		}
		o.dir = tmp
	}
	// The go command resolves no links in the names it is given here.
	o.json = filepath.Join(o.dir, "overlay.json")
	replace := map[string]string{}
	for _, file := range sortedKeys(texts) {
		// The base name stays: messages hold it.
		sum := sha256.Sum256([]byte(file))
		backing := filepath.Join(o.dir, hex.EncodeToString(sum[:8]), filepath.Base(file))
		err := os.MkdirAll(filepath.Dir(backing), 0o755)
		if err == nil {
			err = os.WriteFile(backing, o.marked(backing, texts[file]), 0o644)
		}
		if err != nil {
			o.close()
			return nil, err
		}
		o.names[backing] = file
		replace[file] = backing
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err == nil {
		err = os.WriteFile(o.json, data, 0o644)
	}
	if err != nil {
		o.close()
		return nil, err
	}
	return o, nil
}

// marked appends a comment that no other text has. The build cache knows files
// by their contents alone: without the mark it would, once a fix is written to
// its file, replay diagnostics that name the backing file.
func (o *overlay) marked(backing string, text []byte) []byte {
	if filepath.Ext(backing) != ".go" {
		return text
	}
	return fmt.Appendf(slices.Clone(text), "\n// %s\n", o.dir)
}

func (o *overlay) close() {
	if !o.keep {
		_ = os.RemoveAll(o.dir)
	}
}

// real maps all positions of a result back to the files they stand for.
// Error texts name files relative to cwd where that is shorter.
func (o *overlay) real(res *vetResult, cwd string) {
	for _, f := range res.findings {
		o.fix(&f.Pos.File)
		o.fix(&f.End.File)
		for i := range f.Related {
			o.fix(&f.Related[i].Pos.File)
		}
		for i := range f.Witness {
			o.fix(&f.Witness[i].Place.File)
		}
		for _, fix := range f.Fixes {
			for i := range fix.Edits {
				o.fix(&fix.Edits[i].File)
			}
		}
	}
	var pairs []string
	for backing, file := range o.names {
		pairs = append(pairs, backing, display(cwd, file))
		if rel, err := filepath.Rel(cwd, backing); err == nil {
			pairs = append(pairs, rel, display(cwd, file))
		}
	}
	r := strings.NewReplacer(pairs...)
	for i, e := range res.errs {
		res.errs[i] = r.Replace(e)
	}
}

func (o *overlay) fix(file *string) {
	if name, ok := o.names[*file]; ok {
		*file = name
	}
}

// failedPackages are the packages that errors speak about, in order.
func failedPackages(errs []string) []string {
	var out []string
	for _, e := range errs {
		first, _, _ := strings.Cut(e, "\n")
		if m := header.FindStringSubmatch(first); m != nil {
			out = append(out, m[1])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
