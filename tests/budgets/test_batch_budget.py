# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""What a batch of conversions may cost, on one chip and on a mesh (budgets.yaml), and what it must leave free."""

import numpy as np
import pytest
import torch

import ttnn
from mock_device.ledger import Ledger
from models.demos.openvoice.tt.batch import BatchConverter, Conversion
from models.demos.openvoice.tt.converter import packed_shape

pytestmark = pytest.mark.device


@pytest.fixture
def bare_mesh():
    dispatch = ttnn.DispatchCoreConfig(ttnn.DispatchCoreType.WORKER)  # as the root conftest has it, and why
    opened = ttnn.open_mesh_device(ttnn.MeshShape(1, ttnn.get_num_devices()), dispatch_core_config=dispatch)
    yield opened
    ttnn.close_mesh_device(opened)


@pytest.fixture
def converter(bare_device, reference):
    return BatchConverter(reference, bare_device)


def batch(converter, count: int, frames: int) -> list[Conversion]:
    voices = np.random.default_rng(0).standard_normal((count, 2, converter.config.gin_channels)).astype(np.float32)
    samples = np.zeros(frames * converter.config.hop_length, np.float32)
    return [Conversion(samples, source, target) for source, target in voices]


@pytest.mark.parametrize("count", [1, 4, 10])
def test_full_buckets_of_different_voices(converter, budget, count):
    """Encoder and flow are shared, with a voice's bias added in each layer; a generator window is each conversion's."""
    conversions = batch(converter, count, converter.short)
    budget(f"batch, {count} a chip", converter.device, lambda: converter.convert_batch(conversions))


def test_one_voice_for_all_needs_no_additions(converter, budget):
    conversions = batch(converter, 4, converter.short)
    same = [Conversion(c.samples, conversions[0].source, conversions[0].target) for c in conversions]
    budget("batch, 4 a chip in one voice", converter.device, lambda: converter.convert_batch(same))


@pytest.mark.parametrize("bucket", ["short", "long"])
def test_the_largest_batch_leaves_a_tenth_of_l1(converter, bucket):
    """Encoder and flow, where the rows of a batch meet, with the buffers inside of the programs."""
    frames = getattr(converter, bucket)
    count = converter.most_rows // frames
    assert count * converter.chips >= 10 or bucket == "long"
    network = converter.converter
    voices = converter._voices_of([conversion.source for conversion in batch(converter, count, 1)])

    def latent():
        packed = ttnn.from_torch(
            torch.zeros(count, 1, *packed_shape(converter.config, frames)),
            dtype=ttnn.float32,
            layout=ttnn.ROW_MAJOR_LAYOUT,
            device=converter.device,
        )
        hops, noise, mask = network.unpack(packed, frames, True)
        return network.voiced(network.neutral(hops, noise, voices, mask, count), voices, mask, count)

    latent()
    with Ledger(converter.device, dispatch=False) as ledger:
        latent()
    ledger.check(cache_misses=0, peak_l1_fraction=0.9)


@pytest.mark.mesh
def test_a_mesh_does_the_work_of_one_chip(bare_mesh, reference, budget):
    """A conversion a chip, each with its own voices: the programs of one conversion, one upload, one download."""
    converter = BatchConverter(reference, bare_mesh)
    conversions = batch(converter, converter.chips, converter.short)
    budget("batch, 1 a chip", bare_mesh, lambda: converter.convert_batch(conversions))


@pytest.mark.mesh
def test_a_warm_mesh_compiles_nothing(bare_mesh, reference):
    converter = BatchConverter(reference, bare_mesh, window=64)
    converter.warm_up()
    conversions = batch(converter, converter.chips - 1, 40) + batch(converter, 1, converter.chunk + 40)
    with Ledger(bare_mesh) as ledger:
        for conversion in conversions:
            list(converter.convert([conversion.samples], conversion.source, [conversion.target], 0.3, 0))
    ledger.check(cache_misses=0)
