# All commands run in .venv, which is made on first use and again when pyproject.toml or constraints.txt change.
# PYTHON=python3.12 make install: choose the interpreter.

PYTHON ?= python3
PY := .venv/bin/python
STAMP := .venv/.installed

export ANONYMIZED_TELEMETRY := False
export GRADIO_ANALYTICS_ENABLED := False

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install serve ask doctor test test-page lint ruff mypy lint-imports audit evals gate report peers canaries screenshots clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(f"Python {sys.version.split()[0]} is too old: 3.11 or newer is needed. Run: make install PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

.venv: $(STAMP)

install: $(STAMP) ## Make .venv with the pinned versions

serve: $(STAMP) ## Open the page and the HTTP API on 127.0.0.1:7860
	$(PY) -m assistant serve

# The question reaches the program through the environment, so that no shell reads it.
ask: override export Q := $(value Q)
ask: $(STAMP) ## Answer one question: make ask Q="…"
	@test -n "$$Q" || { echo 'Q is empty. Run: make ask Q="…"' >&2; exit 2; }
	@$(PY) -m assistant ask -- "$$Q"

doctor: $(STAMP) ## Check the library and its index
	$(PY) -m assistant doctor

test: $(STAMP) ## Run the tests, file by file on two cores; those of the page in a browser: make test-page
	$(PY) -m pytest --numprocesses 2 --dist loadfile --ignore-glob 'tests/test_browser*'

test-page: $(STAMP) ## Run the tests of the page in Debian's Chromium
	$(PY) -m pytest --numprocesses 2 --dist loadfile -rs tests/test_browser*.py

lint: ruff mypy lint-imports ## Run all static checks

ruff: $(STAMP) ## Check style
	$(PY) -m ruff check

mypy: $(STAMP) ## Check types
	$(PY) -m mypy

lint-imports: $(STAMP) ## Check that dependencies point down the layers
	.venv/bin/lint-imports --no-cache

audit: ## Ask a database of advisories about the pinned versions; exit 3 where it cannot be reached
	@$(PYTHON) .ci/audit

evals: $(STAMP) ## Run the evaluation
	$(PY) -m evals run

gate: $(STAMP) ## Run the evaluation against evals/baseline.toml; fails if a floor is not met
	$(PY) -m evals gate $(if $(GATE_HOME),--home $(GATE_HOME)) --out evals/results/gate.json

report: $(STAMP) ## Write the last results as a page, evals/results/report.html
	$(PY) -m evals report

canaries: $(STAMP) ## Prove that the gate can fail: deliberately bad assistants, each caught by name
	$(PY) -m evals canaries

peers: $(STAMP) ## Compare with other systems on the same questions and texts, with the same weights and as it ships (needs ../shared)
	$(PY) -m evals peers

screenshots: $(STAMP) ## Take the pictures of docs/screenshots again (needs /usr/bin/chromium)
	$(PY) -m tests.screenshots

clean: ## Remove .venv, caches and build outputs; keeps .assistant/, the library
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist *.egg-info
	find assistant evals tests -name __pycache__ -type d -prune -exec rm -rf {} +
