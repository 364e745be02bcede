# Every command first installs what it needs into $(VENV). Only Python 3.11, g++ and make must be there before.

VENV ?= .venv
# Of the tests, one for each core. A worker takes neighboring tests, which share fixtures.
WORKERS ?= 2
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := $(VENV)/bin
CXX_SOURCES := $(shell find csrc lammps-plugin tests/cpp -name '*.cpp' -o -name '*.h' -o -name '*.inc')
SOURCES := $(shell find csrc inputs lammps-plugin python -type f -not -name '*.pyc' -not -name '*.so')

.PHONY: help install demo test test-extended test-peers test-gpu lint format clean

help:
	@echo "make install        set up $(VENV) with everything, tumble included"
	@echo "make demo           water in LAMMPS and i-PI with the shipped model, and a report"
	@echo "make test           all tests, two at a time (make test WORKERS=8: eight)"
	@echo "make test-extended  tests that take minutes"
	@echo "make test-peers     tests of conversions, in environments of other packages (.peers, several GB)"
	@echo "make test-gpu       tests that need a GPU, with the environment of PYTHON (no network needed)"
	@echo "make lint           static checks;  make format  fixes what can be fixed"

install: $(VENV)/.installed

# Debian's python3.11 lacks venv and Python.h; this is checked before anything is downloaded.
$(VENV)/.requirements: requirements.lock
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info[:2] != (3, 11))" \
	  || { echo "make: requirements.lock is for Python 3.11; set PYTHON to one"; exit 1; }
	@$(PYTHON) -c "import ensurepip, os, sysconfig as s; \
	  assert os.path.exists(os.path.join(s.get_paths()['include'], 'Python.h'))" \
	  || { echo "make: $(PYTHON) lacks venv or Python.h; on Debian install python3.11-venv and python3.11-dev"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.lock
	touch $@

# No build isolation, since an isolated build environment would download another torch than the one installed.
$(VENV)/.installed: $(VENV)/.requirements pyproject.toml CMakeLists.txt $(SOURCES)
	$(BIN)/python -m pip install --disable-pip-version-check --no-build-isolation --no-deps --force-reinstall \
	  --config-settings=cmake.define.TUMBLE_WERROR=ON .
	touch $@

demo: install
	$(BIN)/tumble demo --out demo-output

test: install
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not gpu and not extended and not peers"

test-extended: install
	$(BIN)/python -m pytest -m extended

test-peers: install
	bash tests/peers/environments.sh $(BIN)/python
	$(BIN)/python -m pytest -m peers

# Builds with the torch of PYTHON and installs into build/gpu.
test-gpu:
	PYTHON="$(PYTHON)" bash tests/gpu/run.sh

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python csrc/include_floors.py
	$(BIN)/clang-format --dry-run --Werror $(CXX_SOURCES)

format:
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $(CXX_SOURCES)

clean:
	rm -rf build dist $(VENV) demo-output
