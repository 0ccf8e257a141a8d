# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

import pytest
import torch

import ttnn
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
