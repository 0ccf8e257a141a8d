# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Limits of the service and of the page.

admission.py enforces the limits of a request, service.py those of recordings, texts and results; page.py enforces its
own.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits of one request, and of all requests together."""

    upload_bytes: int = 32 << 20
    arriving_bytes: int = 256 << 20  # of all request bodies that have not arrived completely
    recording_seconds: float = 300.0
    references: int = 8
    text_characters: int = 4096  # as OpenAI's
    result_seconds: float = 600.0
    request_seconds: float = 300.0  # for the body to arrive, and again for the answer
    stall_seconds: float = 20.0  # without progress of a body, after which the request ends
    places: int = 16  # requests that wait for the model or use it; one more is refused with status 429
    together_seconds: float = 15.0  # recordings up to this length are converted with others, longer ones in pieces


@dataclass(frozen=True)
class PageLimits:
    """Limits of one job of the page, and of its queue."""

    upload_bytes: int = 32 << 20
    recording_seconds: float = 300.0
    text_characters: int = 4096
    result_seconds: float = 600.0
    waiting: int = 16  # jobs in the queue
