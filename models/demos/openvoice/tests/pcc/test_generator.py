# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

import pytest
import torch

import ttnn
from mock_device.ledger import Ledger
from models.demos.openvoice.tests.pcc.layouts import FRAMES, rows
from models.demos.openvoice.tt.generator import Generator
from tests.ttnn.utils_for_testing import assert_with_pcc


@pytest.mark.parametrize("existing", [1.0, 0.7], ids=["whole", "masked"])
@pytest.mark.parametrize("frames", FRAMES)
def test_waveform(device, upload, reference, host_parameters, precision, frames, existing):
    count = int(existing * frames)
    mask = (torch.arange(frames) < count).float()[None, None]
    z = mask * torch.randn(1, reference.config.inter_channels, frames, generator=torch.Generator().manual_seed(2))
    expected = reference.generator(z, None, mask)

    generator = Generator(host_parameters.generator, device, precision.generator)
    masks = generator.masks(upload(mask[..., None])) if count < frames else None
    waveform = ttnn.to_torch(generator(upload(rows(z)), masks)).reshape(1, -1)
    kept = count * reference.config.hop_length
    assert_with_pcc(expected[:, :kept], waveform[:, :kept], 0.999)


def test_a_stage_stays_in_l1_without_resharding(device, upload, reference, host_parameters, precision):
    """Between the convolutions of a stage: halos, convolutions, additions, nothing else, and no DRAM."""
    generator = Generator(host_parameters.generator, device, precision.generator)
    z = torch.zeros(1, reference.config.inter_channels, 32)
    generator(upload(rows(z)))  # prepares the weights
    with Ledger(device) as ledger:
        generator(upload(rows(z)))
    stages, convolutions = len(reference.config.upsample_rates), 2 * 9  # three blocks of three pairs
    assert ledger.programs == {
        "InterleavedToSharded": 1,
        "Halo": stages * (convolutions + 1) + 2,
        "Conv2d": stages * (convolutions + 1) + 2,
        "BinaryNg": stages * (9 + 2),
        "Untilize": stages,
        "ReshapeView": stages,
        "Tilize": stages,
    }
    inside = [op for op in ledger.operations if op.name in ("Halo", "BinaryNg")]
    assert all(tensor.memory == "L1" for op in inside for tensor in (*op.inputs[:1], *op.outputs))
