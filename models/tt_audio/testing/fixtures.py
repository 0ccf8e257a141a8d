# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Fixtures that the tests of several models use; a conftest.py imports those it offers."""

import signal
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


@pytest.fixture(scope="session", autouse=True)
def default_signals() -> None:
    """Reset signals that the caller ignores, as nohup does, and a shell for a command in the background.

    Tests send these signals to processes that they start, and an ignored signal is inherited.
    """
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
