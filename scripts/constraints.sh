#!/usr/bin/env bash
# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

# Resolve the pins of pyproject.toml for each supported Python and write the exact version of every package, the indirect
# ones too, to constraints/VERSION.txt, which scripts/setup.sh installs from. Run it (`make constraints`) after a change of
# a pin; it needs a package registry, but none of the other Pythons. `--upgrade` takes the newest indirect packages.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for version in 3.10 3.12; do
    .venv/bin/uv pip compile --quiet --no-annotate --no-header --no-python-downloads --python-version "$version" \
        --extra dev --output-file "constraints/$version.txt" "$@" pyproject.toml >/dev/null
done
