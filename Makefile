# The two commands of the README, and what they need. Everything is set up in .venv from requirements/lock.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
QUIET := not daemon and not faults and not slow
FAST := $(QUIET) and not batch
# holds what is installed against the lock, which the lanes of other versions leave on purpose
OTHER := --deselect tests/orchestration/test_internals.py::test_what_is_installed_is_what_was_tried

.PHONY: demo test test-fast test-duckdb2 test-dagster test-lake check setup lock clean

demo: setup
	$(BIN)/danvan demo

test: setup check
	$(BIN)/pytest

# while working: all that needs no daemon, no kill, no job in a process of its own and no home that has taken a batch
test-fast: setup
	$(BIN)/pytest -m "$(FAST)"

# the same and batches on DuckDB 2, in an environment of its own
test-duckdb2: setup $(VENV)-duckdb2/ready
	$(VENV)-duckdb2/bin/pytest -m "$(QUIET)" $(OTHER)

# all that knows Dagster, on the newest patch release of the locked version: whatever that is today
test-dagster: setup $(VENV)-dagster/ready
	$(VENV)-dagster/bin/pip install --quiet --disable-pip-version-check --no-deps --upgrade \
		$$(sed -n 's/^\(dagster[a-z-]*\)==\([0-9]*\.[0-9]*\)\..*/\1==\2.*/p' requirements/lock.txt)
	$(VENV)-dagster/bin/pip list --disable-pip-version-check | grep '^dagster'
	$(VENV)-dagster/bin/pytest tests/orchestration $(OTHER)

# a warehouse on Postgres and Parquet: fails where Debian's postgresql is missing, which `make test` leaves out
test-lake: setup
	DANVAN_LAKE=1 $(BIN)/pytest -n 1 tests/lake

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

setup: $(VENV)/ready

$(VENV)/ready: requirements/lock.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "danvan needs Python 3.11 or newer; set PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/lock.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# duckdb-sqlalchemy asks for a DuckDB before 2, so the newer one is put in its place without asking
$(VENV)-duckdb2/ready: requirements/lock.txt requirements/duckdb2.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)-duckdb2
	for list in lock duckdb2; do \
		$(VENV)-duckdb2/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
			-r requirements/$$list.txt || exit 1; done
	$(VENV)-duckdb2/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)-dagster/ready: requirements/lock.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)-dagster
	$(VENV)-dagster/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/lock.txt
	$(VENV)-dagster/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# newer versions: delete requirements/*.txt first
lock:
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet pip-tools
	for list in "dev.in lock.txt" "duckdb2.in duckdb2.txt"; do set -- $$list; \
		(cd requirements && ../build/lock/bin/pip-compile --quiet --allow-unsafe --generate-hashes --strip-extras \
			--no-emit-index-url --no-emit-find-links --output-file=$$2 $$1) || exit 1; done

clean:
	rm -rf $(VENV) $(VENV)-duckdb2 $(VENV)-dagster data .mypy_cache .ruff_cache .pytest_cache
