# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Fixtures that the tests of several models use; a conftest.py imports those it offers."""

from collections.abc import Iterator

import pytest
from loguru import logger


@pytest.fixture
def logged_warnings() -> Iterator[list[str]]:
    """Collect the messages of all warnings that the test logs, in order."""
    messages: list[str] = []
    sink = logger.add(lambda message: messages.append(message.record["message"]), level="WARNING")
    yield messages
    logger.remove(sink)
