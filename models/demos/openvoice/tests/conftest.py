# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Fixtures for the tests of this model."""

import pytest
from loguru import logger


@pytest.fixture
def logged_warnings():
    """The messages of all warnings that the test logs, in order."""
    messages: list[str] = []
    sink = logger.add(lambda message: messages.append(message.record["message"]), level="WARNING")
    yield messages
    logger.remove(sink)
