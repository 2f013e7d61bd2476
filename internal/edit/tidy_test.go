package edit_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/conclint/conclint/internal/edit"
)

func TestTidy(t *testing.T) {
	tidy := func(before, after string) string { return string(edit.Tidy([]byte(before), []byte(after))) }

	assert.Equal(t, "package p\n\nvar a = 1\nvar bc = 2\n", tidy("package p\n\nvar a = 1\nvar b = 2\n", "package p\n\nvar  a = 1\nvar bc = 2\n"), "formatted stays formatted")
	assert.Equal(t, "package p\nvar  a = 2\n", tidy("package p\nvar  a = 1\n", "package p\nvar  a = 2\n"), "what was not formatted is left alone")
	assert.Equal(t, "package p\n\nfunc {\n", tidy("package p\n", "package p\n\nfunc {\n"), "so is what does not parse")

	const grouped = "package p\n\nimport (\n\t\"context\" // why\n\t\"os\"\n)\n\n"
	assert.Equal(t, "package p\n\nimport (\n\t\"os\"\n)\n\nvar a = os.Args\n",
		tidy(grouped+"var a, b = os.Args, context.Background()\n", grouped+"var a = os.Args\n"))
	assert.Equal(t, "package p\n\nvar a = 1\n", tidy(grouped+"var a, b = os.Args, context.Background()\n", grouped+"var a = 1\n"), "nothing is left of the declaration")

	const single = "package p\n\nimport \"os\"\n\n"
	assert.Equal(t, "package p\n\nvar a = 1\n", tidy(single+"var a = os.Args\n", single+"var a = 1\n"))
	assert.Equal(t, single+"var a = 1\n", tidy(single+"var a = 0\n", single+"var a = 1\n"), "what was unused before is not ours to remove")
	const blank = "package p\n\nimport _ \"os\"\n\n"
	assert.Equal(t, blank+"var a = 1\n", tidy(blank+"var a = 0\n", blank+"var a = 1\n"))
	const aliased = "package p\n\nimport (\n\tctx \"context\"\n\t\"context\"\n)\n\n"
	assert.Equal(t, "package p\n\nimport (\n\tctx \"context\"\n)\n\nvar a = ctx.Background()\n",
		tidy(aliased+"var a, b = ctx.Background(), context.Background()\n", "package p\n\nimport (\n\tctx \"context\"\n)\n\nvar a = ctx.Background()\n"))
}
