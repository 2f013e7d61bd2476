package driver

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestProgress(t *testing.T) {
	var out bytes.Buffer
	p := &progress{w: &out, started: time.Now(), stop: make(chan struct{})}
	p.show()
	assert.Empty(t, out.String(), "short runs are spared")
	p.started = time.Now().Add(-90 * time.Second)
	p.packageDone()
	p.show()
	p.packageDone()
	p.show()
	assert.Regexp(t, `^\r\x1b\[Kconclint: \d+m\d+s, 1 package\r\x1b\[Kconclint: \d+m\d+s, 2 packages$`, out.String())
	out.Reset()
	p.close()
	assert.Equal(t, "\r\x1b[K", out.String(), "the line is removed")
}
