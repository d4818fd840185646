# The two commands a newcomer needs are `make demo` and `make test`; both set everything up by themselves.
# Python: the first of python3.13 ... python3.10, python3 that is new enough (override: make PYTHON=/path/to/python).

VENV   := .venv
BIN    := $(VENV)/bin
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.10; do \
	$$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && echo $$p && break; done)
FILE   ?=
ARGS   ?=
# Tests run in so many processes, a file of tests in one of them and in the order of the files, so that every run is the
# same run; two, since the figures of this project are for two cores. JOBS=0 runs them in one.
JOBS   ?= 2
PARALLEL := -n $(JOBS) --dist loadfile --no-loadscope-reorder

.PHONY: help setup demo test test-all fuzz test-editors test-vscode picture setup-time vsix lint types format lock docs bench clean

help:
	@echo 'make demo [FILE=path]   watch the real server suggest code in a real file (ARGS=--fast: no pauses)'
	@echo 'make test               set up, then run the tests (under 10 minutes)'
	@echo 'make fuzz               10,000 prompts against their budgets (a few minutes)'
	@echo 'make test-editors       drive real VS Code, Neovim, Helix and Emacs'
	@echo 'make test-vscode        the essential story in a real VS Code (.ci/run runs it)'
	@echo 'make picture            take the picture of the README anew'
	@echo 'make setup-time         from Set Up in VS Code to the first suggestion, step by step'
	@echo 'make vsix               build the VS Code extension (needs Node)'
	@echo 'make lint types         ruff and mypy'
	@echo 'make bench              every figure that the docs quote (needs a quiet machine)'
	@echo 'make lock               resolve constraints.txt anew'
	@echo 'make docs               write the generated pages anew'

# The exact, hash-checked versions of constraints.txt, then the project itself, editable.
$(VENV)/.ready: constraints.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo 'Foretype needs Python 3.10 or newer, with venv; none was found.' >&2; exit 1; }
	@echo 'Setting up $(VENV) (about a minute) ...'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup: $(VENV)/.ready

demo: setup
	@$(BIN)/foretype demo --make $(ARGS) $(if $(FILE),"$(FILE)")

test: setup
	@$(BIN)/pytest $(PARALLEL) -m 'not slow' tests

test-all: setup
	@$(BIN)/pytest $(PARALLEL) tests

# `make test` writes 500 of them.
fuzz: setup
	@FORETYPE_FUZZ=10000 $(BIN)/pytest -q tests/unit/prompts/test_fuzz.py

# Real VS Code, Neovim, Helix and Emacs; installs what it needs into .cache/ (about 1.5 GB with VS Code).
test-editors: setup
	@$(BIN)/pytest tests/editors

# The essential story in a real VS Code: installed from its package, ghost text, accepted, saved, actions.
test-vscode: setup
	@$(BIN)/pytest -q tests/editors/test_vscode.py tests/editors/test_vscode_actions.py \
		-k 'ghost_text_is_shown or actions_change_the_files'

# The README's picture, as the test above saw it.
picture: setup
	@FORETYPE_EDITORS=required $(BIN)/pytest -q tests/editors/test_vscode.py -k ghost_text_is_shown
	@mkdir -p docs/images
	@cp tests/output/vscode-picture.png docs/images/vscode.png

# From Set Up to ghost text on a machine that has a Python and nothing else: each step and its seconds.
setup-time: setup
	@$(BIN)/python clients/vscode/scripts/setup_time.py
	@FORETYPE_EDITORS=required $(BIN)/pytest -q -s tests/editors/test_vscode.py -k set_up_after_asking

# The server goes in as a wheel, so that the extension can set it up where it is not installed.
vsix: setup
	@rm -rf clients/vscode/server
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation -w clients/vscode/server .
	@cd clients/vscode && npm ci --no-audit --no-fund && npm run package

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup
	@$(BIN)/mypy

format: setup
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# uv resolves for every platform and Python at once; it is needed only here.
lock:
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --universal --python-version 3.10 --generate-hashes --no-header --no-annotate \
		--group dev --all-extras pyproject.toml -o constraints.txt --upgrade --quiet

docs: setup
	@$(BIN)/python -m foretype.settings.reference
	@$(BIN)/python clients/vscode/scripts/settings.py

# Figures, each beside a baseline. `benchmarks.embedded` and `benchmarks.index` take clones of repositories: REPOS='...'
REPOS ?=
bench: setup
	@$(BIN)/python -m benchmarks.door.startup
	@$(BIN)/python -m benchmarks.door.edits
	@$(BIN)/python -m benchmarks.door.memory
	@$(BIN)/python -m benchmarks.door.latency
	@$(BIN)/python -m benchmarks.door.indexed
	@$(BIN)/python -m benchmarks.closing
	@$(BIN)/python -m benchmarks.closing.session
	@$(BIN)/python -m benchmarks.postprocess
	@$(BIN)/python -m benchmarks.syntax
	-@$(BIN)/python -m benchmarks.typing
	-@$(BIN)/python -m benchmarks.typing.faults
	@$(BIN)/python -m benchmarks.actions
	@$(BIN)/python -m benchmarks.gate
	@$(BIN)/python -m benchmarks.limits
	@$(BIN)/python -m benchmarks.limits.ledger
	@$(BIN)/python -m benchmarks.throughput
	@$(BIN)/python -m benchmarks.secrets
	@test -z "$(REPOS)" || $(BIN)/python -m benchmarks.prompts $(firstword $(REPOS))
	@test -z "$(REPOS)" || $(BIN)/python -m benchmarks.index $(REPOS)
	@test -z "$(REPOS)" || $(BIN)/python -m benchmarks.secrets.false_alarms $(REPOS)
	@test -z "$(REPOS)" || $(BIN)/python -m benchmarks.postprocess.blocks $(REPOS)
	@test -z "$(REPOS)" || $(BIN)/python -m benchmarks.embedded $(REPOS)
	@test -z "$(REPOS)" || $(BIN)/python -m benchmarks.context $(REPOS)

clean:
	@rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache
