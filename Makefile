# Every target does its own set-up: it needs Python >= 3.11 with venv, and a package index that pip can reach.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
IMAGE  ?=
ROOT   ?=
DATABASE ?=

.PHONY: scan test check format lint types contracts golden fuzz bench release web docs clean

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Careen needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

scan: $(VENV)/.ready      ## scan IMAGE=reference; without IMAGE the demonstration image, which needs no network
	@$(BIN)/python examples/run.py $(IMAGE)

test: $(VENV)/.ready      ## the whole suite; needs no network
	$(BIN)/python -m pytest -n auto

check: $(VENV)/.ready format-check lint types contracts test      ## the whole gate, as in CI

format-check: $(VENV)/.ready
	$(BIN)/ruff format --check .
lint: $(VENV)/.ready
	$(BIN)/ruff check .
types: $(VENV)/.ready
	$(BIN)/mypy
contracts: $(VENV)/.ready
	$(BIN)/lint-imports

format: $(VENV)/.ready
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .
golden: $(VENV)/.ready    ## rewrite the expectations of the golden folders, for review
	$(BIN)/python -m pytest tests/golden tests/docs --update
fuzz: $(VENV)/.ready      ## 10,000 mutations of each reader's inputs
	CAREEN_MUTATIONS=10000 $(BIN)/python -m pytest -n auto tests/contract
bench: $(VENV)/.ready     ## Careen beside its peers on real images (CORPUS, PEERS, CAREEN_CACHE_DIR say where they are)
	$(BIN)/python benchmarks/run.py
web: $(VENV)/.ready       ## what first scans and updates cost at the sizes of the live feeds, written into docs/first-run.md (an hour)
	$(BIN)/python -m tests.web.measure --write docs/first-run.md
release: $(VENV)/.ready   ## a wheel in dist/ that knows where a database is published: DATABASE=oci://… ROOT=root.json
	$(BIN)/python .ci/release.py "$(ROOT)" $(DATABASE)
clean:
	rm -rf $(VENV) .venv-* dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
