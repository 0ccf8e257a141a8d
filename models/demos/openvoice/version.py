# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The version of this folder, which `--version` prints; in its own repository it equals that of pyproject.toml."""

VERSION = "0.1.0"
