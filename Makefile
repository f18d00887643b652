# Everything a person or CI does here. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
WORKERS ?= 2

# The tools must not inherit a Terraform configuration of the machine's.
unexport TF_CLI_CONFIG_FILE TF_PLUGIN_CACHE_DIR TF_DATA_DIR TF_CLI_ARGS
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo rehearse test check bench generate lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 12

setup: $(STAMP) ## Create the virtual environment with everything pinned and hash-checked

$(STAMP): requirements/dev.txt requirements/uv.txt packages/alphaswarm-core/pyproject.toml packages/alphaswarm/pyproject.toml packages/alphaswarm-local/pyproject.toml alphaswarm_admin/pyproject.toml
	@PYTHON="$(PYTHON)" VENV="$(VENV)" bash requirements/install
	@touch $@

demo: setup ## Deploy the app tier of dev on the embedded AWS, audited; leaves it running to play with
	@$(BIN)/alphaswarm demo

rehearse: setup ## Rehearse a whole delivery to dev: landing zone, package index, build, PostgreSQL; at most eight minutes
	@$(BIN)/alphaswarm rehearse

test: setup ## Run every test (also PostgreSQL, real Terraform, the local cloud)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

check: setup ## Formatting, lint, types, import contracts, Terraform, generated pages, the console's pages, trust audited and proved
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tests.checks.terraform
	@$(BIN)/python -m tests.checks.generated
	@$(BIN)/python -m tests.checks.console
	@$(BIN)/zizmor --offline --no-progress --quiet .github
	@$(BIN)/alphaswarm trust prove
	@$(BIN)/alphaswarm trust audit .

bench: setup ## Measure the promised ratios, side by side in one run
	@$(BIN)/python -m benchmarks

generate: setup ## Write the generated reference pages anew
	@$(BIN)/python -m tests.checks.generated --write

lock: ## Pin all requirements anew, with hashes
	@$(PYTHON) -m venv --clear $(VENV)-lock && $(VENV)-lock/bin/python -m pip -q install uv
	@for f in dev deploy uv; do $(VENV)-lock/bin/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header requirements/$$f.in -o requirements/$$f.txt; done
	@rm -rf $(VENV)-lock

clean: ## Stop the local cloud and remove everything that was made here
	@if [[ -x $(BIN)/alphaswarm ]]; then $(BIN)/alphaswarm local down || true; fi
	@rm -rf $(VENV) .alphaswarm .mypy_cache .ruff_cache .pytest_cache .hypothesis alphaswarm_admin/frontend/node_modules alphaswarm_admin/frontend/.next
