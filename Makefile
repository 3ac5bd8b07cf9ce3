# Everything a person needs, from a machine with only Python 3.11+, venv and make.
PYTHON ?= python3
BIN := .venv/bin
STEP = @printf '\033[1m==> %s\033[0m\n'

.PHONY: demo up test uncompiled bounds check bench torture generate lock clean
.DELETE_ON_ERROR:

demo: .venv/base            ## set up and run one market day
	$(STEP) "demo: one settled trading day of every listed product"
	$(BIN)/huiguan demo --out demo

up: .venv/base              ## set up and open a hall: a market with a clock, doors and people
	$(STEP) "a hall in ./hall; Ctrl-C stops it in order, and the next make up goes on"
	$(STEP) "to steer it: in another terminal, here, source .venv/bin/activate"
	$(BIN)/huiguan up

test: check                 ## set up, check, and run every test
	$(STEP) "tests (compiled); tests of recorded data skip when ../shared/data is absent"
	$(BIN)/pytest -n auto --dist worksteal -q --durations 25

CORE := tests/unit/trading tests/unit/foundation tests/scenario $(wildcard tests/property/test_trading*.py) \
  tests/property/test_auctions.py tests/property/test_requirement.py
PURE := tests/unit/foundation tests/unit/exchange tests/unit/trading tests/unit/clearing tests/unit/evening tests/unit/market_data tests/unit/days \
  tests/unit/housing tests/unit/delivery tests/unit/register tests/unit/surveillance tests/property tests/scenario tests/conformance

# Not again as plain Python: recorded days tick by tick, and proofs that compile nothing anyway.
SLOW_UNCOMPILED := tests/conformance/test_recorded_liquidity.py tests/conformance/test_sse_depth.py \
  tests/conformance/test_sse_replay.py tests/property/test_mutated_rounds.py tests/property/test_lone_verifier.py

uncompiled: .venv/dev       ## the pure rooms as plain Python; every branch counted, with a floor
	$(STEP) "tests of the pure rooms (uncompiled), with coverage"
	@rm -f .coverage*
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m coverage run -m pytest -n auto --dist worksteal -q $(SLOW_UNCOMPILED:%=--ignore %) $(PURE)
	@$(BIN)/python -m coverage combine -q
	$(BIN)/python -m coverage report --skip-covered --fail-under=85

bounds: .venv/dev           ## the core with every index checked
	$(STEP) "tests of the core (compiled, every index checked)"
	NUMBA_BOUNDSCHECK=1 $(BIN)/pytest -q $(CORE)

check: .venv/dev            ## format, lint, types, import contracts, generated files, docs
	$(STEP) "format and lint"
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(STEP) "types"
	$(BIN)/mypy src tools clients/python/src
	$(STEP) "import contracts"
	$(BIN)/lint-imports --no-cache
	$(STEP) "generated files and links"
	$(BIN)/python -m tools.generate --check
	$(BIN)/python -m tools.check_docs

bench: .venv/bench          ## the figures of docs/reference/performance.md
	$(BIN)/python -m benchmarks

torture: .venv/fuzz         ## 300 kills under load, 200 of the office, every cut and flip, 10,000 lives of warrants, every decoder fuzzed
	$(STEP) "300 kills, 1 MiB cut at every byte, 64 KiB flipped at every bit: about 20 minutes"
	$(BIN)/pytest -v -n auto --dist worksteal tests/recovery $(wildcard tests/property/test_delivery*.py) --torture
	$(STEP) "the office killed at more than 200 points: money, recorded days, approvals"
	$(BIN)/pytest -v -n auto --dist worksteal tests/office -k killed --torture
	$(STEP) "coverage-guided fuzzing, thirty minutes for each decoder: two and a half hours"
	for decoder in binary log_on json words operator; do $(BIN)/python -m tests.fuzz $$decoder 1800 || exit 1; done

generate: .venv/dev         ## write the pages, locks and clients that are derived from code
	$(BIN)/python -m tools.generate

lock: .venv/base            ## renew the pinned versions
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml --extra postgresql --extra pdf --group dev -c requirements.lock -o requirements-dev.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --group fuzz -o requirements-fuzz.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate --group bench -c requirements-dev.lock -o requirements-bench.lock

.venv/bin/uv:
	$(STEP) "set-up: a virtual environment in .venv"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Huiguan needs Python 3.11 or newer; run make PYTHON=python3.11 ...")'
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --disable-pip-version-check uv==0.13.9

.venv/base: .venv/bin/uv requirements.lock pyproject.toml clients/python/pyproject.toml
	$(STEP) "set-up: pinned packages (under a minute)"
	@$(BIN)/uv pip install -q --require-hashes -r requirements.lock
	@$(BIN)/uv pip install -q --no-deps -e . -e clients/python
	@touch $@

.venv/dev: .venv/base requirements-dev.lock
	$(STEP) "set-up: pinned tools for tests"
	@$(BIN)/uv pip install -q --require-hashes -r requirements-dev.lock
	@touch $@

.venv/fuzz: .venv/dev requirements-fuzz.lock
	$(STEP) "set-up: the fuzzer"
	@$(BIN)/uv pip install -q --require-hashes -r requirements-fuzz.lock
	@touch $@

.venv/bench: .venv/dev requirements-bench.lock
	$(STEP) "set-up: peers to measure against"
	@$(BIN)/uv pip install -q -r requirements-bench.lock
	@touch $@

clean:                      ## remove what make wrote
	rm -rf .venv demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
