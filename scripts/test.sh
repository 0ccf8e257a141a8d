#!/usr/bin/env bash
# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

# Run what `make test` runs: the checks of `make lint`, then all tests on each kind of card. Every part runs, even after
# another has failed; the end names the parts that failed, and is a failure if there is one. WORKERS processes share the
# tests of a mocked card. GIVEN_DEVICE names a card or a simulator, which takes one process at a time.

set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export OMP_NUM_THREADS=1

failed=()

run() {
    echo "== $*"
    "$@" || failed+=("$*")
}

mocked() {
    run .venv/bin/python -m pytest -q --durations=10 -n "${WORKERS:-2}" --arch "$@"
}

run make --no-print-directory lint
bash scripts/browser.sh
if [ -z "${GIVEN_DEVICE:-}" ]; then
    mocked wormhole_b0 -m "not mesh"
    mocked blackhole -m "device and not mesh"
    mocked n300 -m mesh
    mocked t3k -m mesh models
else
    run .venv/bin/python -m pytest -q --durations=10
fi

[ ${#failed[@]} = 0 ] || {
    printf 'FAILED: %s\n' "${failed[@]}"
    exit 1
}
