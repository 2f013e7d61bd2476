package edit

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChanges(t *testing.T) {
	assert.Nil(t, Changes([]byte("a\n"), []byte("a\n")))
	assert.Equal(t, []Text{{Start: 2, End: 4, New: "x\ny\n"}}, Changes([]byte("a\nb\nc\n"), []byte("a\nx\ny\nc\n")))
	assert.Equal(t, []Text{{Start: 0, End: 0, New: "0\n"}, {Start: 4, End: 6}}, Changes([]byte("a\nb\nc\n"), []byte("0\na\nb\n")))
	assert.Equal(t, []Text{{Start: 2, End: 3, New: "b\n"}}, Changes([]byte("a\nb"), []byte("a\nb\n")), "a line without end")
}

func FuzzChanges(f *testing.F) {
	f.Add("a\nb\nc", "b\nc\nd\n")
	f.Add("", "\n\n")
	f.Fuzz(func(t *testing.T, a, b string) {
		got, err := Apply([]byte(a), Changes([]byte(a), []byte(b)))
		require.NoError(t, err)
		assert.Equal(t, b, string(got))
	})
}
