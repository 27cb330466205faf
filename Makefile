# Everything that a person needs to run, check and change Kith. `make` alone lists the targets.

# python3 may be a version manager's, chosen by .python-version, or an older one beside a python3.12.
PYTHON := $(shell for name in python3 python3.13 python3.12; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && { echo $$name; break; }; done)
BIN := .venv/bin
PY := $(BIN)/python
# Stamps carry the requirements' checksum: a changed file is installed, an unchanged one costs nothing.
BASE := .venv/.base-$(shell cksum < requirements/base.txt | cut -d ' ' -f 1)
DEV := .venv/.dev-$(shell cksum < requirements/dev.txt | cut -d ' ' -f 1)
# What `run` needs at least; who has the tools for development need not install again.
ENOUGH := $(if $(wildcard $(DEV)),$(DEV),$(BASE))
PIP := $(PY) -m pip --disable-pip-version-check --quiet install --require-hashes
PROCESSES ?= 2
# Of `bench`: contacts of the largest database, stages (all when empty), further options.
N ?= 1000000
ONLY ?=
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test test-long install lint bench shell requirements chromium

help:
	@echo 'make run           install and run Kith; prints the address and how to sign in'
	@echo 'make test          lint, types and all tests (PROCESSES=2 at a time)'
	@echo 'make test-long     the same with larger numbers'
	@echo 'make lint          formatting, lint, types, templates, migrations, deployment checks'
	@echo 'make bench         measure everything at N=1000000 contacts; ONLY=search,list chooses stages'
	@echo 'make install       everything the others need'
	@echo 'make shell         a Python shell with Kith loaded'
	@echo 'make requirements  compile requirements/*.in to pinned, hashed *.txt'

run: $(ENOUGH)
	@exec $(PY) -m config.supervisor

test: $(DEV) chromium lint
	$(PY) -m pytest -n $(PROCESSES) --dist loadgroup

test-long: $(DEV) chromium lint
	KITH_TEST_LONG=1 $(PY) -m pytest -n $(PROCESSES) --dist loadgroup

install: $(DEV)

# The deployment checks run in production mode, on a data folder of their own.
lint: $(DEV)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	find . -path ./.venv -prune -o -path ./.data -prune -o -path '*/templates/*.html' -print \
		| xargs $(BIN)/djade --check --target-version 6.1
	KITH_DATA=.data/lint $(PY) manage.py makemigrations --check --dry-run
	env -u KITH_LOCAL -u DATABASE_URL KITH_DATA=.data/lint BASE_URL=https://kith.example.com \
		$(PY) manage.py check --deploy --fail-level WARNING

# Servers and data of its own; writes bench.json.
bench: $(DEV)
	@exec $(PY) -m bench --contacts $(N) $(if $(ONLY),--only $(ONLY)) $(ARGS)

shell: $(ENOUGH)
	@$(PY) manage.py shell

# The compiled files hold no address, so that they say nothing about where a package comes from.
requirements:
	@command -v uv >/dev/null || { echo 'This needs uv: https://docs.astral.sh/uv/getting-started/installation/'; exit 1; }
	for name in base dev; do uv pip compile --quiet --universal --python-version 3.12 --generate-hashes \
		--no-header --no-emit-index-url requirements/$$name.in --output-file requirements/$$name.txt || exit 1; done

# The browser tests drive a real Chromium.
chromium:
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	test -x '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome' && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo 'Installing chromium for the browser tests'; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	else \
		echo 'The browser tests need Chromium. Install it: `sudo apt-get install chromium`, or Google Chrome on macOS.'; exit 1; \
	fi

.venv/.made:
	@test -n '$(PYTHON)' || { echo 'Kith needs Python 3.12 or newer, and no python3, python3.13 or python3.12 here is.' \
		'Install one, for example with `apt-get install python3`, `brew install python@3.13` or `pyenv install 3.13`.'; exit 1; }
	$(PY) -c 'import sys, pip; sys.exit(sys.version_info < (3, 12))' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@touch $@

$(BASE): .venv/.made
	$(PIP) -r requirements/base.txt
	@touch $@

$(DEV): .venv/.made
	$(PIP) -r requirements/dev.txt
	@touch $@ $(BASE)
