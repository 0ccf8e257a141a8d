# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Budgets of a batch of conversions on one chip (budgets.yaml), and the memory that must stay free."""

import numpy as np
import pytest
import torch

import ttnn
from mock_device.ledger import Ledger
from models.demos.openvoice.tt.backend import DeviceBackend
from models.demos.openvoice.tt.converter import packed_shape
from models.demos.openvoice.windows import Conversion

pytestmark = pytest.mark.device


@pytest.fixture
def backend(bare_device, reference):
    return DeviceBackend(reference, bare_device)


def batch(backend, count: int, frames: int) -> list[Conversion]:
    voices = (
        np.random.default_rng(0).standard_normal((count, 2, backend.converter.config.gin_channels)).astype(np.float32)
    )
    samples = np.zeros(frames * backend.converter.config.hop_length, np.float32)
    return [Conversion(samples, source, target) for source, target in voices]


@pytest.mark.parametrize("count", [1, 4, 10])
def test_full_buckets_of_different_voices(backend, budget, count):
    """Run encoder and flow once, with a voice's bias added in each layer, and generator windows once per conversion."""
    conversions = batch(backend, count, backend.converter.short)
    budget(f"batch, {count} a chip", backend.converter.device, lambda: backend.convert_batch(conversions))


def test_one_voice_for_all_needs_no_additions(backend, budget):
    conversions = batch(backend, 4, backend.converter.short)
    same = [Conversion(c.samples, conversions[0].source, conversions[0].target) for c in conversions]
    budget("batch, 4 a chip in one voice", backend.converter.device, lambda: backend.convert_batch(same))


@pytest.mark.parametrize("bucket", ["short", "long"])
def test_the_largest_batch_leaves_a_tenth_of_l1(backend, bucket):
    """Check encoder and flow, which run all rows of a batch at once, including the buffers inside programs."""
    frames = getattr(backend.converter, bucket)
    count = backend.batcher.most_rows // frames
    assert count * backend.batcher.chips >= 10 or bucket == "long"
    network = backend.converter.network
    voices = backend.batcher.voices([conversion.source for conversion in batch(backend, count, 1)])

    def latent():
        packed = ttnn.from_torch(
            torch.zeros(count, 1, *packed_shape(backend.converter.config, frames)),
            dtype=ttnn.float32,
            layout=ttnn.ROW_MAJOR_LAYOUT,
            device=backend.converter.device,
        )
        hops, noise, mask = network.unpack(packed, frames, True)
        return network.add_voice(network.remove_voice(hops, noise, voices, mask, count), voices, mask, count)

    latent()
    with Ledger(backend.converter.device, dispatch=False) as ledger:
        latent()
    ledger.check(cache_misses=0, peak_l1_fraction=0.9)
