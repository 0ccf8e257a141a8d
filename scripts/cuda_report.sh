#!/usr/bin/env bash
# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

# Parity and speed of all models on the NVIDIA GPU of this machine, in at most six minutes and without a network.
# Prints tables for PERF.md; `scripts/cuda_report.sh --help` lists the options.

set -euo pipefail
cd "$(dirname "$0")/.."
exec .venv/bin/python -m scripts.cuda_report "$@"
