// Package logging loses errors in code that logs in one way or another; the fix takes after it.
package logging

import (
	"net"
	"net/http"
	"os"
)

func save(name string) error { return os.WriteFile(name, nil, 0o644) }

// -- a logger of the program's own, reached through another method's receiver --

type logger struct{ prefix string }

func (l *logger) Infof(format string, args ...any)  {}
func (l *logger) Errorf(format string, args ...any) {}

type server struct {
	logs *logger
	name string
	l    net.Listener
}

func (s *server) Name() string {
	s.logs.Infof("name of %s", s.name)
	return s.name
}

func (s *server) flush() error { return save(s.name) }

func (s *server) startBad() {
	go s.flush() // want `the error of \(\*server\)\.flush is lost`
}

// fieldBad: the listener may be another one when the goroutine runs, so it is handed over.
func (s *server) fieldBad(srv *http.Server) {
	go srv.Serve(s.l) // want `the error of \(\*Server\)\.Serve is lost`
}

// argumentsBad: name changes after the goroutine has started.
func (s *server) argumentsBad(name string) {
	go save(name) // want `the error of save is lost`
	name = s.name
	s.logs.Infof("name is now %s", name)
}

// reassignedBad has no fix: which server is meant is decided when the goroutine starts.
func (s *server) reassignedBad(other *server) {
	t := s
	go t.flush() // want `the error of \(\*server\)\.flush is lost`
	t = other
	t.logs.Infof("other")
}

// shadowedBad has no fix: the logger's receiver means something else here.
func (s *server) shadowedBad(names []string) {
	for _, s := range names {
		if s == "" {
			continue
		}
		go save(s) // want `the error of save is lost`
	}
}

// -- a logger of structured records, as a parameter --

type records interface {
	Info(msg string, keysAndValues ...any)
	Error(msg string, keysAndValues ...any)
}

func structuredBad(log records, name string) {
	log.Info("saving", "name", name)
	go func() {
		save(name) // want `the error of save is lost`
	}()
}

// -- nobody logs: no fix --

type quiet struct{ name string }

func (q *quiet) flush() error { return save(q.name) }

func (q *quiet) startBad() {
	go q.flush() // want `the error of \(\*quiet\)\.flush is lost`
}

// formatted returns what it formats: it is no logger.
func formatted(format string, args ...any) error { return os.ErrInvalid }

func (q *quiet) formatBad() error {
	go q.flush() // want `the error of \(\*quiet\)\.flush is lost`
	return formatted("%s", q.name)
}

// -- a logger that may be nil: no fix --

type optional struct {
	logger *logger
	name   string
}

func (o *optional) flush() error {
	if o.logger != nil {
		o.logger.Infof("flush %s", o.name)
	}
	return save(o.name)
}

func (o *optional) startBad() {
	go o.flush() // want `the error of \(\*optional\)\.flush is lost`
}
