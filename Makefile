# Two commands do everything: `make booklets` and `make test`. Both set up what is missing.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: booklets test test-fast lint drawings benchmark contact-sheet clean

# Whatever `booklet build` is to be told: make booklets BUILD="--edition VIC --examine-whole"
BUILD ?=
booklets: .venv/ready
	$(BIN)/booklet build $(BUILD)

# Those that an outside judge takes minutes for are left to CI, which says TESTS= to have them all.
TESTS ?= not judged
test: lint
	$(BIN)/pytest -n auto --dist loadfile -m "$(TESTS)"

# The inner loop: it leaves out what builds booklets.
test-fast: .venv/ready
	$(BIN)/pytest -m "not slow" -x -q

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The drawings of chapters/images that are composed in drawings/, from its parts.
drawings: .venv/ready
	$(BIN)/python -m drawings

# Measures everything beside WeasyPrint alone and Typst, which takes long, and writes docs/performance.md.
benchmark: .venv/ready
	$(BIN)/python -m tests.benchmark

# Every page of EDITION as pictures, in colour and in grey, and what differs most in the others.
EDITION ?= VIC
contact-sheet: booklets
	$(BIN)/python tests/contact_sheet.py $(EDITION)

.venv/ready: pyproject.toml requirements.lock .ci/setup
	PYTHON="$(PYTHON)" .ci/setup
	touch $@

clean:
	rm -rf .venv .booklet-cache dist contact-sheets
