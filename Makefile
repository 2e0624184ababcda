# The commands of this project. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
EMULATOR := tests/emulator
# The thinking of the app has no branch that no test takes.
CORE := --cov=ghapp/core --cov=ghapp/model --cov=ghapp/commands --cov=ghapp/sources --cov=ghapp/rules --cov-fail-under=100 --cov-report=term
PURE := tests/core tests/model tests/commands tests/sources tests/rules tests/conformance \
	$(patsubst %,tests/duties/test_%.py,maintenance backlog rates incidents hygiene) \
	tests/web/test_github_events.py tests/web/test_github_pull_events.py tests/test_plugins.py

.DEFAULT_GOAL := help
.PHONY: help install emulator demo check test quick deep unit e2e lint format types bench lock clean

help: ## list the commands
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

install: .venv/.installed ## build .venv, so that .venv/bin/ghapp works

.venv/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ghapp needs Python 3.11 or newer: make PYTHON=python3.12 install")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

emulator: $(EMULATOR)/node_modules/.installed ## install the emulated GitHub that the demo and the tests use

$(EMULATOR)/node_modules/.installed: .venv/.installed $(EMULATOR)/package-lock.json
	$(BIN)/python -m ghapp.demo.node npm ci --prefix $(EMULATOR) --no-audit --no-fund --loglevel=error
	@touch $@

demo: emulator ## see it work: an emulated GitHub, real-shaped alerts, the issues that follow (ONCE=1: tour and exit)
	$(BIN)/ghapp demo $(if $(ONCE),--once)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

format: install ## let ruff write what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: install
	$(BIN)/mypy

unit: install ## all tests but those on the real process
	$(BIN)/pytest --ignore=tests/e2e -m "not postgres" -q -n auto

quick: install
	HYPOTHESIS_PROFILE=quick $(BIN)/pytest tests/core tests/model tests/commands tests/rules -q -n auto

deep: install ## the properties of the core on many more examples
	HYPOTHESIS_PROFILE=deep $(BIN)/pytest $(PURE) -q -n auto --timeout=3600

check: lint types quick ## the quick part: lint, types, the tests of the core

e2e: emulator
	$(BIN)/pytest tests/e2e -q -n 2

test: lint types emulator ## everything that CI runs
	$(BIN)/pytest $(PURE) -q -n auto $(CORE)
	$(BIN)/pytest --ignore=tests/e2e $(addprefix --ignore=,$(PURE)) -q -n auto
	$(BIN)/pytest tests/e2e -q -n 2

bench: emulator ## ingest speed side by side in one run, the thinking about a large pull request, and sweeps of large backlogs
	$(BIN)/python bench/ingest.py
	$(BIN)/python bench/review.py
	$(BIN)/python bench/sweep.py

lock: ## write requirements.lock anew from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --no-strip-extras --python-version 3.11 --generate-hashes --no-header --no-annotate --output-file requirements.lock

clean: ## remove what was built
	rm -rf .venv $(EMULATOR)/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
