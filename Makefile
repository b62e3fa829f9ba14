# Every target sets up by itself what it needs; `make demo` and `make test` work as the first command ever run.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BENCH := .venv-bench
BENCH_STAMP := $(BENCH)/.installed
RESULTS ?=
OUT ?= out
OSRM := .osrm
# One more than the usual two cores: some tests wait for databases.
JOBS ?= 3

.PHONY: install demo run test test-long lint check format samples bench osrm lock clean

install: $(STAMP)

$(STAMP): requirements-dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -c 'from routing.solving.engines.compiled import compile_now; compile_now()'
	touch $@

demo: $(STAMP)
	$(BIN)/tannha demo --out $(OUT) $(if $(RESULTS),--results "$(RESULTS)")

run: $(STAMP)
	$(BIN)/tannha run

# Small counts, both databases; at most 10 minutes on 2 cores.
test: $(STAMP)
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

# The counts the issues state; writes docs/quality.md.
test-long: $(STAMP)
	rm -f .figures.jsonl
	TANNHA_TEST_LONG=1 TANNHA_FIGURES_FILE=$(CURDIR)/.figures.jsonl $(BIN)/python -m pytest -n $(JOBS) --dist worksteal
	$(BIN)/python -m tests.quality .figures.jsonl docs/quality.md

lint: $(STAMP) ## format, lint, types, dependencies, dead code and import rules, without the other tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/deptry .
	$(BIN)/deptry . --optional-dependencies-dev-groups dev --extend-exclude tests
	$(BIN)/python -m tests.dead_code
	$(BIN)/python -m pytest -q tests/test_architecture.py

check: lint test ## lint, then test: what must pass before a push

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

samples: $(STAMP)
	$(BIN)/tannha samples -o docs/papers

bench: $(STAMP) $(BENCH_STAMP)
	@set -e; for script in benchmarks/*.py; do \
	  case $$script in *vrplib*|*/__init__.py) continue;; esac; \
	  echo "== $$script"; $(BENCH)/bin/python $$script; done

$(BENCH_STAMP): requirements.txt requirements-bench.in
	test -x $(BENCH)/bin/python || $(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.in
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

# The road engine, pinned and hashed, for travel times by road; see docs/planning.md. The tests of it run when it is here.
osrm: $(OSRM)/.unpacked

$(OSRM)/.unpacked: requirements-osrm.txt | $(STAMP)
	rm -rf $(OSRM)
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: \
	  --python-version 3.12 --platform manylinux_2_28_x86_64 -d $(OSRM) -r requirements-osrm.txt
	$(BIN)/python -m zipfile -e $(OSRM)/*.whl $(OSRM)
	rm $(OSRM)/*.whl
	chmod +x $(OSRM)/osrm/bin/*
	$(OSRM)/osrm/bin/osrm-routed --version
	touch $@

lock: $(STAMP)
	for name in "requirements postgres,scale" "requirements-dev postgres,scale,dev"; do set -- $$name; \
	  $(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras --no-annotate --no-header \
	    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --allow-unsafe --extra "$$2" -o $$1.txt pyproject.toml; done

clean:
	rm -rf $(VENV) $(BENCH) $(OSRM) $(OUT) .figures.jsonl .mypy_cache .ruff_cache .pytest_cache
