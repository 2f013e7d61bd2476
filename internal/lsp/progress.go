package lsp

import (
	"fmt"
	"path/filepath"
	"time"
)

// patience is how long a run may take before the client is to show it: the
// usual one, after a small change, is faster.
const patience = time.Second

func (s *server) awaitProgress(r *root) {
	if s.caps.Window.WorkDoneProgress {
		number := r.wanted
		time.AfterFunc(patience, func() { s.post(event{root: r, run: number, kind: slow}) })
	}
}

// showProgress shows that a run is on, if it still is.
func (s *server) showProgress(r *root) {
	if r.stop == nil {
		return
	}
	r.progress = fmt.Sprintf("conclint-%s-%d", filepath.Base(r.dir), r.wanted)
	_, err := s.w.Request("window/workDoneProgress/create", object{"token": r.progress})
	s.sent(err)
	s.sent(s.w.Notify("$/progress", object{"token": r.progress, "value": object{"kind": "begin", "title": "conclint: " + filepath.Base(r.dir)}}))
}

func (s *server) endProgress(r *root) {
	if r.progress != "" {
		s.sent(s.w.Notify("$/progress", object{"token": r.progress, "value": object{"kind": "end"}}))
		r.progress = ""
	}
}
