# make run [SOURCE=path-or-url]   install and see the point     make test   everything CI checks
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

.PHONY: run test lint bench clean

run: .venv/installed
	@$(BIN)/palate demo $(if $(SOURCE),"$(SOURCE)")

test: lint
	OMP_NUM_THREADS=1 $(BIN)/pytest -n auto

lint: .venv/installed-test
	$(BIN)/ruff check
	$(BIN)/mypy

bench: .venv/installed-test
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/installed-test: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[all]" --group test
	touch .venv/installed $@
