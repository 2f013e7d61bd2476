package place_test

import (
	"regexp"
	"testing"

	"github.com/conclint/conclint/runtime/internal/place"
)

func here() place.Place  { return place.Caller(0) }
func there() place.Place { return place.Caller(1) }

func TestCallerNamesTheFrameAskedFor(t *testing.T) {
	if got, want := here().String(), "place/place_test.go:10"; got != want {
		t.Errorf("Caller(0) = %s, want %s", got, want)
	}
	got := there().String()
	if !regexp.MustCompile(`^place/place_test\.go:1[0-9]$`).MatchString(got) || got == here().String() {
		t.Errorf("Caller(1) = %s, want the line of the call in this test", got)
	}
}

func TestZeroPlace(t *testing.T) {
	if got := place.Place(0).String(); got != "an unknown place" {
		t.Errorf("zero Place prints %q", got)
	}
}

func TestCallerDoesNotAllocate(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { here() }); n != 0 {
		t.Errorf("Caller allocates %v times", n)
	}
}
