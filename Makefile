# Every target works on a fresh machine that has Python 3.11+, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo up bench test test-sms test-web faults failover cases-live invariants mutants check lint types imports containers docs lock samples clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

install: $(INSTALLED) ## create .venv and install the locked dependencies

$(INSTALLED): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "bangfu needs Python 3.11 or newer: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python -m venv failed: install the Debian package python3-venv"; exit 1; }
	@echo "installing the locked dependencies into $(VENV) (once, about a minute)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: install ## run the whole story on real NATS and MongoDB, print it, stop
	@$(BIN)/bangfu demo

up: install ## run NATS, MongoDB and the four services in the foreground
	@$(BIN)/bangfu up

bench: install ## what the backbone costs against a floor, on this machine (some fifteen minutes)
	@$(BIN)/python -m bench $(BENCH)

# Three processes for two cores, of about the same length: the pure tests and some that wait for servers, and two heaps of those.
BESIDE := $(wildcard tests/integration/test_[a-cm]*.py tests/integration/test_reconcile*.py)
test: install ## run all tests against real nats-server and mongod
	@$(BIN)/python -m pytest tests/unit tests/independent $(BESIDE) & unit=$$!; \
	$(BIN)/python -m pytest tests/contract tests/e2e tests/faults/test_short.py & whole=$$!; \
	$(BIN)/python -m pytest $(filter-out $(BESIDE),$(wildcard tests/integration/test_*.py)); parts=$$?; \
	wait $$unit && wait $$whole && exit $$parts

test-sms: install ## the HTTP gateway against a real Kannel (Debian packages kannel, kannel-extras; skipped without)
	@$(BIN)/python -m pytest tests/kannel -rs

test-web: install ## the console in a real browser (Debian packages chromium, fonts-noto-cjk; skipped without): logins, live alerts, four eyes, screenshots
	@$(BIN)/python -m pytest tests/web -rs

failover: install ## two processes of every service, killed and stopped while facts flow: the ledger stays the same
	@$(BIN)/python -m pytest tests/faults/test_failover.py -s

faults: install ## break everything on purpose: crash matrix, broker, database, disks, links; a table and build/faults.json (an hour)
	@$(BIN)/python -m tests.faults --json build/faults.json $(FAULTS); lab=$$?; \
	$(BIN)/python -m tests.simulation; simulation=$$?; \
	$(BIN)/python -m pytest tests/faults; files=$$?; \
	test $$lab -eq 0 -a $$simulation -eq 0 -a $$files -eq 0

cases-live: install ## every policy case through real servers and four processes, a fresh system for each (ten minutes)
	@$(BIN)/bangfu cases tests/cases/*.yaml --live

invariants: install ## 10,000 random operations of the ledger, and a year of 10,000 people worked out again in SQL (half an hour)
	@BANGFU_OPERATIONS=10000 $(BIN)/python -m pytest tests/unit/test_subsidy_invariants*.py --timeout 3600
	@BANGFU_PEOPLE=10000 $(BIN)/python -m pytest tests/independent --timeout 3600 -s

mutants: install ## thirty-three deliberate bugs in the backbone, the registry and the ledger: the simulation must catch each
	@$(BIN)/python -m tests.simulation.mutating

check: install lint types imports containers ## lint, types, import contracts, container files

lint: install
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: install
	@$(BIN)/mypy

imports: install
	@$(BIN)/lint-imports

containers: install
	@$(BIN)/hadolint Dockerfile
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

docs: install ## regenerate docs/event-flow.md, docs/programmes.md, docs/alerts.md and docs/coverage.md from what they describe
	@$(BIN)/bangfu docs
	@$(BIN)/bangfu programmes docs
	@$(BIN)/bangfu alerts docs
	@$(BIN)/python -m tests.coverage.page

samples: install ## regenerate the sample county (seeded: the files do not change)
	@$(BIN)/python -m samples.generate

lock: install ## resolve the dependencies again into requirements/*.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements/runtime.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links --extra embedded --extra dev pyproject.toml -o requirements/dev.txt

clean: ## remove the environment and the embedded data
	rm -rf $(VENV) .bangfu build *.egg-info .mypy_cache .ruff_cache .pytest_cache
