# From a fresh clone, with git, make and Python 3.11 or 3.12: `make book`, then open the page it names.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# The first Python of a right version; PYTHON=/path/to/python overrides the search.
PYTHON ?= $(shell for name in python3.12 python3.11 python3 python; do \
	"$$name" -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' \
		2>/dev/null && { echo "$$name"; break; }; done)
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help install book read student teacher test test-rest test-all lint format bench lab clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

install: $(STAMP)  ## the virtual environment in .venv, as pinned in requirements.lock

$(STAMP): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "Error: no Python 3.11 or 3.12 found; install one, or name it: make PYTHON=/path/to/python"; \
		exit 1; fi
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' || { \
		echo "Error: $(VENV) holds another Python than 3.11 or 3.12; remove it (make clean) and try again"; \
		exit 1; }
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/python -m uv pip install --python $(BIN)/python --compile-bytecode -r requirements.lock
	$(BIN)/python -m uv pip install --python $(BIN)/python --no-deps -e .
	@touch $@

book: $(STAMP)  ## run what has not been run, and build the book with the latest notebooks
	$(BIN)/reproduce book --edition latest

read: $(STAMP)  ## build the book as published, without running anything
	$(BIN)/reproduce book --edition published

student: $(STAMP)  ## the course as a zip for students: lessons, exercises, what to install
	$(BIN)/python -m reproduce.course.packs student

teacher: $(STAMP)  ## the same for teachers, with solutions, key and slides
	$(BIN)/python -m reproduce.course.packs teacher

PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --durations 20

test: $(STAMP)  ## the tests, with a sample where there are many combinations: 11 minutes on two cores
	$(PYTEST)

test-rest: $(STAMP)  ## what `make test` leaves out: every combination
	$(PYTEST) -m thorough

test-all: test test-rest  ## both: 35 minutes on two cores

lint: $(STAMP)  ## style and types, without changing a file
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(STAMP)  ## style, put right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)  ## speed, side by side with other packages (prints, never fails on time)
	$(BIN)/python -m benchmarks

lab: $(STAMP)  ## the notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks

clean:  ## remove the environment and what was built; results in store/ and runs/ stay
	rm -rf $(VENV) _build .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find reproduce tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
