# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""What one tone colour embedding may cost on the device."""

import pytest
import torch

import ttnn
from mock_device.ledger import Ledger
from models.demos.openvoice.tt import parameters
from models.demos.openvoice.tt.precision import Precision
from models.demos.openvoice.tt.reference_encoder import ReferenceEncoder

pytestmark = pytest.mark.device


def programs(frames: int, masked: bool) -> int:
    image = 5  # slice, norm, transposition, untilizing, reshape
    convolutions = 1 + 2 * 7  # the first is sharded; each is a halo and a convolution, the GRU's input projection too
    clock = 4  # from shards, zeros behind the last step, addition, beside the recurrent weight
    return image + convolutions + 6 * masked + clock + 5 * frames // 64 + 2  # and the last matrix, and its bias


@pytest.mark.parametrize("frames", [128, 1024])
@pytest.mark.parametrize("missing", [0, 41], ids=["whole", "masked"])
def test_programs_uploads_and_program_cache(bare_device, reference, frames, missing):
    host = parameters.preprocess(reference.reference_encoder)
    encoder = ReferenceEncoder(host, bare_device, Precision().reference_encoder)
    start, clock, *masks = (ttnn.to_device(x, bare_device) for x in encoder.inputs(frames, [frames - missing]))
    for _ in range(2):
        spec = ttnn.from_torch(
            torch.zeros(1, 1, frames, 544), dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT, device=bare_device
        )
        with Ledger(bare_device) as ledger:
            embedding = encoder(spec, start, clock, masks or None)
    ledger.check(programs=programs(frames, bool(masks)), uploads=0, downloads=0, cache_misses=0, peak_l1_fraction=0.9)
    assert list(embedding.shape) == [1, 1, 1, reference.config.gin_channels]
