# `make run` and `make test` need Python 3.11+ and make, nothing else; uv is used where installed.
PORT ?= 8501
PYTHON ?= python3
BIN := .venv/bin
# One more than there are processors: tests wait for servers and programs that they start.
WORKERS ?= $$($(BIN)/python -c "import os; print(min(4, (os.cpu_count() or 1) + 1))")

ifneq ($(shell command -v uv 2>/dev/null),)
  VENV := uv venv -q --allow-existing --python ">=3.11" .venv
  INSTALL := uv pip install -q --require-hashes --python .venv
else
  VENV := $(PYTHON) -m venv .venv
  INSTALL := $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes
endif

.PHONY: run demo test soak lint bench lock clean
.DEFAULT_GOAL := run

run: .venv/run  ## the dashboard on http://127.0.0.1:8501 (PORT=… to change it)
	ACCESS=$${ACCESS:-local} $(BIN)/python -m streamlit run app.py --server.port $(PORT)

demo: .venv/run  ## the same with generated figures beside the real ones
	$(BIN)/python -m etl demo
	ACCESS=$${ACCESS:-local} $(BIN)/python -m streamlit run app.py --server.port $(PORT)

test: lint  ## everything that must hold
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

soak: .venv/test  ## kills a publisher 200 times on each database
	KILLS=200 $(BIN)/python -m pytest tests/test_faults.py tests/test_filing.py -k killed

bench: .venv/test  ## the benchmarks, as ratios within one run
	$(BIN)/python -m benchmarks

lock:  ## pin every package anew (needs uv)
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml --extra dev --extra spark -c requirements.lock -o requirements-dev.lock

clean:  ## forget the environment and the database
	rm -rf .venv data/tidy data/quality.*sqlite*

# With the console script `quality`, which works from any folder.
.venv/run: requirements.lock pyproject.toml etl/script.py
	$(VENV)
	$(INSTALL) -r requirements.lock
	$(BIN)/python -m etl.script
	@touch $@

.venv/test: requirements-dev.lock
	$(VENV)
	$(INSTALL) -r requirements-dev.lock
	$(BIN)/python -m etl.script
	@touch $@ .venv/run
