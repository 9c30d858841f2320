# One line per verb; the details are in scripts/ and servicedesk/supervisor.py.
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset demo-codes test quick oracle fuzz drill setup check fix lock bench
export PORT ?= 8000
# Empty: what is compiled is kept, or each process would compile all of it anew.
export PYTHONDONTWRITEBYTECODE =

ready := python3 scripts/setup.py
python := .venv/bin/python
# One more than there are cores, for some tests wait.
hands = $(shell expr `nproc` + 1)

help: ## say what can be said here
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: ## run the whole product with demo data on http://localhost:8000 (PORT=… changes it) until Ctrl-C
	@$(ready) demo && exec $(python) -m servicedesk.supervisor

demo-reset: ## the same, with the demo's data thrown away first
	@$(ready) demo && exec $(python) -m servicedesk.supervisor --anew

demo-codes: ## print the codes of this moment for the demo's second step at sign-in
	@STAGE=demo $(python) manage.py demo --codes

test: ## run every test, those in a browser too (ARGS="-k words" narrows them)
	@$(ready) test && exec $(python) -m pytest -n $(hands) --dist worksteal $(ARGS)

quick: ## the fast part of it: no browser, no matrix, nothing that takes more than three seconds
	@$(ready) test && exec $(python) -m pytest -n auto --dist worksteal -m "not browser and not slow" $(ARGS)

oracle: ## the SLA core against its slow reference, 20,000 random cases
	@$(ready) test && ORACLE_CASES=20000 exec $(python) -m pytest -q tests/sla/test_oracle.py

fuzz: ## every address for programs, and every form, with many times as many odd requests as in `make test`
	@$(ready) test && FUZZ=20 exec $(python) -m pytest -q tests/tickets/test_api_fuzz.py tests/matrix/test_bad_input.py

drill: ## kill the watch and its servers 200 times and count what was told (ARGS="--short", "--sabotage")
	@$(ready) test && exec $(python) -m tests.drill $(ARGS)

setup: ## install and build everything but the servers
	@$(ready) all

check: ## lint, types, imports, migrations, texts
	@$(ready) demo && exec $(python) scripts/check.py

fix: ## let the linter mend what it can, and write anew what is made: docs/permissions.md, docs/openapi.json, frontend/*.json
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format --quiet .
	@UPDATE_DOCS=1 $(python) -m pytest -q tests/matrix/test_table.py tests/tickets/test_states.py tests/tickets/test_api_schema.py \
	  tests/tickets/test_small_pages.py tests/ui/test_main_sheet.py

lock: ## renew the locked versions of everything
	@exec $(python) scripts/lock.py

bench: ## measure pages, memory, start-up, clocks and watch; prints figures, judges nothing
	@$(ready) demo && exec $(python) -m benchmarks
