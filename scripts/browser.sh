#!/usr/bin/env bash
# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

# Install Chromium and its driver, in which `make test` tries the web page: installs them where it may, else says how.

set -euo pipefail

present() {
    command -v chromium >/dev/null && command -v chromedriver >/dev/null
}

if ! present && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium for the test of the web page"
    # A list of packages that cannot be renewed may still do.
    apt-get update -qq || true
    DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends chromium chromium-driver >/dev/null ||
        echo "apt-get did not install it." >&2
fi
present || echo "The test of the web page will fail: it wants Chromium and its chromedriver, so install them" \
    "(Debian: apt install chromium chromium-driver) and run make again." >&2
