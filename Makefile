# SPDX-License-Identifier: GPL-2.0-only
# Checks of the sources. Everything a user needs is `./lab`.

SHELL := /bin/bash -eu -o pipefail
CC ?= gcc
CFLAGS := -static -O2 -pthread -Wall -Wextra -Werror -Iguest-tests/include
BIN := .venv/bin
SCRIPTS := lab .ci/run $(wildcard guest-tests/init guest-tests/reproducer/*.sh)
PYTHON := harness tests
SCRIPT := $(wildcard harness/report/script/*.js)
RACER := $(wildcard guest-tests/racer/*.c)

.PHONY: check ruff mypy shell spelling c js lock

check: ruff mypy shell spelling c js

ruff: $(BIN)/lab
	$(BIN)/ruff check $(PYTHON)
	$(BIN)/ruff format --check $(PYTHON)

mypy: $(BIN)/lab
	$(BIN)/mypy --strict harness

shell:
	shellcheck $(SCRIPTS)

spelling: $(BIN)/lab
	$(BIN)/codespell $$(git ls-files)

c:
	$(CC) $(CFLAGS) -o /dev/null $(RACER)
	$(CC) $(CFLAGS) -o /dev/null guest-tests/baseline/holes.c

# A syntax check alone, and only where there is a Node.js: the tests in a browser run the script.
js:
	if command -v node >/dev/null; then for file in $(SCRIPT); do node --check $$file; done; fi

$(BIN)/lab:
	./lab --version

# Python packages: edit pyproject.toml, then `make lock` (needs uv: pip install uv).
lock:
	uv pip compile --universal --fork-strategy fewest --generate-hashes --no-annotate --no-header --python-version 3.11 --extra dev \
		--quiet --output-file requirements.lock.new pyproject.toml
	{ echo '# SPDX-License-Identifier: GPL-2.0-only'; echo '# Made by `make lock` from pyproject.toml.'; \
		cat requirements.lock.new; } > requirements.lock
	rm requirements.lock.new
