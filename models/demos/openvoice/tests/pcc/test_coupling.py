# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

import pytest
import torch

import ttnn
from models.demos.openvoice.tt.coupling import ResidualCouplingBlock
from models.demos.openvoice.tt.parameters.conditioning import voice_biases
from models.tt_audio.testing.layouts import FRAMES, rows
from tests.ttnn.utils_for_testing import assert_with_pcc


def conditioning(reference, voice, device):
    return [
        [ttnn.to_device(ttnn.to_layout(bias, ttnn.TILE_LAYOUT), device) for bias in coupling]
        for coupling in voice_biases(reference, voice).flow
    ]


def joined(halves):
    return torch.cat([ttnn.to_torch(half) for half in halves], dim=3)


@pytest.mark.parametrize("existing", [1.0, 0.7], ids=["whole", "masked"])
@pytest.mark.parametrize("frames", FRAMES)
def test_out_of_one_voice_and_into_another(
    device, upload, reference, host_parameters, precision, voices, frames, existing
):
    count = int(existing * frames)
    mask = (torch.arange(frames) < count).float()[None, None]
    z = mask * torch.randn(1, reference.config.inter_channels, frames, generator=torch.Generator().manual_seed(2))
    speaker_free = reference.flow(z, mask, voices[:1, :, None])
    expected = reference.flow(speaker_free, mask, voices[1:, :, None], reverse=True)

    flow = ResidualCouplingBlock(host_parameters.flow, device, precision.flow)
    device_mask = upload(mask[..., None]) if count < frames else None
    halves = [upload(half) for half in rows(z).chunk(2, dim=3)]
    source, target = (conditioning(reference, voice, device) for voice in voices)
    between = flow(halves, source, device_mask)
    assert_with_pcc(rows(expected), joined(flow(between, target, device_mask, reverse=True)), 0.999)


def test_forward_and_back_is_the_identity(device, upload, reference, host_parameters, precision, voices):
    z = torch.randn(1, reference.config.inter_channels, 32, generator=torch.Generator().manual_seed(2))
    flow = ResidualCouplingBlock(host_parameters.flow, device, precision.flow)
    voice = conditioning(reference, voices[0], device)
    halves = [upload(half) for half in rows(z).chunk(2, dim=3)]
    assert_with_pcc(rows(z), joined(flow(flow(halves, voice), voice, reverse=True)), 0.99999)
