# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Buckets: the smallest that fits, or one sentence."""

import pytest

from models.tt_audio.tt.buckets import BucketError, smallest_bucket

BUCKETS = (32, 64, 256)


@pytest.mark.parametrize("length, bucket", [(1, 32), (32, 32), (33, 64), (64, 64), (65, 256), (256, 256)])
def test_smallest_bucket_that_holds_a_length(length, bucket):
    assert smallest_bucket(BUCKETS, length, "unused") == bucket


def test_length_beyond_the_longest_bucket(expect_error):
    with expect_error(BucketError, "^a text of 257 pieces is too long: at most 256$"):
        smallest_bucket(BUCKETS, 257, "a text of 257 pieces is too long: at most 256")
