# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

# Every target makes .venv first when it is missing or older than the pins (scripts/setup.sh).

PYTHON_IN_VENV := .venv/bin/python
INSTALLED := .venv/installed
# What makes the training corpus needs an older setuptools than the constraints have.
CORPUS_VENV := build/training/venv
CORPUS_INSTALLED := $(CORPUS_VENV)/installed

# How many processes share the tests.
WORKERS ?= 2
GIVEN_DEVICE := $(wildcard /dev/tenstorrent)$(TT_METAL_SIMULATOR)

.PHONY: help demo bench test lint format setup train constraints audit

help:
	@echo 'make demo     say a text in a voice with PyTorch and with a (mocked) card, compare both, write sound and picture to out/'
	@echo 'make bench    print the cost of each stage: counted on a (mocked) card, timed on this CPU and on a card if there is one'
	@echo 'make test     lint, then all tests, on Wormhole, on Blackhole, on meshes of 2 and of 8 chips'
	@echo 'make train    makes the corpus of the small checkpoint and trains it, in hours or in stretches (training/README.md)'
	@echo 'make lint     black, isort, ruff, mypy, SPDX headers, file sizes'
	@echo 'make format   black and isort, in place'
	@echo 'make constraints   resolves the pins of pyproject.toml to exact versions of all packages, in constraints/'
	@echo 'make audit    looks these versions up among the published vulnerabilities; needs a network'

setup: $(INSTALLED)

$(INSTALLED): pyproject.toml $(wildcard constraints/*.txt)
	@bash scripts/setup.sh

demo: $(INSTALLED)
	@LOGURU_LEVEL=INFO $(PYTHON_IN_VENV) -m scripts.demo

bench: $(INSTALLED)
	@echo 'Counted: what the device has to do, stage by stage'; echo
	@LOGURU_LEVEL=ERROR $(PYTHON_IN_VENV) -m scripts.device_bench
	@echo 'Timed on this CPU: conversion, from samples to samples'; echo
	@LOGURU_LEVEL=ERROR $(PYTHON_IN_VENV) -m models.demos.openvoice.tests.perf.benchmark_cpu
	@echo; echo 'Timed on this CPU: base speech, from ids to samples'; echo
	@LOGURU_LEVEL=ERROR $(PYTHON_IN_VENV) -m models.demos.openvoice.tests.perf.benchmark_melo
	@echo; echo 'Timed on this CPU: a Piper voice and ONNX Runtime with the same file'; echo
	@LOGURU_LEVEL=ERROR $(PYTHON_IN_VENV) -m models.demos.openvoice.tests.perf.benchmark_piper
ifneq ($(wildcard /dev/tenstorrent),)
	@echo; echo 'Timed on this card, against models/demos/openvoice/tests/perf/targets.yaml'; echo
	$(PYTHON_IN_VENV) -m pytest -q models/demos/openvoice/tests/perf --log-cli-level=INFO
endif

train: $(INSTALLED) $(CORPUS_INSTALLED)
	@$(CORPUS_VENV)/bin/python -m training.corpus build/training/corpus
	@$(PYTHON_IN_VENV) -m training.train build/training/corpus build/training/state

$(CORPUS_INSTALLED): pyproject.toml
	@$(PYTHON_IN_VENV) -m venv $(CORPUS_VENV)
	@$(CORPUS_VENV)/bin/python -m pip install --quiet --editable '.[train]'
	@touch $@

test: $(INSTALLED)
	@WORKERS=$(WORKERS) GIVEN_DEVICE=$(GIVEN_DEVICE) bash scripts/test.sh

lint: $(INSTALLED)
	$(PYTHON_IN_VENV) -m black --check .
	$(PYTHON_IN_VENV) -m isort --quiet --check .
	$(PYTHON_IN_VENV) -m ruff check --quiet --output-format concise .
	$(PYTHON_IN_VENV) -m mypy
	$(PYTHON_IN_VENV) scripts/check_files.py

format: $(INSTALLED)
	$(PYTHON_IN_VENV) -m black --quiet .
	$(PYTHON_IN_VENV) -m isort --quiet .

constraints: $(INSTALLED)
	@bash scripts/constraints.sh

audit: $(INSTALLED)
	@$(PYTHON_IN_VENV) -m scripts.audit
