# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

import pytest
import torch

import ttnn
from models.demos.openvoice.tt.posterior_encoder import PosteriorEncoder
from models.tt_audio.testing.layouts import FRAMES, noise, rows
from tests.ttnn.utils_for_testing import assert_with_pcc


@pytest.mark.parametrize("existing", [1.0, 0.7], ids=["whole", "masked"])
@pytest.mark.parametrize("frames", FRAMES)
def test_latent_frames(device, upload, reference, host_parameters, precision, window, frames, existing):
    count = int(existing * frames)
    spec = reference.spectrogram.frames(window(frames))
    drawn = noise(reference.config.inter_channels, frames)
    mask = (torch.arange(frames) < count).float()[None, None]
    expected = reference.posterior_encoder(spec, mask, drawn, 1.0)

    # the device's spectrogram is padded to whole tiles; the padding must not matter
    filled = torch.nn.functional.pad(rows(spec), (0, -spec.shape[1] % 32), value=1e-3)
    encoder = PosteriorEncoder(host_parameters.posterior_encoder, device, precision.posterior_encoder)
    halves = encoder(upload(filled), upload(rows(drawn)), upload(mask[..., None]) if count < frames else None)
    assert_with_pcc(rows(expected), torch.cat([ttnn.to_torch(half) for half in halves], dim=3), 0.999)
