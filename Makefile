# `make help` says what there is. Everything lives in .venv and instance/; nothing else on the machine is changed.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help run test bench train lint venv packages packages-dev packages-train clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-6s %s\n", $$1, $$2}'

run: packages ## set up what is missing and serve on http://127.0.0.1:8000
	@exec $(BIN)/flask --app app serve

test: packages-dev ## the whole test suite
	@$(BIN)/python -m pytest -n 2 $(ARGS)

bench: packages-dev ## the benchmarks; `make bench ARGS=webhook` for one of them
	@$(BIN)/python -m benchmarks $(ARGS)

train: packages-train ## compute the weights of understanding anew, after phrases or features have changed
	@$(BIN)/python -m benchmarks.train

lint: packages-dev ## style, and which folder may import which
	@$(BIN)/ruff check
	@$(BIN)/lint-imports --no-cache

clean: ## remove the virtual environment; data in instance/ stays
	@rm -rf .venv

# Debian's Python comes without ensurepip; its pip, where installed, can fill an environment from outside.
venv:
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { $(make_venv); }

packages: venv
	@$(call install,requirements.txt,requirements.txt)

packages-dev: venv
	@$(call install,requirements-dev.txt,requirements.txt requirements-dev.txt)

packages-train: packages-dev
	@$(call install,requirements-train.txt,requirements-train.txt)

# $(1) is installed when the content of the files $(2) is not what was installed last.
define install
	sum=$$(cat $(2) | cksum); stamp=.venv/installed-$(1); \
	if [ "$$(cat $$stamp 2>/dev/null)" != "$$sum" ]; then \
		echo 'Installing the packages of $(1), this takes about a minute ...'; \
		pip="$(BIN)/python -m pip"; $$pip --version >/dev/null 2>&1 || pip="$(PYTHON) -m pip --python $(BIN)/python"; \
		$$pip install -qq --disable-pip-version-check --requirement $(1) \
			|| { echo 'Error: the packages could not be installed; see the lines above.' >&2; exit 1; }; \
		echo "$$sum" > $$stamp; \
	fi
endef

define make_venv
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo 'Error: $(PYTHON) is missing or older than 3.11. Install Python 3.11 or newer, or name it: make run PYTHON=python3.12' >&2; exit 1; }; \
	if $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then $(PYTHON) -m venv --clear .venv; \
	elif $(PYTHON) -c 'import pip, venv' 2>/dev/null; then $(PYTHON) -m venv --clear --without-pip .venv; \
	else echo 'Error: this Python cannot make virtual environments. On Debian: sudo apt install python3-venv' >&2; exit 1; fi
endef
