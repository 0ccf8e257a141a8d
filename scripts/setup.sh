#!/usr/bin/env bash
# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

# Make .venv from a Python that ttnn has wheels for, and install the packages of pyproject.toml into it, each in the exact
# version of constraints/ for that Python. The Makefile runs it when one of these files is newer than .venv/installed.
# PYTHON=/path/to/python overrides the search.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preferred=$(<.python-version)
versions=("$preferred")
for version in 3.12 3.10; do
    [ "$version" = "$preferred" ] || versions+=("$version")
done

# Print one path a line, best first; a path may not exist or may be of another version.
candidates() {
    if [ -n "${PYTHON:-}" ]; then
        echo "$PYTHON"
        return
    fi
    local version
    for version in "${versions[@]}"; do
        command -v "python$version" || true
        printf '%s\n' "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version"*/bin/python
        uv python find --no-project --system "$version" 2>/dev/null || true
    done
    command -v python3 || true
}

# has_version PATH VERSION...: succeed if that Python is of one of the versions.
has_version() {
    local path=$1
    shift
    "$path" -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] not in sys.argv[1:])' "$@" >/dev/null 2>&1
}

find_python() {
    local path without_venv=
    while IFS= read -r path; do
        has_version "$path" "${versions[@]}" || continue
        if "$path" -c 'import venv, ensurepip' >/dev/null 2>&1; then
            echo "$path"
            return
        fi
        without_venv=${without_venv:-$path}
    done < <(candidates)

    if [ -n "$without_venv" ]; then
        echo "$without_venv cannot make a virtual environment: install its venv module" \
            "(Debian and Ubuntu: apt install python3-venv) and run make again." >&2
    elif [ -n "${PYTHON:-}" ]; then
        echo "PYTHON=$PYTHON is not a Python ${versions[0]} or ${versions[1]}: name one of these, or leave PYTHON out." >&2
    else
        echo "No Python ${versions[0]} or ${versions[1]} found on PATH, among pyenv's versions or by uv: install one (for" \
            "example: uv python install ${versions[0]}) and run make again, or name one: make PYTHON=/path/to/python." >&2
    fi
    return 1
}

if ! has_version .venv/bin/python "${versions[@]}" || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    echo "Making .venv with $python"
    "$python" -m venv --clear .venv
fi
for version in "${versions[@]}"; do
    ! has_version .venv/bin/python "$version" || constraints="constraints/$version.txt"
done
install=(.venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint "$constraints")
echo "Installing the packages of $constraints into .venv (several GB and some minutes the first time)"
"${install[@]}" --editable '.[dev]'
# Its wheel holds the weights of the speaker encoder (models/tt_audio/judges/speaker_encoder.py). Its dependencies would
# overwrite webrtcvad and need a compiler.
"${install[@]}" --no-deps Resemblyzer==0.1.4
touch .venv/installed
