# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Fixtures for the tests of this model."""

from models.tt_audio.testing.fixtures import default_signals, logged_warnings  # noqa: F401
