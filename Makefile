# One word for each thing people do here. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
EXTRAS := models,serving,streams,tracing,dev
PYTHON ?=
ONLY ?=

# uv reads none of pip's variables, and UV_PYTHON would lead it away from .venv.
empty :=
comma := ,
LINKS = $(or $(UV_FIND_LINKS),$(subst $(empty) $(empty),$(comma),$(strip $(PIP_FIND_LINKS))))
UV = env $(if $(LINKS),UV_FIND_LINKS='$(LINKS)') \
  $(if $(PIP_INDEX_URL),UV_DEFAULT_INDEX='$(or $(UV_DEFAULT_INDEX),$(PIP_INDEX_URL))') \
  $(if $(PIP_EXTRA_INDEX_URL),UV_INDEX='$(or $(UV_INDEX),$(PIP_EXTRA_INDEX_URL))') \
  $(if $(PIP_CERT),SSL_CERT_FILE='$(or $(SSL_CERT_FILE),$(PIP_CERT))') uv

.PHONY: help
help:  ## List the words
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: install  ## Run the main job on two simulated rigs and leave a report with pictures
	@$(BIN)/idrill demo

# What pytest rewrites of some hundred modules is kept for the next run, whatever the shell says.
.PHONY: test
test: install  ## Run the tests
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -q -n 2 --dist loadfile

.PHONY: check
check: install  ## Check format, lint, types and the layers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: dev
dev: install  ## Open the Dagster UI on http://127.0.0.1:3000 and the MLflow UI on :5000
	@$(BIN)/idrill dev

.PHONY: serve
serve: install  ## Serve the API on http://127.0.0.1:8000, with its documentation at /docs
	@$(BIN)/idrill migrate
	@$(BIN)/idrill serve

.PHONY: bento
bento: install  ## Write idrill.bento, which serves the champions where there is no network
	@$(BIN)/idrill bento

.PHONY: bench
bench: install  ## Measure the promises (ONLY=NAME for one) and compose docs/benchmarks.md
	@$(BIN)/python -m benchmarks $(ONLY)

.PHONY: docs
docs: install  ## Write docs/channels.md anew and check every link
	@$(BIN)/python docs/build.py

.PHONY: clean
clean:  ## Remove caches and builds; data in var/ and the environment stay
	@rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find idrill idrill_assets idrill_serving tests docs benchmarks examples -name __pycache__ -prune -exec rm -rf {} +

.PHONY: install
install: $(STAMP)  ## Install everything into .venv, when its inputs changed

# Debian's python3 without python3-venv leaves half an environment behind, hence the rm.
$(BIN)/python:
	@python=""; \
	for candidate in $(PYTHON) python3.11 python3.12 python3.13 python3; do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    python="$$candidate"; break; \
	  fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "i-Drill needs Python 3.11 or newer ($$(python3 --version 2>/dev/null || echo 'no python3 here'))." >&2; \
	  echo "On Debian: apt install python3 python3-venv. Elsewhere: make PYTHON=/path/to/python3.11" >&2; \
	  exit 1; \
	fi; \
	if command -v uv >/dev/null; then \
	  $(UV) venv --quiet --clear --python "$$(command -v "$$python")" $(VENV); \
	elif ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$python cannot make a virtual environment: apt install python3-venv (or install uv)." >&2; \
	  exit 1; \
	else \
	  "$$python" -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }; \
	fi

$(STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing into $(VENV); the first time this takes some minutes."
	@if command -v uv >/dev/null; then \
	  $(UV) pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[$(EXTRAS)]'; \
	else \
	  $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS)]'; \
	fi
	@touch $@

.PHONY: constraints
constraints: $(BIN)/python  ## Record the versions in .venv as the tested set
	@{ echo "# The tested set of versions on Python 3.11, torch in its public form: make constraints"; \
	   if command -v uv >/dev/null; then uv pip freeze --python $(BIN)/python --exclude-editable; \
	   else $(BIN)/python -m pip freeze --exclude-editable; fi \
	   | awk -F '==' '{ name = tolower($$1); gsub(/[._]/, "-", name); sub(/\+.*/, "", $$2); print name "==" $$2 }' \
	   | grep -vE '^(pip|setuptools|uv)==' | LC_ALL=C sort; \
	 } > constraints.tmp && mv constraints.tmp constraints.txt
