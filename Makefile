# All targets run over every module of the repository: the root and the nested ones that keep heavy dependencies away
# from importers of the core. New modules are found by themselves. A POSIX shell, git, make and Go are all it needs;
# tools are built into ./.bin through the Go module proxy, at the versions pinned here.

GOLANGCI_LINT_VERSION := v2.15.0
GOVULNCHECK_VERSION   := v1.8.0

GO        ?= go
RACE      ?=
TIMEOUT   ?= 15m
TESTFLAGS ?=
BENCH     ?= .
BENCHFLAGS ?=
FUZZ      ?= ^Fuzz
FUZZTIME  ?= 20s
KILLS     ?= 200
SEEDS     ?= 100000
VULNDB    ?= https://vuln.go.dev

BIN           := $(CURDIR)/.bin
GOLANGCI_LINT := $(BIN)/golangci-lint-$(GOLANGCI_LINT_VERSION)
GOVULNCHECK   := $(BIN)/govulncheck-$(GOVULNCHECK_VERSION)

# Modules under a testdata folder are test inputs, except the consumer module: it builds against us as a stranger would.
# Where there is no git (an unpacked source archive), find does the same.
MODULES := $(shell \
	{ git ls-files --cached --others --exclude-standard -- ':(glob)**/go.mod' 2>/dev/null \
	  || find . -name go.mod -not -path './.*'; } \
	| sed -e 's|^\./||' -e 's|^go\.mod$$|./go.mod|' -e 's|/go\.mod$$||' | sort -u \
	| awk '/(^|\/)testdata(\/|$$)/ && $$0 != "internal/testdata/consumer" { next } \
		(getline line <($$0 "/go.mod")) > 0')

RACEFLAG := $(if $(filter-out 0,$(RACE)),-race)

# $(call each,<what>,<shell command>) runs the command inside every module and stops at the first that fails. A module
# that go.work does not list would be refused in workspace mode; it runs with GOWORK=off.
define each
	test -n "$(MODULES)" || { echo "make $@: no go.mod found" >&2; exit 1; }; \
	if ! work=$$($(GO) list -m -f '{{.Dir}}'); then echo "make $@: go.work or go.mod can't be read" >&2; exit 1; fi; \
	n=0; \
	for m in $(MODULES); do \
		echo "==> $(1): $$m"; \
		( cd "$$m" && \
		  { printf '%s\n' "$$work" | grep -qxF "$$(pwd -P)" || export GOWORK=off; } && \
		  $(2) ) || { echo "make $@: FAILED in module $$m ($(1))" >&2; exit 1; }; \
		n=$$((n+1)); \
	done
endef

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: test
test: ## Run the tests of all modules (RACE=1 needs a C compiler; TESTFLAGS=..., TIMEOUT=15m)
	@$(call each,go test,$(GO) test $(RACEFLAG) -shuffle=on -timeout $(TIMEOUT) $(TESTFLAGS) ./...); \
	echo "ok: $$n modules tested"

.PHONY: bench
bench: ## Run the benchmarks of all modules (BENCH=regexp, BENCHFLAGS=...)
	@$(call each,go test -bench,$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem $(BENCHFLAGS) ./...); \
	echo "ok: $$n modules benchmarked"

.PHONY: bench-engine
bench-engine: ## Compare the sync engine with hand-written loops and print the table (about six minutes)
	@cd internal/bench && $(GO) run . $(BENCHFLAGS)

.PHONY: soak
soak: ## Kill a real run 200 times and try 100,000 simulated schedules (KILLS=, SEEDS=; a quarter of an hour)
	cd examples && DUIJIE_KILLS=$(KILLS) $(GO) test ./wdt-shops-to-kingdee -run '^TestKilledAtRandomMoments$$' -v -count 1 -timeout 1h
	DUIJIE_SEEDS=$(SEEDS) $(GO) test ./sync -run '^TestSimulation$$' -count 1 -timeout 4h -cpu 1

