# The one way in. Every target does the set-up that it needs; `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LANGUAGE_SERVER := .language-server
CLIENTS := .clients
DEMO := pipelines/night-market/night-market.yaml

# Errors only: what pip says beside them is about pip.
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url

.DEFAULT_GOAL := help
.PHONY: help setup demo check format test torture bench fuzz clients editor reference wheel lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv with everything, at the versions of the lock

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "seedream-pipe needs Python 3.11 or newer, and '$(PYTHON)' is not one." >&2; \
		echo "Name another one: make PYTHON=python3.13 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' cannot make virtual environments: its modules venv and ensurepip are missing." >&2; \
		echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV) (once, about half a minute) ..."
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| $(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## draw a storyboard with the built-in preview artist: free, no key
	@$(BIN)/seedream-pipe run $(DEMO) --provider preview

check: $(READY) ## style, types, schemas and architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_architecture.py tests/test_packages.py tests/docs/test_reference.py

format: $(READY) ## lay the code out and mend what can be mended
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

test: $(READY) ## all tests
	YAML_LANGUAGE_SERVER=$(LANGUAGE_SERVER) $(BIN)/python -m pytest -n 2

torture: $(READY) ## kill, cut, fill and damage runs for some minutes, and count; TORTURE=sample for a few
	@test "$(TORTURE)" = sample || $(BIN)/python -m pytest -q -n 2 -m torture
	$(BIN)/python -m tests.torture

bench: $(READY) ## print how fast it is, beside ninja and a plain httpx loop
	$(BIN)/python -m bench

fuzz: $(READY) ## feed validate and plan with mad files for ten minutes
	FUZZ_MINUTES=2 $(BIN)/python -m pytest -n 2 tests/fuzz

clients: $(READY) $(CLIENTS)/.ready ## buy from the emulator with SDKs that others wrote
	$(CLIENTS)/bin/pytest -q -c tests/clients/pytest.ini tests/clients

$(CLIENTS)/.ready: tests/clients/requirements.lock
	@echo "Setting up $(CLIENTS) ..."
	@$(PYTHON) -m venv --clear $(CLIENTS)
	@$(CLIENTS)/bin/python -m pip --disable-pip-version-check -qq install --require-hashes -r $<
	@touch $@

editor: ## fetch the language server that tests/editor drives (needs node and npm)
	@mkdir -p $(LANGUAGE_SERVER)
	@cp tests/editor/package.json tests/editor/package-lock.json $(LANGUAGE_SERVER)/
	@cd $(LANGUAGE_SERVER) && npm ci --silent --ignore-scripts --no-audit --no-fund --cache cache

reference: $(READY) ## write docs/language.md, filters.md, problems.md and errors.md anew
	$(BIN)/python tools/language_reference.py

wheel: $(READY) ## build the release, install it into an empty environment and use it
	$(BIN)/python tests/release_check.py

lock: $(READY) ## look for newer versions of everything and write them down
	$(PIP) install uv
	$(LOCK) --upgrade pyproject.toml -o requirements.lock
	$(LOCK) --upgrade tests/clients/requirements.in -o tests/clients/requirements.lock
	$(LOCK) --upgrade pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

clean: ## forget what make made; pictures and stores stay
	rm -rf $(VENV) $(CLIENTS) $(LANGUAGE_SERVER) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage
