# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

import pytest
import torch

from tests.ttnn.utils_for_testing import assert_with_pcc


def test_a_text_at_full_size(make_runner, full, text, encode):
    ids = text(61)
    result = encode(make_runner(full, most_steps=48), ids)
    assert_with_pcc(full.speech.encoder(ids[None])[0], torch.from_numpy(result), 0.9999)


@pytest.mark.parametrize("count", [5, 40])
def test_padding_does_not_reach_the_text(make_runner, tiled, text, encode, count):
    """Encode texts whose distances are below and above the largest distance of the relative keys."""
    ids = text(count)
    expected = tiled.speech.encoder(ids[None])[0]
    assert_with_pcc(expected, torch.from_numpy(encode(make_runner(tiled), ids)), 0.9999)
