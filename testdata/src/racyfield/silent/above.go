package silent

import (
	"sync"
	"time"
)

// A manager's lock is held by all that change the settings of a scraper.
type manager struct {
	mu    sync.Mutex
	pools []*scraper
}

type scraper struct {
	mu     sync.Mutex
	config map[string]string
	logs   int
}

func (p *scraper) Reload(c map[string]string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.config = c
}

func (p *scraper) Name() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.config["name"]
}

func (p *scraper) Kind() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.config["kind"]
}

func (p *scraper) Size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.config)
}

func (p *scraper) Empty() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.config == nil
}

func (p *scraper) SetLogs(n int) {
	if p.config != nil {
		n++
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.config != nil {
		p.logs = n
	}
}

func (m *manager) Apply(c map[string]string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var wg sync.WaitGroup
	for _, p := range m.pools {
		wg.Add(1)
		go func() {
			defer wg.Done()
			p.SetLogs(1)
			p.Reload(c)
		}()
	}
	wg.Wait()
}

func (m *manager) SetLogs(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.pools {
		p.SetLogs(n)
	}
}

// A node is cleaned up by the goroutine that has waited for all others.
type node struct {
	mu   sync.Mutex
	wg   sync.WaitGroup
	disk *disk
	stop chan struct{}
}

type disk struct{ open bool }

func (d *disk) close() { d.open = false }

func (n *node) swap(d *disk) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.disk = d
}

func (n *node) Disk() *disk {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.disk
}

func (n *node) Open() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.disk.open
}

func (n *node) Snapshot() *disk {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.disk
}

func (n *node) Missing() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.disk == nil
}

func (n *node) Cleanup() {
	n.disk.close()
}

func (n *node) Run() {
	n.wg.Add(1)
	go func() {
		defer n.wg.Done()
		for range time.Tick(time.Second) {
			n.swap(&disk{open: true})
			select {
			case <-n.stop:
				return
			default:
			}
		}
	}()
	defer func() {
		n.wg.Wait()
		n.Cleanup()
	}()
	<-n.stop
}

// A journal is repaired before it is used.
type journal struct {
	mu   sync.Mutex
	page int
}

func (j *journal) Log() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.flush()
}

func (j *journal) Sync() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.flush()
}

func (j *journal) Truncate() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.page = 0
}

func (j *journal) Page() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.page
}

func (j *journal) flush() { j.page++ }

func (j *journal) Repair() {
	j.Log()
	j.flush()
}
