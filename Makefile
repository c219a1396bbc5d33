# Every target does its own set-up: it needs Python >= 3.11 with venv, and a package index that pip can reach.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
IMAGE  ?=
ROOT   ?=
DEMO   ?=
DATA   ?=
ARGS   ?=
DATABASE ?=
VERSION ?=
TAG    ?=
AREA   ?= matching layers versions policy database
NAME   ?=
FLAVOUR ?=
TARGET ?=
SPOKEN := README.md CONTRIBUTING.md SECURITY.md CODE_OF_CONDUCT.md CHANGELOG.md changelog.d docs src Makefile .ci .github action.yml templates deploy scaffolds
FORMS  := $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))

.PHONY: scan serve test check check-fast format format-check lint types contracts spelling lint-workflows golden fuzz mutants bench \
	bench-origin kb kb-small web docs image release bump released clean new-check new-cataloger new-source new-reporter new-distribution

# Modules are compiled when they are first imported, which most are not; unless Python is told to keep no compiled modules.
COMPILE = $(if $(PYTHONDONTWRITEBYTECODE),,--no-compile)

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Careen needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(COMPILE) --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

scan: $(VENV)/.ready      ## scan IMAGE=reference; without IMAGE the demonstration image, which needs no network
	@$(BIN)/python examples/run.py $(IMAGE)

serve: $(VENV)/.ready     ## the service at http://127.0.0.1:8080, with its data in careen-data; DEMO=1: with demonstration data
	@DATA="$(DATA)" $(BIN)/python examples/serve.py $(if $(DEMO),--demo) $(ARGS)

test: $(VENV)/.ready      ## the whole suite; needs no network
	$(BIN)/python -m pytest -n auto --durations=20

check: $(VENV)/.ready format-check lint types contracts spelling lint-workflows test      ## the whole gate, as in CI
check-fast: $(VENV)/.ready   ## within a minute: the linters on the files that differ from main, and the tests nearest to them
	@$(BIN)/python .ci/fast.py

format-check: $(VENV)/.ready
	$(BIN)/ruff format --check .
lint: $(VENV)/.ready
	$(BIN)/ruff check .
types: $(VENV)/.ready
	$(BIN)/mypy
contracts: $(VENV)/.ready
	$(BIN)/lint-imports
spelling: $(VENV)/.ready
	$(BIN)/codespell $(wildcard $(SPOKEN))
lint-workflows: $(VENV)/.ready   ## workflows, forms and the action against their schemas, and their security
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms $(FORMS)
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml
	$(BIN)/zizmor --offline --no-progress --quiet --no-online-audits .github action.yml

format: $(VENV)/.ready
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .
golden: $(VENV)/.ready    ## rewrite the expectations of the golden folders, for review
	$(BIN)/python -m pytest tests/golden tests/docs --update
fuzz: $(VENV)/.ready      ## 10,000 mutations of each reader's inputs, and ten times the generated examples
	CAREEN_MUTATIONS=10000 $(BIN)/python -m pytest -n auto --hypothesis-profile nightly tests/contract tests/property
mutants: $(VENV)/.ready   ## changes in our own code that no test notices: AREA="matching layers", or one file as AREA=versions/apk.py
	$(BIN)/python .ci/mutants.py $(AREA)
bench: $(VENV)/.ready     ## Careen beside its peers on real images (CORPUS, PEERS, CAREEN_CACHE_DIR say where they are)
	$(BIN)/python benchmarks/run.py
bench-origin: $(VENV)/.ready   ## where code comes from: all sets, written into benchmarks/ORIGIN.md; downloads once into .cache/origin
	$(BIN)/python -m benchmarks.origin
web: $(VENV)/.ready       ## what first scans and updates cost at the sizes of the live feeds, written into docs/first-run.md (an hour)
	$(BIN)/python -m tests.web.measure --write docs/first-run.md
kb-small: $(VENV)/.ready  ## the knowledge base that ships with Careen, from its list; continues where it stopped
	$(BIN)/careen origin build --kb .cache/origin/kb-small --list src/careen/origin/base.txt --versions 3 --sampling 16
	rm -rf src/careen/origin/base
	mkdir src/careen/origin/base
	cp .cache/origin/kb-small/*.bin .cache/origin/kb-small/*.json src/careen/origin/base/
kb: $(VENV)/.ready        ## the core knowledge base of code in build/kb, from the lists in knowledge/ (hours; an interrupted one continues)
	$(BIN)/careen origin build --kb build/kb --sampling 16 $(patsubst %,--list %,$(wildcard knowledge/*.txt))
release: $(VENV)/.ready   ## the files of a release in dist/, built twice; the checkout stays as it is: VERSION=… DATABASE=oci://… ROOT=root.json
	$(BIN)/python .ci/release.py build --version "$(VERSION)" --root "$(ROOT)" $(DATABASE)
bump: $(VENV)/.ready      ## the version and the changelog of the next release, in the checkout: VERSION=1.2.3
	$(BIN)/python .ci/release.py bump "$(VERSION)"
image: $(VENV)/.ready     ## the container images in build/image, without a daemon; needs mmdebstrap: FLAVOUR=cli or server
	$(BIN)/python deploy/image $(addprefix --flavour ,$(FLAVOUR))
released: $(VENV)/.ready  ## fails if TAG does not name the version of the checkout
	$(BIN)/python .ci/release.py check "$(TAG)"

new-check new-cataloger new-source new-reporter new-distribution: $(VENV)/.ready   ## a plugin, its test and its docs to begin with: NAME=…
	$(BIN)/python scaffolds/new.py $(@:new-%=%) "$(NAME)" $(TARGET)
	$(BIN)/python -m pytest -q tests/docs/test_reference.py tests/docs/test_outlines.py tests/docs/test_rulefiles.py tests/golden --update -k "docs or $(NAME)"
docs: $(VENV)/.ready      ## the site in .cache/site, without warnings; pip install "careen[docs]" first
	@$(BIN)/python docs/site/build.py
clean:
	rm -rf $(VENV) .venv-* dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis mutants
