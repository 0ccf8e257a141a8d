# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Buckets: the fixed lengths for which programs are compiled. A shorter input is padded to one of them."""

from collections.abc import Sequence

from ..host.errors import UserError


class BucketError(UserError, ValueError):
    """An input is longer than the longest bucket; the message says what to do."""


def smallest_bucket(buckets: Sequence[int], length: int, too_long: str) -> int:
    """Return the first of the ascending `buckets` that holds `length`; raise BucketError(too_long) without one."""
    for bucket in buckets:
        if length <= bucket:
            return bucket
    raise BucketError(too_long)
