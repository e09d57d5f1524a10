# Everything a developer types. `make check` is what CI runs.
.DEFAULT_GOAL := check
.PHONY: setup fmt fmt-check lint types arch test check bench soak live report-check install-check run docs pictures screens lock
BIN := .venv-test/bin
PYTHON := $(BIN)/python
SCRIPTS := main.sh test.sh .ci/run .ci/docker .ci/install $(wildcard .scripts/*.sh)

setup:  ## the environment with the test tools, made or reused
	@bash -c 'source ./main.sh && environment "$$root/.venv-test" "$$root/requirements/dev.txt"'

fmt: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

fmt-check: setup
	$(BIN)/ruff format --check .

lint: setup
	$(BIN)/ruff check .
	$(BIN)/shellcheck -x $(SCRIPTS)

types: setup
	$(BIN)/mypy

arch: setup
	PYTHONPATH=src $(BIN)/lint-imports

test:
	./test.sh

check: fmt-check lint types arch test

bench: setup  ## speed and memory as ratios, printed as a table
	PYTHONPATH=src $(PYTHON) -m bench
	PYTHONPATH=src $(PYTHON) -m bench.registry
	PYTHONPATH=src $(PYTHON) -m bench.gateway

soak: setup  ## 50 clients for a minute: errors, leaks, memory; pulls, commands, the gateway killed at random moments; the app for an hour
	PYTHONPATH=src $(PYTHON) -m bench soak
	PYTHONPATH=src $(PYTHON) -m bench.soak_pull
	PYTHONPATH=src $(PYTHON) -m bench.soak_kill
	PYTHONPATH=src $(PYTHON) -m bench.soak_gateway 300
	PYTHONPATH=src $(PYTHON) -m bench.soak_screen 60

live: setup  ## the Kilo Code command line against the demo slot and through the gateway (needs npm); what the gateway shows
	PYTHONPATH=src $(PYTHON) -m bench live
	PYTHONPATH=src $(PYTHON) -m bench.gateway_shown

report-check: setup  ## a report of the demo model in a real headless Chromium: console, network, width; its pictures for docs/
	PYTHONPATH=src $(PYTHON) -m bench picture

install-check: setup  ## `install` on a bare Debian made by debootstrap: root, Docker, minutes
	PYTHON=$(PYTHON) .ci/install

run:
	./main.sh

docs: setup  ## the reference pages, made from the code
	$(PYTHON) scripts/make_reference.py

pictures: setup  ## how the app looks, kept anew: look at them before they are committed
	TUI_PICTURES_ANEW=1 $(PYTHON) -m pytest -q tests/unit/tui/test_tui_pictures.py

screens: setup  ## docs/screens: a session in a fresh clone (of what is committed), as text and as pictures
	$(PYTHON) scripts/make_screens.py

lock: setup  ## new versions of every dependency, hashed
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
	  --upgrade requirements/runtime.in -o requirements/runtime.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
	  --upgrade requirements/dev.in -o requirements/dev.txt
