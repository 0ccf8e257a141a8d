# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A device after its warm-up compiles nothing more, for any request."""

import numpy as np
import pytest

from mock_device.ledger import Ledger
from models.demos.openvoice.tt.backend import DeviceBackend

pytestmark = pytest.mark.device


def test_voices_of_every_bucket_are_extracted_without_compiling(bare_device, reference):
    backend = DeviceBackend(reference, bare_device, window=64)
    backend.warm_up()
    hop = reference.config.hop_length
    with Ledger(bare_device) as ledger:
        for bucket in backend.converter.embedder.buckets:
            for frames in (bucket, bucket - 7):
                backend.embed(np.zeros(frames * hop, np.float32))
        for frames in (1100, 2500):  # longer than every bucket
            backend.embed(np.zeros(frames * hop, np.float32))
    ledger.check(cache_misses=0)
