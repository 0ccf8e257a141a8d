#!/usr/bin/env bash
# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

# Run what `make test` runs: the checks of `make lint`, then all tests on each kind of card. Every part runs, even after
# another has failed; the end names the parts that failed, and is a failure if there is one. WORKERS processes share the
# tests of a mocked card; the few tests of the two meshes run side by side in one process each. GIVEN_DEVICE names a card
# or a simulator, which takes one process at a time.

set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export OMP_NUM_THREADS=1
unset PYTHONDONTWRITEBYTECODE # every process of every part would compile all tests again

failed=()

run() {
    echo "== $*"
    "$@" || failed+=("$*")
}

pytest=(.venv/bin/python -m pytest -q --durations=10)
# Which tests the other cards need: conftest.py refuses a test that opens a device or a mesh elsewhere. To collect all and
# select by mark would take several times as long.
no_units=--ignore-glob='*/unit'
only_meshes=(-o python_files='test_mesh*.py')

mocked() {
    run "${pytest[@]}" --dist worksteal -n "${WORKERS:-2}" --arch "$@"
}

# Run the tests of both meshes at once; print their outputs one after the other.
meshes() {
    local output
    output=$(mktemp)
    local t3k=("${pytest[@]}" "${only_meshes[@]}" --arch t3k -m mesh models)
    "${t3k[@]}" >"$output" 2>&1 &
    run "${pytest[@]}" "${only_meshes[@]}" --arch n300 -m mesh
    echo "== ${t3k[*]}"
    wait $! || failed+=("${t3k[*]}")
    cat "$output"
    rm "$output"
}

run make --no-print-directory lint
bash scripts/browser.sh
if [ -z "${GIVEN_DEVICE:-}" ]; then
    mocked wormhole_b0 -m "not mesh"
    mocked blackhole -m "device and not mesh" "$no_units"
    meshes
else
    run .venv/bin/python -m pytest -q --durations=10
fi

[ ${#failed[@]} = 0 ] || {
    printf 'FAILED: %s\n' "${failed[@]}"
    exit 1
}
