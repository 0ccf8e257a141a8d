# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Budgets of a batch of conversions on a mesh (budgets.yaml)."""

import pytest

import ttnn
from mock_device.ledger import Ledger
from models.demos.openvoice.tt.backend import DeviceBackend
from tests.budgets.test_batch_budget import batch

pytestmark = [pytest.mark.device, pytest.mark.mesh]


@pytest.fixture
def bare_mesh():
    dispatch = ttnn.DispatchCoreConfig(ttnn.DispatchCoreType.WORKER)  # for the reason given in the root conftest
    opened = ttnn.open_mesh_device(ttnn.MeshShape(1, ttnn.get_num_devices()), dispatch_core_config=dispatch)
    yield opened
    ttnn.close_mesh_device(opened)


def test_a_mesh_does_the_work_of_one_chip(bare_mesh, reference, budget):
    """Run a conversion per chip, each with its own voices: the programs of one conversion, one upload, one download."""
    backend = DeviceBackend(reference, bare_mesh)
    conversions = batch(backend, backend.batcher.chips, backend.converter.short)
    budget("batch, 1 a chip", bare_mesh, lambda: backend.convert_batch(conversions))


def test_a_warm_mesh_compiles_nothing(bare_mesh, reference):
    backend = DeviceBackend(reference, bare_mesh, window=64)
    backend.warm_up()
    conversions = batch(backend, backend.batcher.chips - 1, 40) + batch(backend, 1, backend.converter.chunk + 40)
    with Ledger(bare_mesh) as ledger:
        for conversion in conversions:
            list(backend.convert([conversion.samples], conversion.source, [conversion.target], 0.3, 0))
    ledger.check(cache_misses=0)
