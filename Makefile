# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Every target sets up what it needs. ARGS goes to the tool: make unit ARGS="tests/unit/test_structure.py -k heavy"

SETUP := python3 tests/tools/setup.py
NOX := .venv/bin/nox
ARGS ?=
PUBLIC_SOURCE := https://github.com/astral-sh/python-build-standalone
PUBLIC_INDEX := https://releases.astral.sh/github/versions/main/v1/python-build-standalone.ndjson
POSARGS = $(if $(ARGS),-- $(ARGS))

.PHONY: help setup test check unit integration fuzz fleet real names lint sanity core docs site
.PHONY: build release publish tables demo bench clean

help:
	@echo "make setup        .venv, the collection tree, programs that tests use"
	@echo "make test         everything that CI runs, with a summary"
	@echo "make check        lint and the unit tests with the newest ansible-core"
	@echo "make unit         unit tests in .venv; one of them: make unit ARGS='tests/unit/test_structure.py -k heavy'"
	@echo "make integration  tests that run ansible-playbook; ARGS as above"
	@echo "make fuzz         tests/fuzz with many random examples: FUZZ_EXAMPLES=100000 make fuzz; ARGS as above"
	@echo "make fleet        tests on Debian hosts over SSH, which it makes: as root, with mmdebstrap; ARGS as above"
	@echo "make lint         style, types, licences, changelog fragments, shell scripts, workflows"
	@echo "make sanity       ansible-test sanity"
	@echo "make core CORE=2.18   sanity, unit tests and marked plays with that ansible-core"
	@echo "make names        how names are read, with the Python at hand: for systems that are no controllers"
	@echo "make real         real builds from the public index; see tests/real"
	@echo "make docs         documentation lint"
	@echo "make site         the documentation site, in .cache/site/html"
	@echo "make build        dist/*.tar.gz, checked as Galaxy does, installed, described, and the demo from there"
	@echo "make release VERSION=1.0.0   version, changelog and artifact; docs/development/release.md has the rest"
	@echo "make publish      uploads what is in dist/ to Galaxy"
	@echo "make tables       the bundled tables, from the public index and repository, or TABLES_INDEX and TABLES_COMPONENTS"
	@echo "make demo         a Python below .demo/, upgraded and rolled back"
	@echo "make bench        speed, beside what users would pick instead"
	@echo "make clean        removes all of that"

setup:
	@$(SETUP) test

test: setup
	@rm -rf .cache/reports && mkdir .cache/reports
	@$(NOX) --parallel 3 --report .cache/reports/nox.json || true  # the closing line knows of every failure
	@.venv/bin/python tests/tools/closing_line.py

check: setup
	@rm -rf .cache/reports && mkdir .cache/reports
	@$(NOX) --tags check --parallel 2 --report .cache/reports/nox.json || true
	@.venv/bin/python tests/tools/closing_line.py

unit: setup
	@.venv/bin/python -m pytest $(or $(ARGS),tests/unit)

fuzz: export FUZZ_EXAMPLES ?= 20000
integration fuzz real: setup
	@$(NOX) --session $@ $(POSARGS)

fleet bench: # the part `role` of the bench makes hosts, too
	@$(SETUP) test fleet
	@$(NOX) --session $@ $(POSARGS)

demo site:
	@$(SETUP)
	@$(NOX) --session $@ $(POSARGS)

docs: setup
	@$(NOX) --session docs-check

build: setup
	@$(NOX) --session build-import-check build -- demo

release: setup
	@test -n "$(VERSION)" || { echo "Name the version: make release VERSION=1.0.0" >&2; exit 1; }
	@sed -i.bak 's/^version: .*/version: $(VERSION)/' galaxy.yml && rm galaxy.yml.bak
	@$(NOX) --session release-notes -- --version '$(VERSION)'
	@$(MAKE) build

publish: setup
	@.venv/bin/ansible-galaxy collection publish dist/*.tar.gz

tables: setup
	@.venv/bin/python tables/make_bundled_catalog.py bundled $(or $(TABLES_INDEX),$(PUBLIC_INDEX))
	@.venv/bin/python tables/make_components_table.py $(or $(TABLES_COMPONENTS),$(PUBLIC_SOURCE))

names:
	@python3 -m pip install --quiet -r tests/requirements/pytest.txt
	@python3 -m pytest -q tests/unit/plugins/module_utils/_builds

lint sanity: setup
	@$(NOX) --tags $@ --parallel 2 $(POSARGS)

core: setup
	@$(NOX) --tags core-$(CORE) --parallel 2 $(if $(PYTHON),--force-python $(PYTHON))

clean:
	rm -rf .venv .cache .collection .demo .nox .ansible .mypy_cache .ruff_cache .pytest_cache tests/output dist
