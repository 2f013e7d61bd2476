//go:build go1.21

package logging

// sharedBad: below go1.22 all iterations share one variable, so it is handed over.
func (s *server) sharedBad(names [2]string) {
	s.logs.Infof("two names")
	for _, n := range names {
		go save(n) // want `the error of save is lost`
	}
}
