# Every target sets up by itself what it needs; `make demo` and `make test` work as the first command ever run.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BENCH := .venv-bench
BENCH_STAMP := $(BENCH)/.installed
RESULTS ?=
PROVINCE ?=
OUT ?= out
OSRM := .osrm
# One more than the usual two cores: some tests wait for databases.
JOBS ?= 3

# Whatever the shell says: the tests start hundreds of commands and solvers, which else compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo dev run quick test test-long coverage lint check format messages samples screenshots figures bench osrm lock clean

help: ## prints each target with its sentence
	@awk -F':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## makes .venv with everything in it; every other target does it by itself
$(STAMP): requirements-dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -c 'from routing.solving.engines.compiled import compile_now; compile_now()'
	touch $@

demo: $(STAMP) ## plays one full day with 600 made-up results; papers and day.csv in out/ (RESULTS=FILE: your own; PROVINCE="Đà Nẵng": elsewhere)
	$(BIN)/tannha demo --out $(OUT) $(if $(RESULTS),--results "$(RESULTS)") $(if $(PROVINCE),--province "$(PROVINCE)")

dev: $(STAMP) ## serves half of a played day in the browser, accounts printed, started again when code changes
	$(BIN)/tannha demo pages --at noon --out $(OUT) --reload

run: $(STAMP) ## serves an installation of your own (tannha run)
	$(BIN)/tannha run

# No database, no solver, no server, no workbook of millions of cells: what most changes break first.
QUICK := tests/test_architecture.py tests/test_docs.py tests/test_quality.py tests/postal tests/api/test_words.py \
	tests/routing/test_addresses.py tests/routing/test_calibration.py tests/routing/test_geocoding.py \
	tests/routing/test_national.py tests/routing/test_travel.py

quick: $(STAMP) ## runs the pure tests, below a minute
	$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal -m "not database" --ignore tests/postal/test_intake_workbooks.py $(QUICK)

# Small counts, both databases.
test: $(STAMP) ## runs the whole suite with small counts, below 25 minutes on 2 cores
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

# The counts the issues state; writes docs/quality.md.
test-long: $(STAMP) ## runs the suite with the counts that were promised; writes docs/quality.md
	rm -f .figures.jsonl
	TANNHA_TEST_LONG=1 TANNHA_FIGURES_FILE=$(CURDIR)/.figures.jsonl $(BIN)/python -m pytest -n $(JOBS) --dist worksteal
	$(BIN)/python -m tests.quality .figures.jsonl docs/quality.md

coverage: $(STAMP) ## measures lines and branches the suite runs; fails where the rooms of custody fall below 95 %
	rm -f .coverage .coverage.*
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal --cov --cov-branch --cov-report=
	$(BIN)/python -m coverage json -q -o .coverage.json
	$(BIN)/python -m tests.covered .coverage.json docs/quality.md

lint: $(STAMP) ## checks format, lint, types, dependencies, dead code and import rules, without the other tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/deptry .
	$(BIN)/deptry . --optional-dependencies-dev-groups dev --extend-exclude tests
	$(BIN)/python -m tests.dead_code
	$(BIN)/python -m pytest -q tests/test_architecture.py

check: lint test ## lint, then test: what must pass before a push

format: $(STAMP) ## lets ruff repair what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: $(STAMP) ## brings the catalogue of translations up to date, names what waits for a translator
	$(BIN)/python -m tests.catalogue

screenshots: $(STAMP) ## takes a picture of every page at noon and in the evening, three widths, into out/screenshots
	$(BIN)/python -m tests.screenshots --out $(OUT)

figures: $(STAMP) ## prints the size and shape of the code, as docs/architecture.md states it
	$(BIN)/python -m tests.structure

samples: $(STAMP) ## draws every paper again in docs/papers/
	$(BIN)/tannha samples -o docs/papers

bench: $(STAMP) $(BENCH_STAMP) ## runs the benchmarks beside their peers, in an environment of its own
	@set -e; for script in benchmarks/*.py; do \
	  case $$script in *vrplib*|*/history.py|*/stock.py|*/__init__.py) continue;; esac; \
	  echo "== $$script"; $(BENCH)/bin/python $$script; done

$(BENCH_STAMP): requirements.txt requirements-bench.in
	test -x $(BENCH)/bin/python || $(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.in
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

# The road engine, pinned and hashed, for travel times by road; see docs/planning.md. The tests of it run when it is here.
osrm: $(OSRM)/.unpacked ## fetches the pinned road engine; the tests of it run when it is here
$(OSRM)/.unpacked: requirements-osrm.txt | $(STAMP)
	rm -rf $(OSRM)
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: \
	  --python-version 3.12 --platform manylinux_2_28_x86_64 -d $(OSRM) -r requirements-osrm.txt
	$(BIN)/python -m zipfile -e $(OSRM)/*.whl $(OSRM)
	rm $(OSRM)/*.whl
	chmod +x $(OSRM)/osrm/bin/*
	$(OSRM)/osrm/bin/osrm-routed --version
	touch $@

LOCK = $(BIN)/pip-compile --quiet $(UPGRADE) --generate-hashes --strip-extras --no-annotate --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --allow-unsafe

# Adds and removes what pyproject.toml says and leaves the other versions; `make lock UPGRADE=--upgrade` renews all.
lock: $(STAMP) ## pins what pyproject.toml adds, with hashes (UPGRADE=--upgrade: everything anew)
	$(LOCK) --extra postgres,scale -o requirements.txt pyproject.toml
	$(LOCK) --extra postgres,scale,dev -o requirements-dev.txt pyproject.toml

clean: ## removes everything these targets made
	rm -rf $(VENV) $(BENCH) $(OSRM) $(OUT) .figures.jsonl .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache
