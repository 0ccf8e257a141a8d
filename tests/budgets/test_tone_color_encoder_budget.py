# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Budgets of one tone colour embedding on the device (budgets.yaml)."""

import pytest
import torch

import ttnn
from models.demos.openvoice.tests.perf import stages
from models.demos.openvoice.tt.backend import DeviceBackend
from models.demos.openvoice.tt.parameters.preprocessing import preprocess
from models.demos.openvoice.tt.precision import Precision
from models.demos.openvoice.tt.tone_color_encoder import ToneColorEncoder

pytestmark = pytest.mark.device


@pytest.mark.parametrize("frames", [128, 1024])
@pytest.mark.parametrize("missing", [0, 41], ids=["whole", "masked"])
def test_a_bucket(bare_device, reference, budget, minimum_flops, frames, missing):
    """Turn a spectrogram into a tone colour: a sharded chain of convolutions, then five programs a step of the GRU."""
    host = preprocess(reference.tone_color_encoder)
    encoder = ToneColorEncoder(host, bare_device, Precision().tone_color_encoder)
    start, clock, *masks = (ttnn.to_device(x, bare_device) for x in encoder.inputs(frames, [frames - missing]))
    bins = reference.config.spec_channels

    def spectrogram():
        padded = torch.zeros(1, 1, frames, 544)  # the bins padded to whole tiles
        return (ttnn.from_torch(padded, dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT, device=bare_device),)

    budget(
        f"reference encoder, {frames} frames{', masked' if missing else ''}",
        bare_device,
        lambda spec: encoder(spec, start, clock, masks or None),
        spectrogram,
        minimum_flops(reference.tone_color_encoder, lambda network: network(torch.zeros(1, bins, frames))),
    )


def test_a_recordings_tone_colour(bare_device, reference, budget):
    """Turn three seconds of samples into a tone colour, with all transfers; targets.yaml limits its time on a card."""
    budget("tone colour of 3 s", bare_device, stages.tone_colour(bare_device, DeviceBackend(reference, bare_device)))
