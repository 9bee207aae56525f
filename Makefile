# make demo and make test set everything up by themselves on a machine with Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What tests use besides Python, where it can be had; without one of them its tests are skipped.
TOOLS := sqlite3:sqlite3 jq:jq shellcheck:shellcheck crontab:cron chromium:chromium faketime:faketime strace:strace zsh:zsh fish:fish
# LibreOffice's programs are libraries of one command.
OFFICE := libswlo:libreoffice-writer-nogui libsclo:libreoffice-calc-nogui
# As wide as Times New Roman, with all letters of Vietnamese, which the first version of these fonts has not.
FONTS := fonts-liberation2
DEMO ?= $(shell mktemp -d)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Each kind of fault has its tests, tests/faults/test_NAME.py, and a target, make soak-NAME.
FAULTS := writers kill power files signals disk forgeries crafted environment clock model

.DEFAULT_GOAL := help
.PHONY: help demo test soak coverage $(FAULTS:%=soak-%) lint structure fix docs pictures messages registers audit bench build clean

help: ## This list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18
	@echo '  make soak-NAME  Run the tests of one kind of fault, short and long: $(FAULTS)'

$(VENV)/run: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q -c constraints.txt -e .
	touch $@

$(VENV)/dev: $(VENV)/run
	$(BIN)/pip install -q -c constraints.txt -e '.[dev]'
	@missing=; for pair in $(TOOLS); do command -v $${pair%:*} >/dev/null || missing="$$missing $${pair#*:}"; done; \
	for pair in $(OFFICE); do test -e "$$(dirname "$$(readlink -f "$$(command -v soffice)")")/$${pair%:*}.so" || \
	  missing="$$missing $${pair#*:}"; done; \
	test -e /usr/share/i18n/locales/vi_VN || missing="$$missing locales"; \
	ldconfig -p 2>/dev/null | grep -q libpangoft2 || missing="$$missing libpangoft2-1.0-0"; \
	fc-list :lang=vi family 2>/dev/null | grep -q 'Liberation Serif' || fonts="$(FONTS)"; \
	if [ -n "$$missing$$fonts" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -q >/dev/null && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $$missing fonts-liberation >/dev/null; \
	  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $$fonts >/dev/null || true; fi
	touch $@

demo: $(VENV)/run ## Make a register in a temporary place from the seed and the invented examples, and look at it
	sh examples/demo.sh $(BIN)/thidua $(DEMO)

test: $(VENV)/dev ## Run the tests
	$(BIN)/pytest -n 2

soak: $(VENV)/dev ## Run the long tests, and the laws on many more examples
	THIDUA_SOAK=1 $(BIN)/pytest -m 'soak or hypothesis' -n 2

coverage: $(VENV)/dev ## Run the tests and print which branches they leave out, in processes too
	mkdir -p .coverage
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n 2
	$(BIN)/coverage combine -q
	$(BIN)/coverage report

$(FAULTS:%=soak-%): soak-%: $(VENV)/dev
	$(BIN)/pytest -m 'soak or not soak' tests/faults/test_$*.py

lint: $(VENV)/dev ## Check style, types, the direction of imports, the catalogue and the generated documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check -q .
	$(BIN)/mypy
	$(BIN)/lint-imports >/dev/null || $(BIN)/lint-imports
	$(BIN)/python tools/catalogue.py --check
	PATH=$(CURDIR)/$(BIN):$$PATH $(BIN)/cog --check README.md docs/*.md

structure: $(VENV)/dev ## Print lines, functions, circles and the longest of each; fails where one is too long
	$(BIN)/python tools/structure.py

fix: $(VENV)/dev ## Mend style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/dev ## Write the generated parts of README and docs anew
	PATH=$(CURDIR)/$(BIN):$$PATH $(BIN)/cog -r README.md docs/*.md

pictures: $(VENV)/dev ## Draw the pictures of the documentation anew; look at them afterwards
	$(BIN)/python tools/pictures.py

messages: $(VENV)/dev ## Bring the English catalogue in step with the source
	$(BIN)/python tools/catalogue.py

registers: $(VENV)/dev ## Write the register of the present schema that the tests of migrations start from
	$(BIN)/python tools/registers.py

audit: ## Look for known vulnerabilities in the pinned dependencies (needs the network)
	test -x $(VENV)/audit/bin/pip-audit || { $(PYTHON) -m venv $(VENV)/audit && $(VENV)/audit/bin/pip install -q 'pip-audit>=2.7,<3'; }
	$(VENV)/audit/bin/pip-audit --strict --no-deps --disable-pip -r constraints.txt

bench: $(VENV)/dev ## Measure what commands cost; ends with 3 where a bound is missed
	$(BIN)/python -m benchmarks --write docs/performance.md

build: $(VENV)/dev ## Build the wheel
	$(BIN)/python -m build

clean: ## Remove what was built
	rm -rf $(VENV) dist build .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
