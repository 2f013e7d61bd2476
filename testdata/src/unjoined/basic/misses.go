package basic

import "os"

// FN_field hands the channel to a field that one path never reads.
type job struct{ done chan error }

func FN_field(j *job, name string, skip bool) error {
	go func() { j.done <- os.WriteFile(name, nil, 0o600) }()
	if skip {
		return nil
	}
	return <-j.done
}
