# From a fresh clone, with git, make, and a Python from 3.11 on or uv, which brings one: `make read`.
#
# Three doors, each with its lock, into one environment: `make read` opens the first, `make book` the
# second, `make test` and `make lint` the third. A larger door has all that a smaller one has.

VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
# TORCH=cpu: PyTorch without CUDA (uv knows where that is kept), for the doors with PyTorch.
TORCH ?=
ifneq ($(TORCH),)
export UV_TORCH_BACKEND := $(TORCH)
endif

# The first Python of a right version; PYTHON=/path/to/python overrides the search.
PYTHON ?= $(shell for name in python3.12 python3.11 python3.13 python3.14 python3 python; do \
	"$$name" -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' \
		2>/dev/null && { echo "$$name"; break; }; done)
# A uv of one's own is asked first; else pip brings one into the environment.
UV := $(shell command -v uv 2>/dev/null || echo $(BIN)/uv)

.DEFAULT_GOAL := help
.PHONY: help read install book student teacher test test-rest test-all lint format bench lab locks clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

$(BIN)/python:
	@if [ "$(UV)" != "$(BIN)/uv" ]; then \
		"$(UV)" venv --quiet --seed --python "$(or $(PYTHON),3.12)" $(VENV); \
	elif [ -n "$(PYTHON)" ]; then "$(PYTHON)" -m venv $(VENV); \
	else \
		echo "Error: no Python from 3.11 to 3.14 found, and no uv that brings one; install either," \
			"or name it: make PYTHON=/path/to/python"; \
		exit 1; fi

# $(call opened,LOCK,STAMPS): install a lock over what is there, and note which doors that opens.
# Who executes notebooks has every module compiled once, not by each kernel anew; a reader does not.
define opened
	@$(BIN)/python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' || { \
		echo "Error: $(VENV) holds another Python than 3.11 to 3.14; remove it (make clean) and try again"; \
		exit 1; }
	@test "$(UV)" != "$(BIN)/uv" || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	$(UV) pip install --python $(BIN)/python $(3) -r $(1) -c requirements-cuda.lock
	$(UV) pip install --python $(BIN)/python --no-deps -e .
	@touch $(2)
endef

# The stamp of a door is younger than its lock.
READ := $(VENV)/.read
TRAIN := $(VENV)/.train
DEV := $(VENV)/.dev

$(READ): requirements-read.lock pyproject.toml | $(BIN)/python
	$(call opened,requirements-read.lock,$(READ))

$(TRAIN): requirements.lock pyproject.toml | $(BIN)/python
	$(call opened,requirements.lock,$(READ) $(TRAIN),--compile-bytecode)

$(DEV): requirements-dev.lock pyproject.toml | $(BIN)/python
	$(call opened,requirements-dev.lock,$(READ) $(TRAIN) $(DEV),--compile-bytecode)

read: $(READ)  ## build the book as published, without PyTorch and without running anything
	$(BIN)/reproduce book --edition published

install: $(TRAIN)  ## all that training and the book need, into .venv

book: $(TRAIN)  ## run what has not been run, and build the book with the latest notebooks
	$(BIN)/reproduce book --edition latest

lab: $(TRAIN)  ## the notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks

student: $(READ)  ## the course as a zip for students: lessons, exercises, what to install
	$(BIN)/python -m reproduce.course.packs student

teacher: $(READ)  ## the same for teachers, with solutions, key and slides
	$(BIN)/python -m reproduce.course.packs teacher

PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations 20

test: $(DEV)  ## the tests, with a sample where there are many combinations: 7 minutes on two cores
	$(PYTEST)

test-rest: $(DEV)  ## what `make test` leaves out: every combination
	$(PYTEST) -m thorough

test-all: test test-rest  ## both: 40 minutes on two cores

lint: $(DEV)  ## style and types, without changing a file
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(DEV)  ## style, put right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV)  ## speed, side by side with other packages (prints, never fails on time)
	$(BIN)/python -m benchmarks

# The largest lock is made first; the others take its versions. What CUDA's PyTorch asks for stands
# apart, so that a PyTorch without CUDA does without it. UPGRADE=--upgrade takes the newest.
COMPILE := pip compile pyproject.toml --universal --no-emit-index-url --no-annotate --no-header --quiet
CUDA := ^(cuda-|nvidia-|triton==)

locks: $(DEV)  ## the locks anew from pyproject.toml; UPGRADE=--upgrade for the newest versions
	cat requirements-cuda.lock >> requirements-dev.lock
	$(UV) $(COMPILE) --all-extras $(UPGRADE) -o requirements-dev.lock
	grep -E '$(CUDA)' requirements-dev.lock > requirements-cuda.lock
	$(UV) $(COMPILE) --extra train --extra book --extra lab -c requirements-dev.lock | \
		grep -vE '$(CUDA)' > requirements.lock
	$(UV) $(COMPILE) --extra book -c requirements-dev.lock > requirements-read.lock
	grep -vE '$(CUDA)' requirements-dev.lock > requirements-dev.lock.new
	mv requirements-dev.lock.new requirements-dev.lock

clean:  ## remove the environment and what was built; results in store/ and runs/ stay
	rm -rf $(VENV) _build .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find reproduce tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
