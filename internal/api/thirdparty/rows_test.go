// Package thirdparty verifies the rows of the table that name other modules.
package thirdparty

import (
	"go/types"
	"slices"
	"testing"

	"golang.org/x/tools/go/packages"

	"github.com/conclint/conclint/internal/api"

	// The modules that the rows name.
	_ "github.com/conclint/conclint/runtime/gate"
	_ "github.com/conclint/conclint/runtime/lock"
	_ "github.com/conclint/conclint/runtime/queue"
	_ "github.com/conclint/conclint/runtime/task"
	_ "github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/redis/go-redis/v9"
	_ "github.com/segmentio/kafka-go"
	_ "github.com/stretchr/testify/require"
	_ "golang.org/x/sync/errgroup"
	_ "golang.org/x/sync/semaphore"
	_ "golang.org/x/sync/singleflight"
	_ "google.golang.org/grpc"
)

func TestRows(t *testing.T) {
	table := api.New("", nil)
	byPkg := make(map[string][]api.Key)
	for _, k := range table.Keys() {
		if !api.IsStd(k.Pkg) {
			byPkg[k.Pkg] = append(byPkg[k.Pkg], k)
		}
	}
	var paths []string
	for p := range byPkg {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadTypes}, paths...)
	if err != nil {
		t.Fatal(err)
	}
	loaded := make(map[string]*types.Package)
	for _, p := range pkgs {
		for _, e := range p.Errors {
			t.Errorf("%s: %v", p.PkgPath, e)
		}
		loaded[p.PkgPath] = p.Types
	}
	for _, path := range paths {
		if loaded[path] == nil {
			t.Errorf("%s is not loaded", path)
			continue
		}
		for _, k := range byPkg[path] {
			e, _ := table.Row(k)
			if err := api.Verify(loaded[path], k, e); err != nil {
				t.Error(err)
			}
		}
	}
}
