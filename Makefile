# Every target that needs a virtual environment makes it: nothing to prepare. The bot runs from the checkout.
# More for the command at the end:  make test ARGS="-k timeline"    Another Python:  make test PYTHON=python3.12
PY := .venv/bin/python
export PYTHON
# Compiled once, and not again in each of the many processes that tests and benchmarks start.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run demo test fuzz chaos soak bench lint audit pins picture board-picture formats previews clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' Makefile

run: ## watch, deliver and serve until Ctrl-C
	@scripts/venv.sh run
	@exec $(PY) -m bot run $(ARGS)

demo: ## play a bundled outage to the console and the board
	@scripts/venv.sh run
	@exec $(PY) -m bot demo $(ARGS)

test: ## run all tests
	@scripts/venv.sh dev
	@exec $(PY) -m pytest -n 4 --dist worksteal $(ARGS)

fuzz: ## give every format broken answers for a minute (ARGS="--seconds 600 --format gcp")
	@scripts/venv.sh dev
	@exec $(PY) -m tests.fuzz $(ARGS)

chaos: ## let several programs live through bad days (ARGS="--rounds 1000", ARGS="--minutes 20", ARGS="--seed 4711")
	@scripts/venv.sh dev
	@exec $(PY) -m tests.chaos $(ARGS)

soak: ## let the program live through a day of 5,000 pages in minutes (ARGS="--hours 2 --engine postgresql")
	@scripts/venv.sh dev
	@exec $(PY) -m tests.soak $(ARGS)

bench: ## measure
	@scripts/venv.sh dev
	@exec $(PY) -m tests.bench $(ARGS)

lint: ## check style, types and imports
	@scripts/venv.sh dev
	@failed=0; \
	for check in "-m ruff check" "-m ruff format --check" "-m mypy" ".venv/bin/lint-imports --no-logo"; do \
		echo "lint: $${check#-m }"; $(PY) $$check || failed=1; \
	done; exit $$failed

audit: ## ask a database of known holes about every pin (ends with 3 where it can not be reached)
	@scripts/venv.sh dev
	@exec $(PY) -m scripts.audit $(ARGS)

PIN := .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --annotation-style line \
	$(if $(UPGRADE),--upgrade) pyproject.toml

# Standing pins stay unless they no longer fit pyproject.toml; UPGRADE=1 takes the newest of everything.
pins: ## write the requirements files from pyproject.toml (UPGRADE=1: newest of everything)
	@scripts/venv.sh dev
	$(PIN) -o requirements.txt
	$(PIN) -o requirements-dev.txt -c requirements.txt --extra dev
	@for file in requirements.txt requirements-dev.txt; do \
		{ echo '# Written by `make pins`. Do not edit.'; sed -e '/^# Written by/d' -e 's/, -c requirements.txt//' $$file; } > $$file.new \
			&& mv $$file.new $$file; \
	done

picture: ## draw docs/demo.svg anew
	@scripts/venv.sh dev
	$(PY) scripts/picture.py

board-picture: ## draw docs/board.png anew, where a Chromium is
	@scripts/venv.sh dev
	$(PY) -m scripts.board

formats: ## write docs/formats.md and docs/detection.md anew
	@scripts/venv.sh dev
	$(PY) -m scripts.formats
	$(PY) -m scripts.detection

previews: ## draw every reviewed message as a page in its platform's look, and as pictures where a Chromium is
	@scripts/venv.sh dev
	$(PY) -m scripts.previews $(ARGS)
	$(PY) -m scripts.previews.drawings $(ARGS)

clean: ## remove .venv, caches and build output, never your database
	rm -rf .venv build dist *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find bot adapters tests -name __pycache__ -type d -prune -exec rm -rf {} +