# `go test -list` prints the names of a package's targets, then a line with the package; awk joins the two, because
# -fuzz takes one package and one target at a time.
.PHONY: fuzz
fuzz: ## Fuzz every target of all modules for FUZZTIME each (default 20s; FUZZ=regexp)
	@$(call each,go test -fuzz,{ \
		list=$$($(GO) test -list '$(FUZZ)' ./...) || { printf '%s\n' "$$list"; exit 1; }; \
		printf '%s\n' "$$list" \
		| awk '/^Fuzz/ { f[++k] = $$1 } $$1 == "ok" { for (i = 1; i <= k; i++) print $$2 " " f[i]; k = 0 }' \
		| while read -r pkg name; do \
			echo "--> $$name ($$pkg)"; \
			$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzzminimizetime 1x -fuzztime '$(FUZZTIME)' "$$pkg" </dev/null || exit 1; \
		  done; }); \
	echo "ok: $$n modules fuzzed"

# Lint runs with GOWORK=off: each module must be complete by its own go.mod, as its users will see it.
.PHONY: lint
lint: $(GOLANGCI_LINT) ## Check gofmt, go mod tidy, go vet and golangci-lint in all modules
	@files=$$(find . -name '*.go' -not -path '*/testdata/*' -not -path './.*' -exec "$$($(GO) env GOROOT)/bin/gofmt" -l {} +) \
		|| { echo "make lint: gofmt failed" >&2; exit 1; }; \
	if [ -n "$$files" ]; then printf 'make lint: gofmt would change:\n%s\n' "$$files" >&2; exit 1; fi
	@export GOWORK=off; \
	$(call each,go mod tidy -diff,$(GO) mod tidy -diff); \
	$(call each,go vet,$(GO) vet ./...); \
	$(call each,golangci-lint,$(GOLANGCI_LINT) run --config '$(CURDIR)/.golangci.yml' ./...); \
	echo "ok: $$n modules linted"

# The probe goes the way govulncheck goes (the same HTTP client, the same proxy settings), so that "skipped" means that
# the database is out of reach and never hides a finding.
define VULN_PROBE
package main

import (
	"fmt"
	"net/http"
	"os"
	"time"
)

func main() {
	client := http.Client{Timeout: 10 * time.Second}
	resp, err := client.Get(os.Args[1] + "/index/modules.json")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		fmt.Println(resp.Status)
		os.Exit(1)
	}
}
endef
export VULN_PROBE

.PHONY: vuln
vuln: ## Look for known vulnerabilities in all modules (skipped when the database can't be reached)
	@mkdir -p $(BIN) && printf '%s\n' "$$VULN_PROBE" >$(BIN)/vulnprobe.go && \
	GOWORK=off $(GO) build -o $(BIN)/vulnprobe $(BIN)/vulnprobe.go
	@if ! why=$$($(BIN)/vulnprobe '$(VULNDB)'); then \
		echo "govulncheck skipped: its database can't be reached ($$why)"; exit 0; \
	fi; \
	$(MAKE) -s $(GOVULNCHECK) || exit 1; \
	$(call each,govulncheck,$(GOVULNCHECK) -db '$(VULNDB)' ./...); \
	echo "ok: $$n modules checked for known vulnerabilities"

$(GOLANGCI_LINT):
	@echo "==> building golangci-lint $(GOLANGCI_LINT_VERSION) into .bin (a few minutes, once)"
	@GOWORK=off GOBIN=$(BIN) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	@mv $(BIN)/golangci-lint $@

$(GOVULNCHECK):
	@echo "==> building govulncheck $(GOVULNCHECK_VERSION) into .bin"
	@GOWORK=off GOBIN=$(BIN) $(GO) install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION)
	@mv $(BIN)/govulncheck $@

.PHONY: clean
clean: ## Remove built tools and logs (.bin, .cache)
	rm -rf $(BIN) $(CURDIR)/.cache
