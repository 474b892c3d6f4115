# demo and check need Python 3.11 or later, make and (on Linux, for durable-rules) a C compiler; nothing else.
#   make demo    a new environment, and one sample judged
#   make check   a new environment, and every gate that CI runs
#   make bench   the benchmarks, held against their bounds
#   make peers   the comparison with other rule engines, and docs/benchmarks.md from it; OPTIONS=--peers-only is the short part
#   make picture the picture of a report in the READMEs, made anew
#   make soak    the heavy property tests, on every supported Python of this machine
#   make clean   what the others left behind

PYTHON ?= python3
VENV ?= .venv
SAMPLE ?= samples/secondary-hospital.yaml
AS_OF ?= 2025-06-30
EXTRAS ?= dev
OPTIONS ?=

BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip
PLUGINS = $(wildcard plugins/*)

.PHONY: demo check bench peers picture soak docs clean environment development without-durable-rules format types layers tests plugins

demo: environment
	@$(PIP) install --quiet . || $(MAKE) --no-print-directory without-durable-rules
	@echo "gradeeval check $(SAMPLE) --as-of $(AS_OF)"
	@$(BIN)/gradeeval check $(SAMPLE) --as-of $(AS_OF); code=$$?; \
	if [ $$code -gt 1 ]; then echo "演示失败（退出码 $$code） / the demo failed (exit code $$code)" >&2; exit $$code; fi
	@echo "演示完成；继续用：$(BIN)/gradeeval --help / done; go on with $(BIN)/gradeeval --help"

# The requirements are read from setup.cfg, so that none is written down twice.
without-durable-rules:
	@echo "durable-rules 装不上（多半是缺少 C 编译器）：不带它安装，check 改用 reference 引擎，结论相同。" >&2
	@echo "durable-rules could not be built (no C compiler?): going on without; check runs on the reference engine." >&2
	@$(BIN)/python -c 'import configparser; c = configparser.ConfigParser(interpolation=None); \
	c.read("setup.cfg", encoding="utf-8"); requirements = c["options"]["install_requires"].split("\n"); \
	print(*(r for r in requirements if r and not r.startswith("durable-rules")), sep="\n")' > $(VENV)/requirements.txt
	@$(PIP) install --quiet --requirement $(VENV)/requirements.txt
	@$(PIP) install --quiet --no-deps .

# Sub-makes, so that the gates run in this order under -j too; cheap ones first.
check:
	@$(MAKE) --no-print-directory development
	@$(MAKE) --no-print-directory format
	@$(MAKE) --no-print-directory types
	@$(MAKE) --no-print-directory layers
	@$(MAKE) --no-print-directory tests
	@$(MAKE) --no-print-directory plugins

format:
	$(BIN)/ruff format --check
	$(BIN)/ruff check

types:
	$(BIN)/mypy

layers:
	$(BIN)/lint-imports

tests:
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term

# Installed together, for their own tests only: elsewhere their rulesets would stand among the shipped ones.
plugins:
	@$(PIP) install --quiet --no-deps --no-build-isolation $(PLUGINS:%=./%)
	@code=0; for plugin in $(PLUGINS); do $(BIN)/python -m pytest $$plugin || code=1; done; \
	$(PIP) uninstall --quiet --yes $(notdir $(PLUGINS)); exit $$code

bench: EXTRAS = dev,bench,browser
bench: development
	$(BIN)/python benchmarks/run.py

# The peers in an environment of their own: nobody who works on gradeeval needs them.
peers: VENV = .venv-peers
peers: EXTRAS = batch
peers: development
	$(BIN)/python benchmarks/peers/install.py
	$(BIN)/python benchmarks/peers/compare.py $(OPTIONS)

picture:
	$(BIN)/python -m tests.docs.picture

soak:
	@EXTRAS="$(EXTRAS)" bash .ci/soak

# The pages under docs/ that are rendered from the rulesets; a test proves them current.
docs: development
	$(BIN)/python docs/render.py

clean:
	rm -rf .venv .venv-soak-* .venv-peers benchmarks/.cache build dist src/*.egg-info plugins/*/build plugins/*/dist plugins/*/src/*.egg-info
	rm -rf .coverage .coverage.* htmlcov .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src plugins tests benchmarks rulesets schemas samples -name __pycache__ -prune -exec rm -rf {} +
	find src plugins -name '*.mo' -exec rm -f {} +

environment:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "需要 Python 3.11 或更高版本，而 $(PYTHON) 不可用或过旧；请写明：make PYTHON=python3.12 …" >&2; \
	echo "Python 3.11 or later is needed, and $(PYTHON) is not; say which: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)

development: environment
	@$(PIP) install --quiet --editable '.[$(EXTRAS)]'
