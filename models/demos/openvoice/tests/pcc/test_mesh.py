# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Conversions distributed over the chips of a mesh: the same samples as from the reference, in the order given."""

import os

import numpy as np
import pytest
import torch

from models.demos.openvoice.tests.pcc.test_batch import conversions
from models.demos.openvoice.tests.pcc.test_runner import BAR, small, whole  # noqa: F401 (a fixture)
from models.demos.openvoice.tt.backend import DeviceBackend
from tests.ttnn.utils_for_testing import assert_with_pcc

pytestmark = pytest.mark.skipif("TT_METAL_SIMULATOR" in os.environ, reason="a simulator has one chip")


@pytest.fixture
def mesh(small, mesh_device):  # noqa: F811
    if mesh_device.get_num_devices() == 1:
        pytest.skip("needs a mesh, this machine has one chip")
    return DeviceBackend(small, mesh_device, window=64)


def assert_equal_the_reference(reference, batch, converted):
    assert len(converted) == len(batch)
    for c, actual in zip(batch, converted, strict=True):
        expected = whole(reference, c.samples, torch.from_numpy(c.source), torch.from_numpy(c.target), c.tau, c.seed)
        assert_with_pcc(expected, torch.from_numpy(actual), BAR)


def test_a_conversion_a_chip_each_with_its_voices(mesh, small, samples):  # noqa: F811
    batch = conversions([6_000 + 300 * i for i in range(mesh.batcher.chips)], samples)
    assert_equal_the_reference(small, batch, mesh.convert_batch(batch))


def test_more_conversions_than_chips_and_one_idle_place(mesh, small, samples):  # noqa: F811
    batch = conversions([5_000 + 300 * i for i in range(2 * mesh.batcher.chips - 1)], samples)
    assert_equal_the_reference(small, batch, mesh.convert_batch(batch))


def test_fewer_conversions_than_chips(mesh, small, samples):  # noqa: F811
    batch = conversions([5_000], samples)
    assert_equal_the_reference(small, batch, mesh.convert_batch(batch))


def test_the_windows_of_one_recording_share_the_chips(mesh, small, samples):  # noqa: F811
    (c,) = conversions([(mesh.converter.chunk + 20) * 256], samples)
    passes = list(mesh.convert([c.samples], c.source, [c.target, c.source], c.tau, c.seed))
    for target, pieces in zip((c.target, c.source), zip(*passes, strict=True), strict=True):
        expected = whole(small, c.samples, torch.from_numpy(c.source), torch.from_numpy(target), c.tau, c.seed)
        assert_with_pcc(expected, torch.from_numpy(np.concatenate(pieces)), BAR)


@pytest.mark.parametrize("frames", [78, 200, 500, 1000, 1100])
def test_the_embedding_of_speech(mesh, small, samples, frames):  # noqa: F811
    speech = np.resize(samples, frames * 256 + 32)
    expected = small.embed(torch.from_numpy(speech)[None])[0]
    assert_with_pcc(expected, torch.from_numpy(mesh.embed(speech)), 0.9999)
