# Every claim this project makes about itself is one of these targets.

GO      ?= go
BIN     := bin
RUNS    ?= corpus audit bench
FUZZTIME ?= 30s
MODULE  ?= github.com/caddyserver/caddy/v2@v2.11.9

.PHONY: help build test test-root test-runtime test-nested house e2e e2e-golangci e2e-editors e2e-cache e2e-html corpus audit sample bench fixcheck compare recall robust growth fuzz evidence bench-runtime docs fmt lint cross clean

help:            ## list the targets
	@grep -hE '^[a-z0-9-]+: .*## |^[a-z0-9-]+:  +## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

build:           ## build the command into bin/
	$(GO) build -o $(BIN)/conclint ./cmd/conclint

test: test-root test-runtime test-nested ## all tests, the house rules among them

test-root:       ## tests of the linter
	$(GO) vet ./...
	$(GO) test ./...

test-runtime:    ## tests of the runtime module, under the race detector
	cd runtime && $(GO) vet ./... && $(GO) test ./lock && $(GO) test -race ./...

test-nested:     ## tests that need other modules: third-party rows of the table, peers of the runtime
	cd internal/api/thirdparty && $(GO) vet ./... && $(GO) test ./...
	cd runtime/bench && $(GO) vet ./... && $(GO) test ./...
	cd internal/page/browser && $(GO) vet ./...

house:           ## the rules of the house alone: import directions, sizes, pages, words
	$(GO) test ./internal/house

e2e:             ## the command end to end: standalone, under go vet, as plugin
	$(GO) test -count=1 ./cmd/... $(patsubst %,./%/...,$(wildcard plugin)) ./internal/linttest ./internal/driver/...

e2e-golangci:    ## golangci-lint with the plugin, built both ways of docs/golangci.md, and run: about four minutes
	CONCLINT_E2E=1 $(GO) test -count=1 -v ./plugin

e2e-editors:     ## gopls with the suite inside, and conclint lsp: as a client, and through Neovim if there is one
	CONCLINT_E2E=1 $(GO) test -count=1 -v -run TestE2E ./internal/gopls ./internal/lsp

e2e-cache:       ## a build cache shared through GOCACHEPROG, with an implementation by others
	CONCLINT_E2E_CACHE=1 $(GO) test -count=1 -run TestSharedCache ./cmd/conclint

e2e-html: build  ## the HTML report and the graphs in headless Chromium; SHOTS=DIR keeps the screenshots
	cd internal/page/browser && CONCLINT=$(CURDIR)/$(BIN)/conclint CONCLINT_SHOTS=$(SHOTS) $(GO) test -count=1 ./...

corpus: build    ## recall and false alarms on labelled bugs; CORPUS_REPO and ARGS: see testdata/corpus/README.md
	$(GO) run ./internal/proof corpus -conclint $(BIN)/conclint $(ARGS)

audit: build     ## replay the judged reports on public modules
	$(GO) run ./internal/proof audit -conclint $(BIN)/conclint $(ARGS)

sample: build    ## draw reports to read: make sample MODULE=path@version ARGS='-code relock -n 40'
	$(GO) run ./internal/proof sample -conclint $(BIN)/conclint $(ARGS) $(MODULE)

bench: build     ## time and memory beside go vet and staticcheck: make bench MODULE=path@version
	$(GO) run ./internal/proof bench -conclint $(BIN)/conclint $(ARGS) $(MODULE)

fixcheck: build  ## apply every fix to a copy: it compiles, removes its finding, adds none; ARGS='-modules none' for the testdata alone
	$(GO) run ./internal/proof fixcheck -conclint $(BIN)/conclint $(ARGS)

robust: build    ## the suite over the standard library and whole builds: no internal error, two runs give the same bytes
	$(GO) run ./internal/proof robust -conclint $(BIN)/conclint $(ARGS)

fuzz:            ## every fuzz target for FUZZTIME each, 30s unless said otherwise
	@for pkg in $$(grep -rlE '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u); do \
		for target in $$(grep -hoE '^func Fuzz[A-Za-z0-9]+' $$pkg/*_test.go | sed 's/func //'); do \
			echo "$$pkg $$target"; (cd $$pkg && $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) .) || exit 1; \
		done; \
	done

growth: build    ## how time and facts grow with lines of code, depth of calls and number of callers
	$(GO) run ./internal/proof growth -conclint $(BIN)/conclint $(ARGS)

compare: build   ## run conclint and other tools on the same code and write the tables of docs/comparison.md; ARGS='-unread 20' prints what to read next
	$(GO) run ./internal/proof compare -conclint $(BIN)/conclint -o docs/comparison.md $(ARGS)

recall: build    ## labelled bugs found by conclint, go vet, staticcheck, gosec and checklocks; CORPUS_REPO as in make corpus
	$(GO) run ./internal/proof recall -conclint $(BIN)/conclint $(ARGS)

evidence: build  ## measure anew and write docs/evidence.md: make evidence RUNS='corpus audit fixcheck bench'
	$(GO) run ./internal/proof evidence $(RUNS)

bench-runtime:   ## cost of the runtime primitives beside channels and the standard library
	cd runtime/bench && $(GO) run . $(ARGS)

docs:            ## write docs/analyzers from the analyzers' own documentation
	$(GO) run ./internal/docgen

fmt:             ## format the sources
	gofmt -w $$(git ls-files '*.go' | grep -v /testdata/ | grep -v ^testdata/)

# The runtime module is not asked: it implements the primitives that the analysis takes as given.
lint: build      ## what the project asks of others: no findings of its own tool, formatted, tidy
	@test -z "$$(gofmt -l $$(git ls-files '*.go' | grep -v /testdata/ | grep -v ^testdata/))" || { echo 'not formatted: run make fmt'; exit 1; }
	$(GO) mod tidy -diff
	cd runtime && $(GO) mod tidy -diff
	$(BIN)/conclint ./...

cross:           ## build for the other systems
	GOOS=windows $(GO) build -o $(BIN)/cross/ ./cmd/conclint
	GOOS=darwin $(GO) build -o $(BIN)/cross/ ./cmd/conclint
	cd runtime && GOOS=windows $(GO) build ./... && GOOS=darwin $(GO) build ./...

clean:           ## remove what was built
	rm -rf $(BIN) dist
